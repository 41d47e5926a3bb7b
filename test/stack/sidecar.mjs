// The sidecar as people run it: `novaspan tail` of dist/ with a configuration file, a state folder and its metrics on a free port.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.mjs';
import { freePorts, startProgram } from './process.mjs';

const NOVASPAN = new URL('../../dist/cli/main.js', import.meta.url).pathname;

const run = promisify(execFile);

/** Runs a command of novaspan to its end. @returns what it wrote to stdout */
export async function novaspan(...args) {
  return (await run(process.execPath, [NOVASPAN, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
}

const usual = { timezone: 'UTC', backfill: true, pollInterval: '250ms', checkpointInterval: '1s' };

/**
 * A sidecar that can be started, killed and started again where it was: with the same state and the same port, as systemd does it.
 *
 * @param name what it is called in this test
 * @param logs the folder that it follows; the names of the logs say whose they are
 * @param folder where its state and its configuration go
 * @param endpoint where its traces go
 * @param settings what is to be set besides
 */
export async function sidecarOf({ name, logs, folder, endpoint, settings }) {
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const config = join(folder, `novaspan-${name}.yaml`);
  const stateDir = join(folder, `state-${name}`);
  const own = { logs: [{ path: logs }], stateDir, otlp: { endpoint }, telemetry: { listen: address, phaseHistograms: 'coarse' } };
  // JSON is YAML, too.
  writeFileSync(config, JSON.stringify({ ...usual, ...own, ...settings }));
  let running;

  return {
    name,
    logs,
    stateDir,
    /** HOST:PORT of its metrics */
    address,
    async start() {
      running = await startProgram(`novaspan tail (${name})`, process.execPath, [NOVASPAN, 'tail', '--config', config], {
        doors: [`http://${address}/healthz`],
      });
    },
    /** @returns `/metrics`: Prometheus' text, or OpenMetrics, which has the exemplars */
    async metrics({ openMetrics = false } = {}) {
      const accept = openMetrics ? 'application/openmetrics-text; version=1.0.0' : 'text/plain';
      return (await fetch(`http://${address}/metrics`, { headers: { accept, connection: 'close' } })).text();
    },
    /** Settled when it has looked at every log, and its backend has taken what there was. */
    ready: () =>
      eventually(`${name} to be ready`, async () => (await fetch(`http://${address}/readyz`, { headers: { connection: 'close' } })).ok),
    /** As the kernel kills it: without a word. */
    kill: () => running.kill(),
    /** @returns its exit code */
    async stop() {
      await running?.stop();
      return running?.ended;
    },
    log: () => running?.log() ?? '',
  };
}
