// A sender brings traces to an endpoint in its own way and says, as OTLP JSON lines, what must then be there.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createOtlpHttpExporter, toOtlpJson, tracesUrl } from './dist.mjs';
import { handMade } from './traces.mjs';

/** Drives the exporter itself, in one of the ways it can be set to send. */
const direct = (name, settings) => ({
  name,
  async send({ endpoint }) {
    const trace = handMade(name);
    const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint), ...settings });
    const result = await exporter.export(trace);
    await exporter.shutdown();
    if (result.outcome !== 'delivered' || result.rejected !== 0) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return [toOtlpJson(trace)];
  },
});

const here = (path) => new URL(path, import.meta.url).pathname;
const NOVASPAN = here('../../dist/cli/main.js');

/** The sidecar itself: follows real logs, and is told to stop when it has said that all is delivered. */
const sidecar = (scenario) => ({
  name: `novaspan tail of ${scenario}`,
  async send({ endpoint }) {
    const logs = mkdtempSync(join(tmpdir(), 'novaspan-stack-'));
    try {
      cpSync(here(`../golden/${scenario}`), logs, { recursive: true });
      const lines = execFileSync(process.execPath, [NOVASPAN, 'replay', '--format', 'otlp', '--timezone', 'UTC', logs], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split('\n');
      const settings = ['--backfill', '--state-dir', 'none', '--metrics', 'off', '--timezone', 'UTC', '--endpoint', endpoint];
      const tail = spawn(process.execPath, [NOVASPAN, 'tail', ...settings, logs], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      tail.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const ended = once(tail, 'exit');
      // The logs are old, so all their actions are over as soon as they are read; stopping waits until they are delivered.
      await delay(3000);
      tail.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`tail ended with ${code}: ${said}`);
      return lines;
    } finally {
      rmSync(logs, { recursive: true, force: true });
    }
  },
});

export const senders = [
  direct('http/json', {}),
  direct('http/json with gzip', { compression: 'gzip' }),
  direct('http/protobuf', { protocol: 'http/protobuf' }),
  sidecar('create-succeeds-debug'),
  sidecar('create-fails-vif-plug-timeout-debug'),
  sidecar('rebuild-succeeds-info'),
];
