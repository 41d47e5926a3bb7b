import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type AlertOptions, alertFiles } from './alerts/files.js';
import { dashboardFiles } from './dashboards/files.js';
import { limitsOf } from './limits-file.js';
import { limits as usual } from './thresholds.js';

/** From `build/grafana/source/`, where this is run. */
const GRAFANA = fileURLToPath(new URL('../../../grafana/', import.meta.url));
/** Folders in which this program writes everything, so that what it no longer writes is removed. */
const OWN = ['dashboards/tempo', 'dashboards/jaeger'];

const HELP = `Writes the dashboards and alerts below grafana/.

  --check              compare with what is there instead; exit with 1 when anything differs
  --thresholds FILE    YAML, name: number, of grafana/source/thresholds.ts
  --runbook-base URL   where your copy of grafana/runbook.md is read
  --grafana-url URL    where your Grafana is, for links from alerts of Prometheus
  --cluster-attribute KEY
                       of the resources of all your traces in Tempo, such as deployment.environment.name: the variable cluster is of traces, too
  --out FOLDER         write there, not to grafana/
`;

function main(): void {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean' },
      thresholds: { type: 'string' },
      'runbook-base': { type: 'string' },
      'grafana-url': { type: 'string' },
      'cluster-attribute': { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = values.out === undefined ? GRAFANA : resolve(values.out);
  const limits = values.thresholds === undefined ? usual : limitsOf(readFileSync(values.thresholds, 'utf8'));
  const runbook = values['runbook-base'];
  const grafana = values['grafana-url']?.replace(/\/+$/, '');
  const options: AlertOptions = { limits, ...(runbook !== undefined && { runbook }), ...(grafana !== undefined && { grafana }) };
  const files = new Map([...dashboardFiles(limits, values['cluster-attribute']), ...alertFiles(options)]);
  const stale = OWN.flatMap((own) => listed(folder, own)).filter((path) => !files.has(path));
  if (values.check) {
    const changed = [...files].filter(([path, content]) => read(join(folder, path)) !== content).map(([path]) => path);
    for (const path of [...changed, ...stale]) console.error(`${join(folder, path)} is not as its source says: npm run grafana`);
    process.exitCode = changed.length + stale.length > 0 ? 1 : 0;
    return;
  }
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const path of stale) rmSync(join(folder, path));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function listed(folder: string, own: string): string[] {
  try {
    return readdirSync(join(folder, own)).map((name) => `${own}/${name}`);
  } catch {
    return [];
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
}
