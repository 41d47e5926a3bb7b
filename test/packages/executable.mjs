// `npm run test:executable`: out/novaspan alone, copied into an empty folder with nothing on the PATH, does what the program of dist/ does.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { megabytes, OUT, ROOT } from '../../packaging/common.mjs';

const BUILT = join(OUT, 'novaspan');
const { status } = spawnSync(process.execPath, [join(ROOT, 'packaging/executable/build.mjs')], { stdio: 'inherit' });
if (status === 75) {
  console.log('the executable skipped: Node.js for it cannot be had from npm here');
  process.exit(0);
}
if (status !== 0) process.exit(1);

const work = mkdtempSync(join(tmpdir(), 'novaspan-executable-'));
const alone = join(work, 'alone');
const temporary = join(work, 'tmp');
for (const folder of [alone, temporary]) mkdirSync(folder);
copyFileSync(BUILT, join(alone, 'novaspan'));
cpSync(join(ROOT, 'test/golden/create-succeeds-debug'), join(work, 'logs'), { recursive: true });

const env = { PATH: '', HOME: work, TMPDIR: temporary };
const run = (...args) => execFileSync(join(alone, 'novaspan'), args, { encoding: 'utf8', cwd: alone, env, maxBuffer: 2 ** 28 });
const ofDist = (...args) =>
  execFileSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], { encoding: 'utf8', cwd: alone, env, maxBuffer: 2 ** 28 });
const expect = (is, what) => {
  if (!is) throw new Error(`not so: ${what}`);
  console.log(`ok: ${what}`);
};

try {
  const same = [
    ['--version'],
    ['help', 'replay'],
    ['demo', '--no-color'],
    ['replay', '--quiet', '--timezone', 'UTC', '--format', 'otlp', join(work, 'logs')],
    ['replay', '--quiet', '--timezone', 'UTC', '--jobs', '2', '--format', 'otlp', join(work, 'logs')],
    ['replay', '--quiet', '--timezone', 'UTC', '--format', 'html', join(work, 'logs')],
    ['check', '--timezone', 'UTC', join(work, 'logs')],
    ['explain', 'vif-plugged wait'],
  ];
  for (const args of same)
    expect(
      run(...args) === ofDist(...args),
      `\`novaspan ${args.filter((arg) => !arg.startsWith('/')).join(' ')}\` prints what dist/ prints`,
    );
  expect(readdirSync(temporary).length === 0, 'it leaves nothing in the temporary folder');
  await followsLogs();

  const ms = startTimes();
  console.log(`size ${megabytes(BUILT)}; --version ${ms.executable} ms, with node dist/cli/main.js ${ms.node} ms (medians of 9)`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The sidecar, by the executable alone, delivers the trace of the recorded boot. */
async function followsLogs() {
  const bodies = [];
  const backend = createServer((request, response) => {
    const parts = [];
    request
      .on('data', (part) => parts.push(part))
      .on('end', () => {
        const body = Buffer.concat(parts);
        bodies.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const args = ['tail', '--timezone', 'UTC', '--backfill', '--state-dir', join(work, 'state'), '--metrics', 'off'];
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${backend.address().port}`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const tail = spawn(join(alone, 'novaspan'), [...args, join(work, 'logs')], { cwd: alone, env: { ...env, ...endpoint }, stdio: 'ignore' });
  try {
    // The recording ends with its last line, which nothing follows: the sidecar exports what is complete.
    while (!bodies.some((body) => body.includes('22e3269d157231679e45640f90a4bdf3')) && tail.exitCode === null)
      await new Promise(setImmediate);
    expect(tail.exitCode === null, '`novaspan tail` follows logs and exports the trace of the boot');
    tail.kill('SIGTERM');
    const [code] = await once(tail, 'exit');
    expect(code === 0 && readFileSync(join(work, 'state/checkpoint')).length > 0, 'SIGTERM ends it with 0 and a checkpoint');
  } finally {
    tail.kill('SIGKILL');
    backend.close();
  }
}

function startTimes() {
  const median = (program, args) => {
    const times = Array.from({ length: 9 }, () => {
      const from = process.hrtime.bigint();
      spawnSync(program, args, { env });
      return Number(process.hrtime.bigint() - from) / 1e6;
    });
    return Math.round(times.sort((a, b) => a - b)[4]);
  };
  return {
    executable: median(join(alone, 'novaspan'), ['--version']),
    node: median(process.execPath, [join(ROOT, 'dist/cli/main.js'), '--version']),
  };
}
