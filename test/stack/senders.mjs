// A sender brings traces to an endpoint in its own way and says, as OTLP JSON lines, what must then be there.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOtlpHttpExporter, toOtlpJson, tracesUrl } from './modules.mjs';
import { novaspan, sidecarOf } from './sidecar.mjs';
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

/** The sidecar itself: reads logs that are old, so that all their actions are over, and delivers what it has before it stops. */
const sidecar = (scenario) => ({
  name: `novaspan tail of ${scenario}`,
  async send({ endpoint }) {
    const folder = mkdtempSync(join(tmpdir(), 'novaspan-stack-'));
    const logs = join(folder, 'logs');
    try {
      cpSync(new URL(`../golden/${scenario}`, import.meta.url), logs, { recursive: true });
      const tail = await sidecarOf({ name: scenario, logs, folder, endpoint, settings: { stateDir: 'none' } });
      await tail.start();
      await tail.ready();
      const code = await tail.stop();
      if (code !== 0) throw new Error(`tail ended with ${code}: ${tail.log()}`);
      return (await novaspan('replay', '--format', 'otlp', '--timezone', 'UTC', logs)).trim().split('\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
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
