// A real Prometheus, Debian's, on a port of 127.0.0.1 that is free: it scrapes the sidecars as OpenMetrics and works out the alerts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startProgram } from './process.mjs';
import { Skip } from './skip.mjs';

/** How often it scrapes and works out the rules: as often as its clock allows, so that nobody waits. */
const INTERVAL = '1s';

/** @returns its version. @throws Skip where there is none on the PATH */
export function findPrometheus() {
  try {
    const said = execFileSync('prometheus', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return /version (\S+)/.exec(said)?.[1] ?? 'unknown';
  } catch {
    throw new Skip('there is no Prometheus here (Debian: apt-get install prometheus)');
  }
}

/**
 * Starts it and waits until it is ready.
 *
 * @param folder where its database and its configuration go
 * @param rules files of rules, loaded as they are
 * @param targets what to scrape: `{ job, address, labels }`
 */
export async function startPrometheus({ folder, rules, targets }) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'prometheus.json');
  // JSON is YAML, too.
  writeFileSync(config, JSON.stringify(configOf({ rules, targets }), undefined, 2));
  const flags = {
    'config.file': config,
    'storage.tsdb.path': join(folder, 'data'),
    'web.listen-address': `127.0.0.1:${port}`,
    'enable-feature': 'exemplar-storage',
    'log.level': 'warn',
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const running = await startProgram('Prometheus', 'prometheus', args, { doors: [url] });
  return { ...running, url, ...clientOf(url) };
}

const configOf = ({ rules, targets }) => ({
  global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
  rule_files: rules,
  scrape_configs: [...new Set(targets.map(({ job }) => job))].map((job) => ({
    job_name: job,
    static_configs: targets.filter((target) => target.job === job).map(({ address, labels = {} }) => ({ targets: [address], labels })),
  })),
});

/** What is asked of its HTTP API. Times are epoch seconds. */
function clientOf(url) {
  const ask = async (path, params = {}) => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(params)}`, { headers: { connection: 'close' } });
    const { status, data, error } = await response.json();
    if (status !== 'success') throw new Error(`Prometheus says of ${path} ${JSON.stringify(params)}: ${error}`);
    return data;
  };
  return {
    /** @returns series as of now: `{ metric, value: [time, text] }` */
    query: async (query) => (await ask('query', { query })).result,
    /** @returns series: `{ metric, values: [time, text][] }` */
    range: async (query, { start, end, step }) => (await ask('query_range', { query, start, end, step })).result,
    /** @returns `{ seriesLabels, exemplars: { labels, value, timestamp }[] }[]` */
    exemplars: (query, { start, end }) => ask('query_exemplars', { query, start, end }),
    labelValues: (label, params) => ask(`label/${label}/values`, params),
    /** @returns alerts that are pending or firing: `{ labels, annotations, state, value }` */
    alerts: async () => (await ask('alerts')).alerts,
    /** @returns every rule of every group: `{ name, health, lastError, ... }` */
    rules: async () => (await ask('rules')).groups.flatMap(({ rules }) => rules),
    /** @returns what is scraped: `{ labels, health, lastError }` */
    targets: async () => (await ask('targets', { state: 'active' })).activeTargets,
  };
}
