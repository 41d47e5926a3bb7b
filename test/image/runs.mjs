// What the image does: it starts, shows its demonstration, and follows logs, as the user it names and with nothing it does not need.

import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../stack/process.mjs';
import { createJail } from './jail.mjs';

/** Starts are measured so often; the median is told. */
const STARTS = 9;
const LOGS = '/var/log/openstack';
const STATE = '/var/lib/novaspan';

export async function checkRuns({ root, config, version, work, say }) {
  assert.equal(config.User, '65532:65532');
  const jail = createJail(root, config);
  const folder = (name) => {
    const path = mkdtempSync(join(work, `${name}-`));
    chownSync(path, 65532, 65532);
    return path;
  };

  const took = Array.from({ length: STARTS }, () => {
    const began = performance.now();
    assert.equal(jail.run(['--version']).trim(), `novaspan ${version}`);
    return performance.now() - began;
  });
  const empty = Array.from({ length: STARTS }, () => {
    const began = performance.now();
    jail.run([], { command: ['/bin/true'] });
    return performance.now() - began;
  });
  say(`--version takes ${median(took)} ms, of which the jail itself ${median(empty)} ms (medians of ${STARTS})`);

  const shown = jail.run(['demo', '--no-color']);
  for (const { title } of JSON.parse(readFileSync(join(root, 'opt/novaspan/demo/scenarios.json'), 'utf8')))
    assert.ok(shown.includes(title), title);
  say(`demo shows ${shown.split('\n').length} lines`);

  assert.throws(() => jail.run(['-e', 'fs.writeFileSync("/opt/novaspan/x", "")'], { command: ['node'] }), /EROFS|EACCES/);
  await checkTail({ jail, folder, say });
}

async function checkTail({ jail, folder, say }) {
  const [port] = await freePorts(1);
  const backend = await startBackend();
  const [logs, state] = [folder('logs'), folder('state')];
  const env = { NOVASPAN_TELEMETRY_LISTEN: `127.0.0.1:${port}`, NOVASPAN_TIMEZONE: 'UTC', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  const volumes = [
    { from: logs, to: LOGS, mode: 'ro' },
    { from: state, to: STATE, mode: 'rw' },
  ];
  const ask = (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } }).catch(() => ({ ok: false }));

  const began = performance.now();
  // The boot that is fed ended some seconds ago, maybe before this start.
  const tail = jail.start(['tail', '--backfill', LOGS], { env, volumes });
  try {
    await until(async () => (await ask('/readyz')).ok, tail);
    say(`tail is ready after ${Math.round(performance.now() - began)} ms`);
    assert.ok((await ask('/healthz')).ok);

    const status = readFileSync(`/proc/${tail.pid}/status`, 'utf8');
    const is = (name, value) => assert.match(status, new RegExp(`^${name}:\\s*${value}\\s*$`, 'm'), name);
    is('Uid', '65532\\s+65532\\s+65532\\s+65532');
    is('Gid', '65532\\s+65532\\s+65532\\s+65532');
    is('Groups', '');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) is(set, '0+');
    is('NoNewPrivs', '1');
    is('NSpid', `${tail.pid}\\s+1`);

    // What docker-compose.yaml feeds its sidecar with, from the same image.
    jail.run(['demo/feed.mjs', LOGS, 'create-succeeds-debug', '--at-once'], {
      command: ['node'],
      volumes: [{ from: logs, to: LOGS, mode: 'rw' }],
    });
    await until(() => backend.roots.includes('instance create'), tail);
    await until(() => readdirSync(state).includes('checkpoint'), tail);
    say(`a boot that was fed is told, the checkpoint is written (${readdirSync(state).sort().join(', ')})`);
    say(`memory: ${/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${tail.pid}/status`, 'utf8'))[1] / 1000} MB at most`);

    const stopping = performance.now();
    process.kill(tail.pid, 'SIGTERM');
    assert.equal(await tail.ended, 0, tail.said());
    say(`SIGTERM to process 1: ended with 0 after ${Math.round(performance.now() - stopping)} ms`);
  } finally {
    tail.kill();
    await tail.ended;
    await backend.stop();
  }
}

async function until(isSo, { ended, said }) {
  let code;
  ended.then((value) => (code = value));
  for (let tries = 0; tries < 600; tries++, await delay(50)) {
    if (await isSo()) return;
    if (code !== undefined) break;
  }
  throw new Error(`it did not come to that${code === undefined ? ' within 30 s' : ` before tail ended with ${code}`}:\n${said()}`);
}

async function startBackend() {
  const roots = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const spans = JSON.parse(Buffer.concat(chunks)).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    roots.push(...spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    roots,
    url: `http://127.0.0.1:${server.address().port}`,
    stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

const median = (numbers) => Math.round([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]);
