// What runs on a host of the cloud: a Collector as agent, and novaspan, which follows the host's own logs. And the gateways.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../stack/process.mjs';
import { PATIENCE_MS } from './patience.mjs';

const NOVASPAN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const configOf = (name) => fileURLToPath(new URL(`../../deploy/fleet/${name}.yaml`, import.meta.url));
const list = (addresses) => `[${addresses.join(', ')}]`;
const TICKS_PER_SECOND = 100;

/** CPU seconds and resident bytes of a process, as the kernel counts them. */
export function costOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, rss: Number(rss[1]) * 1024 };
}

/** The sum of a metric over its series, with `_total` or without; `like` has to be in the series' labels. */
export async function metric(url, name, like = '') {
  const text = await (await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(30_000) })).text();
  // Ours are there from the start. The Collector's come with their first value.
  if (name.startsWith('novaspan_') && !text.includes(name)) throw new Error(`${url} has no ${name}`);
  const named = new RegExp(`^${name}(_total)?[{ ]`);
  const series = text.split('\n').filter((line) => named.test(line));
  return series.filter((line) => line.includes(like)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** A Collector of deploy/fleet on a host. It can be killed and started again, as its supervisor would. */
export async function startCollector({ network, host, binary, config, kafka, env = {}, also = [], metricsPort = 8888 }) {
  const { address } = network.of(host);
  const metrics = `http://${address}:${metricsPort}/metrics`;
  const [command, ...args] = network.command(host, binary, ...[configOf(config), ...also].flatMap((file) => ['--config', file]));
  const common = {
    KAFKA_BROKERS: list(kafka.addresses),
    COLLECTOR_METRICS_HOST: address,
    COLLECTOR_METRICS_PORT: String(metricsPort),
    COLLECTOR_FSYNC: 'false',
    GOGC: '50',
  };
  let program;
  const start = async () => {
    program = await startProgram(`${config} on ${host}`, command, args, {
      env: { ...common, ...env },
      doors: [metrics],
      graceMs: 15_000,
      withinMs: PATIENCE_MS,
    });
  };
  await start();
  return {
    host,
    address,
    metrics,
    start,
    kill: () => program.kill(),
    stop: () => program.stop(),
    pid: () => program.pid,
    log: () => program.log(),
  };
}

export const gatewayEnv = ({ network, gateways, store }) => ({
  COLLECTOR_GATEWAYS: list(gateways.map((name) => `${network.of(name).address}:4317`)),
  COLLECTOR_TRACES: store,
});

/** novaspan on a host, as it is run: `tail` with a configuration file and a state folder. */
export async function startSidecar({ network, host, folder, settings }) {
  const { address } = network.of(host);
  const own = join(folder, 'novaspan', host);
  mkdirSync(own, { recursive: true });
  const config = join(own, 'novaspan.yaml');
  const usual = { timezone: 'UTC', backfill: true, pollInterval: '250ms', checkpointInterval: '1s', stateDir: join(own, 'state') };
  // JSON is YAML, too.
  writeFileSync(config, JSON.stringify({ ...usual, telemetry: { listen: `${address}:9464` }, ...settings }));
  const [command, ...args] = network.command(host, process.execPath, NOVASPAN, 'tail', '--config', config);
  const metrics = `http://${address}:9464/metrics`;
  let program;
  /** Counters begin anew with a process: those of the ones before are added. */
  const before = { lines: 0, retried: 0, cpu: 0 };
  const counts = async () => ({
    lines: await metric(metrics, 'novaspan_lines'),
    retried: await metric(metrics, 'novaspan_exports_retried'),
    cpu: costOf(program.pid).cpu,
  });
  const start = async () => {
    program = await startProgram(`novaspan on ${host}`, command, args, {
      doors: [`http://${address}:9464/healthz`],
      withinMs: PATIENCE_MS,
      graceMs: 20_000,
    });
  };
  await start();
  return {
    host,
    start,
    async totals() {
      const now = await counts();
      return Object.fromEntries(Object.keys(before).map((key) => [key, before[key] + now[key]]));
    },
    rss: () => costOf(program.pid).rss,
    async restart() {
      const now = await counts();
      for (const key of Object.keys(before)) before[key] += now[key];
      await program.stop();
      await start();
    },
    stop: () => program.stop(),
    pid: () => program.pid,
    log: () => program.log(),
  };
}
