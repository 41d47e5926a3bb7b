import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { traceIdOf } from '../src/trace/span-id.js';
import { compiled } from './support/compiled.js';
import { sized } from './support/size.js';

/**
 * The logs of a compute node on which a boot begins every two seconds: 10,000 of them are five and a half hours by a clock that is
 * handed in. The backend is there for the first twentieth. Then it is away in every way: nobody listens, it answers 503, it breaks
 * connections in the middle of its answer, it fails with 500. When all has been written it comes back.
 */
const BOOTS = sized({ fast: 1000, long: 10_000 });
const MIB = 1024 * 1024;

/** What may wait, as the sidecar is told. */
const LIMIT_BYTES = sized({ fast: 2, long: 16 }) * MIB;
/** What the heap may hold more than before the outage, and when all of it is read afterwards. */
const MOST_GROWTH = LIMIT_BYTES + 8 * MIB;
/** The whole heap that the process has. It ends with an error where that does not do. */
const HEAP_MB = 96;

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const behaviours = {
  takes: (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  'is busy': (_request, response) => void response.writeHead(503, { 'retry-after': '5' }).end(),
  'breaks off': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{');
    setImmediate(() => response.socket?.resetAndDestroy());
  },
  fails: (_request, response) => void response.writeHead(500).end(),
} satisfies Record<string, Behaviour>;

/** By trace id: how often it came, and its bytes; of each request that was read to its end, acknowledged or not. */
const came = new Map<string, { times: number; hash: string }>();
const changed: string[] = [];
let behaviour: keyof typeof behaviours = 'takes';
let server: Server;
let port = 0;

async function listen(): Promise<void> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const traceId = /"traceId":"([0-9a-f]{32})"/.exec(body.toString('latin1'))![1]!;
      const hash = createHash('sha256').update(body).digest('hex');
      const known = came.get(traceId);
      if (known !== undefined && known.hash !== hash) changed.push(traceId);
      came.set(traceId, { times: (known?.times ?? 0) + 1, hash });
      behaviours[behaviour](request, response);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
}

async function goAway(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** What the backend does from which boot on. */
const story: Readonly<Record<number, () => Promise<void> | void>> = {
  [0.05 * BOOTS]: goAway,
  [0.4 * BOOTS]: async () => {
    behaviour = 'is busy';
    await listen();
  },
  [0.6 * BOOTS]: () => void (behaviour = 'breaks off'),
  [0.8 * BOOTS]: () => void (behaviour = 'fails'),
  [BOOTS]: () => void (behaviour = 'takes'),
};

let program: Awaited<ReturnType<typeof compiled>>;
let logs: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  program = await compiled();
  logs = mkdtempSync(join(tmpdir(), 'novaspan-outage-'));
  await listen();
});
afterAll(async () => {
  child?.kill();
  program.remove();
  rmSync(logs, { recursive: true });
  await goAway();
});

interface Report {
  readonly done: Record<string, number>;
  readonly left: number;
  readonly counted: Record<string, number>;
  readonly paused: number;
  readonly most: { readonly rss: number; readonly heap: number; readonly waiting: number; readonly waitingBytes: number };
  readonly base: number;
  readonly end: number;
  readonly atEnd: { readonly waiting: number; readonly backend: string; readonly done: Record<string, number> };
  readonly hours: number;
}

it('an outage of hours costs memory up to the bound, and no trace', async () => {
  const options = {
    dist: program.dir,
    logs,
    golden: new URL('golden/create-succeeds-info', import.meta.url).pathname,
    url: `http://127.0.0.1:${port}/v1/traces`,
    boots: BOOTS,
    stops: Object.keys(story).map(Number).slice(0, -1),
    limitBytes: LIMIT_BYTES,
  };
  const said: string[] = [];
  let report: Report | undefined;
  child = fork(new URL('support/outage-child.mjs', import.meta.url).pathname, [JSON.stringify(options)], {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  child.stderr!.on('data', (chunk: Buffer) => said.push(...chunk.toString().trim().split('\n')));
  child.on('message', async (message: { at: number } | Report) => {
    if ('at' in message) {
      await story[message.at]!();
      child!.send('go on');
    } else report = message;
  });
  const [code] = await once(child, 'exit');
  expect([code, said.slice(-3)], said.join('\n')).toMatchObject([0, [expect.anything(), expect.anything(), expect.anything()]]);

  const { done, left, counted, paused, most, base, end, atEnd, hours } = report!;
  const mib = (bytes: number) => Math.round((bytes / MIB) * 10) / 10;
  process.stderr.write(
    `outage: ${BOOTS} boots in ${hours.toFixed(1)} h; at most ${most.waiting} traces (${mib(most.waitingBytes)} MiB by estimate) waited; ` +
      `heap ${mib(base)} MiB before, ${mib(most.heap)} at most, ${mib(end)} at the end; RSS at most ${mib(most.rss)} MiB\n`,
  );

  // While it was away: reading paused, and nothing was given up.
  expect(atEnd.backend).toBe('down');
  expect(paused).toBeGreaterThan(0.08 * BOOTS);
  expect(atEnd.done).toMatchObject({ dropped: 0, 'dead-letter': 0 });
  expect(atEnd.done['delivered']).toBeLessThan(0.11 * BOOTS);
  expect(most.heap - base).toBeLessThan(MOST_GROWTH);
  expect(most.waitingBytes).toBeGreaterThan(LIMIT_BYTES);

  // Afterwards: every boot arrived, and every repeat had the same bytes.
  const boots = Array.from({ length: BOOTS }, (_, n) => {
    const hex = n.toString(16).padStart(8, '0').slice(1);
    return traceIdOf(`1${hex}-1322-493d-91f3-886f76b155f8`, `req-2${hex}-1cc3-4adc-bd85-76c1c9d2aa62`);
  });
  expect(boots.filter((traceId) => !came.has(traceId))).toEqual([]);
  expect(changed).toEqual([]);
  expect([left, done]).toEqual([0, { delivered: came.size, 'dead-letter': 0, dropped: 0 }]);
  expect(counted).toMatchObject({ actions: BOOTS });
  expect(said.map((line) => JSON.parse(line)).filter(({ level }) => level === 'info')).toMatchObject([
    { msg: 'the backend accepts traces again' },
  ]);
});
