// What people use today on the same files: grep only finds lines, mtail counts and measures, and the Collector takes lines apart. None joins.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedCollector } from '../test/stack/collector/collector.mjs';
import { onPath } from './measure.mjs';

const MTAIL = new URL('./nova.mtail', import.meta.url).pathname;

/**
 * The receiver with what its documentation shows for lines like oslo.log's: one regular expression, the time and the severity. What it
 * has parsed is dropped right there, so that no exporter is measured.
 */
const FILELOG = (paths) => `receivers:
  filelog:
    include: ${JSON.stringify(paths)}
    start_at: beginning
    operators:
      - type: regex_parser
        regex: '^(?P<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+) (?P<pid>\\d+) (?P<severity>[A-Z]+) (?P<logger>\\S+) \\[(?P<context>[^\\]]*)\\] (?P<message>.*)$'
        timestamp: { parse_from: attributes.time, layout: '%Y-%m-%d %H:%M:%S.%L' }
        severity: { parse_from: attributes.severity }
        on_error: send_quiet
      - { type: filter, expr: 'true' }
exporters:
  otlp_http: { endpoint: 'http://127.0.0.1:1' }
service:
  telemetry: { metrics: { level: none }, logs: { level: error } }
  pipelines:
    logs: { receivers: [filelog], exporters: [otlp_http] }
`;

/** Its configuration goes beside the folder of the logs. */
function collectorArgs(binary, paths) {
  const config = join(dirname(dirname(paths[0])), 'collector.yaml');
  writeFileSync(config, FILELOG(paths));
  return [binary, '--config', config];
}

const collector = process.env.NOVASPAN_COLLECTOR ?? cachedCollector();

const PEERS = [
  { id: 'grep', name: 'grep -c Took', piped: true, ends: [0, 1], argv: (paths) => ['grep', '-c', 'Took', ...paths] },
  {
    id: 'mtail',
    name: 'mtail --one_shot',
    isThere: () => onPath('mtail'),
    toGet: 'mtail is not installed (apt-get install mtail)',
    argv: (paths) => ['mtail', '--one_shot', '--progs', MTAIL, ...paths.flatMap((path) => ['--logs', path])],
  },
  {
    id: 'collector',
    name: 'Collector, filelog + regex_parser',
    follows: true,
    isThere: () => existsSync(collector),
    toGet: `there is no Collector at ${collector} (npm run test:stack builds one; NOVASPAN_COLLECTOR=FILE names another)`,
    argv: (paths) => collectorArgs(collector, paths),
  },
];

const skipped = new Set();

/** Those that are here; of each other one a sentence says once why it is skipped. */
export function availablePeers() {
  return PEERS.filter(({ name, isThere = () => true, toGet }) => {
    const there = isThere();
    if (!there && !skipped.has(name)) console.log(`${name}: skipped, ${toGet}`);
    if (!there) skipped.add(name);
    return there;
  });
}
