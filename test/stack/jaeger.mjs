// Builds Jaeger v2 from the Go module proxy and runs it. v1.76.0 is the last tag under the module's own name; cmd/jaeger
// in it is v2.13. `go install` refuses a module that has replace directives, so a module of our own requires it and repeats
// them; its go.sum is Jaeger's own, because the public checksum database does not have all of its dependencies.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Skip } from './skip.mjs';

const MODULE = 'github.com/jaegertracing/jaeger';
const VERSION = 'v1.76.0';
const CACHE = process.env.NOVASPAN_CACHE ?? join(homedir(), '.cache', 'novaspan');
const CONFIG = fileURLToPath(new URL('jaeger.yaml', import.meta.url));

const run = promisify(execFile);

/** The path of the binary; builds it (about 5 minutes on two cores) when the cache has none. */
export async function buildJaeger(say) {
  const binary = join(CACHE, `jaeger-${VERSION}`, 'jaeger');
  if (existsSync(binary)) return binary;

  const dir = join(CACHE, `build-${process.pid}`);
  const go = async (...args) =>
    (await quietly('go', args, { cwd: dir, env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' } })).stdout;
  mkdirSync(dir, { recursive: true });
  try {
    await go('version').catch(() => skip('there is no Go here'));
    say(`building Jaeger ${VERSION} into ${CACHE} (once; some minutes)`);
    writeFileSync(join(dir, 'go.mod'), 'module novaspan.test/stack\n');
    const source = await go('mod', 'download', '-json', `${MODULE}@${VERSION}`).catch((e) =>
      skip(`the Go module proxy gives no ${MODULE}@${VERSION}: ${lastLine(e)}`),
    );
    const { Dir } = JSON.parse(source);
    const replaces = readFileSync(join(Dir, 'go.mod'), 'utf8').match(/^replace .*$/gm) ?? [];
    writeFileSync(join(dir, 'go.mod'), ['module novaspan.test/stack', ...replaces, ''].join('\n'));
    writeFileSync(join(dir, 'go.sum'), readFileSync(join(Dir, 'go.sum')));
    await go('get', '-tool', `${MODULE}/cmd/jaeger@${VERSION}`).catch((e) =>
      skip(`the modules that Jaeger needs cannot be had: ${lastLine(e)}`),
    );
    await go('build', '-trimpath', '-ldflags=-s -w', '-o', 'jaeger', `${MODULE}/cmd/jaeger`);
    mkdirSync(join(CACHE, `jaeger-${VERSION}`), { recursive: true });
    renameSync(join(dir, 'jaeger'), binary);
    return binary;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a command at low priority, so that a build does not starve what else runs here. */
function quietly(command, args, options) {
  const running = run(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  if (running.child.pid !== undefined) setPriority(running.child.pid, 10);
  return running;
}

const skip = (why) => {
  throw new Skip(why);
};

/** Go says what is wrong at the end of its errors, or with -json in a field. */
function lastLine({ stdout, stderr, message }) {
  const told = /"Error": "(.*)"/.exec(stdout ?? '')?.[1] ?? (stderr || message);
  return told
    .trim()
    .split(/\n|\\n/)
    .at(-1)
    .trim();
}

/** Ports of 127.0.0.1 that nothing listens on now. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts Jaeger and waits until both its doors are open. `stop` ends it and waits for its end. */
export async function startJaeger(binary, { otlpPort, queryPort, queryGrpcPort, echoPort }) {
  const env = { ...process.env, OTLP_PORT: otlpPort, QUERY_PORT: queryPort, QUERY_GRPC_PORT: queryGrpcPort, ECHO_PORT: echoPort };
  const child = spawn(binary, ['--config', CONFIG], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log = (log + text).slice(-20_000)));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  process.on('exit', () => child.kill('SIGKILL'));

  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 2000);
    await ended;
    clearTimeout(killer);
  };

  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`Jaeger ended by itself:\n${log}`);
    if ((await answers(`http://127.0.0.1:${queryPort}/api/services`)) && (await answers(`http://127.0.0.1:${otlpPort}/`)))
      return { stop, pid: child.pid, log: () => log };
    await delay(100);
  }
  await stop();
  throw new Error(`Jaeger was not ready within 30 s:\n${log}`);
}

async function answers(url) {
  try {
    await (await fetch(url, { headers: { connection: 'close' } })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
