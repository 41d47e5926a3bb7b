// Builds the Collector from the Go module proxy with its own builder, as manifest.yaml says, and runs it.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CACHE, cachedProgram, lastLine, skip } from '../go.mjs';
import { freePorts, startProgram, until } from '../process.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const manifest = readFileSync(here('manifest.yaml'), 'utf8').replace(/^#.*\n/gm, '');
const version = /^ {2}version: (.*)$/m.exec(manifest)[1];
const run = promisify(execFile);

/** The shipped configuration of that name: `agent`, `gateway`, `logs-in`. */
export const configOf = (name) => here(`../../../collector-config/${name}.yaml`);

const key = `otelcol-${version}-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`;

/** Where the binary is once it is built. */
export const cachedCollector = () => join(CACHE, key, 'otelcol');

/** The path of the binary; builds it (some 9 minutes on two busy cores) when the cache has none of this manifest. */
export const buildCollector = (say) =>
  cachedProgram({
    key,
    name: 'otelcol',
    say,
    async build(dir, go) {
      const sources = join(dir, 'sources');
      writeFileSync(join(dir, 'manifest.yaml'), manifest.replace('dist:', `dist:\n  output_path: ${sources}`));
      const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
      await go('run', builder, '--config', 'manifest.yaml', '--skip-compilation').catch((e) =>
        skip(`the modules of the Collector cannot be had: ${lastLine(e)}`),
      );
      await go('-C', sources, 'build', '-trimpath', '-ldflags=-s -w', '-o', join(dir, 'otelcol'), '.');
    },
  });

/**
 * Starts a Collector and waits until it says that it is healthy (`healthy: false` where it has no such extension). Where it sends
 * to and keeps its state is told in `env`; so is where it listens, else free ports are found.
 */
export async function startCollector(binary, { name = 'Collector', configs, env, healthy = true, gates = [] }) {
  const [grpc, http, health, metrics, spans] = (await freePorts(5)).map((port) => `127.0.0.1:${port}`);
  const at = {
    COLLECTOR_OTLP_GRPC: grpc,
    COLLECTOR_OTLP_HTTP: http,
    COLLECTOR_HEALTH: health,
    COLLECTOR_METRICS_PORT: metrics.split(':')[1],
    COLLECTOR_SPAN_METRICS: spans,
    ...env,
  };
  const program = await startProgram(
    name,
    binary,
    [...gates.map((gate) => `--feature-gates=${gate}`), ...configs.flatMap((config) => ['--config', config])],
    {
      env: at,
      doors: [`http://127.0.0.1:${at.COLLECTOR_METRICS_PORT}/metrics`],
      graceMs: 20_000,
    },
  );
  // It answers before its receivers listen, but then with 503.
  if (healthy) await until(() => isHealthy(at.COLLECTOR_HEALTH), { what: `${name} to be healthy` });
  return {
    ...program,
    grpc: at.COLLECTOR_OTLP_GRPC,
    endpoint: `http://${at.COLLECTOR_OTLP_HTTP}`,
    metrics: `http://127.0.0.1:${at.COLLECTOR_METRICS_PORT}/metrics`,
    spanMetrics: `http://${at.COLLECTOR_SPAN_METRICS}/metrics`,
  };
}

async function isHealthy(address) {
  const response = await fetch(`http://${address}/`, { headers: { connection: 'close' } }).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok ?? false;
}

/** What the Collector says of configurations given together: nothing where they are right, else its words. */
export async function faultsOf(binary, configs, env) {
  const args = ['validate', ...configs.flatMap((config) => ['--config', config])];
  return run(binary, args, { env: { ...process.env, ...env } }).then(
    () => undefined,
    ({ stderr }) => stderr.trim(),
  );
}
