import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Count } from '../model/counters.js';
import { receiveUnavailable } from '../model/errors.js';
import { isLoopback, listenOn, parseListen } from '../model/listen.js';
import { type Answer, CONTENT_TYPES, type Encoding, refused } from './answer.js';
import { type BodyFault, Room, unpack, withBody } from './body.js';
import type { Receiver, ReceiverLog } from './receiver.js';

export interface ReceiverServerOptions {
  /** HOST:PORT */
  readonly listen: string;
  readonly receiver: Pick<Receiver, 'receive'>;
  readonly count: Count;
  readonly log: ReceiverLog & { warn(fields: object, message: string): void };
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** maximum bytes of one body, packed and unpacked */
  readonly bodyBytes: number;
  /** maximum bytes of all bodies in progress */
  readonly allBytes: number;
  /** time limit of a whole request, head and body */
  readonly requestMs: number;
}

export interface ReceiverServer {
  /** URL of the endpoint, such as `http://127.0.0.1:4319/v1/logs` */
  readonly url: string;
  /** Accepts no more requests, and waits for those being written. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const DEFAULT_LIMITS: Limits = { bodyBytes: 16 * MIB, allBytes: 64 * MIB, requestMs: 30_000 };
const MOST_CONNECTIONS = 512;
const SILENCE = 60_000;
const PATH = '/v1/logs';
const RETRY_BUSY = 1;

const ENCODINGS: Readonly<Record<string, Encoding>> = Object.fromEntries(
  Object.entries(CONTENT_TYPES).map(([encoding, type]) => [type, encoding as Encoding]),
);

/**
 * Listens for logs by OTLP/HTTP. Any client that reaches the address can make novaspan export actions that never
 * happened, so the default is loopback.
 * @throws OperatorError RECEIVE_UNAVAILABLE if it cannot listen there
 */
export async function serveReceiver({ listen, receiver, count, log, limits = {} }: ReceiverServerOptions): Promise<ReceiverServer> {
  const { bodyBytes, allBytes, requestMs } = { ...DEFAULT_LIMITS, ...limits };
  const address = parseListen(listen);
  if (address === undefined) throw receiveUnavailable(listen);
  const room = new Room(allBytes);
  const underWay = new Set<Promise<void>>();
  const reading = new Set<IncomingMessage>();
  let isClosing = false;

  async function answer(request: IncomingMessage): Promise<readonly [Answer, Encoding]> {
    const encoding = ENCODINGS[(request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()];
    const no = (status: number, message: string, retryAfter?: number) =>
      [refused(encoding ?? 'json', status, message, retryAfter), encoding ?? 'json'] as const;
    if ((request.url ?? '/').split('?', 1)[0] !== PATH) return no(404, `logs are received at ${PATH} only`);
    if (request.method !== 'POST') return no(405, 'send logs by POST');
    if (encoding === undefined) return no(415, `send ${Object.values(CONTENT_TYPES).join(' or ')}`);
    const packed = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (packed !== 'identity' && packed !== 'gzip') return no(415, 'compress with gzip, or not at all');
    if (isClosing) return no(503, 'novaspan is stopping: send it again', RETRY_BUSY);

    const faults: Readonly<Record<BodyFault, () => readonly [Answer, Encoding]>> = {
      'too large': () => no(413, `a request may have ${bodyBytes} bytes, packed and unpacked: send smaller batches`),
      'too much at once': () => no(503, 'too many requests at once: send it again', RETRY_BUSY),
      damaged: () => no(400, 'the body is not gzip, or is cut off'),
      'cut off': () => no(400, 'the body is cut off'),
    };
    reading.add(request);
    return withBody(request, { most: bodyBytes, room }, async (sent) => {
      reading.delete(request);
      const body = packed === 'gzip' && Buffer.isBuffer(sent) ? await unpack(sent, bodyBytes) : sent;
      return Buffer.isBuffer(body) ? [await receiver.receive(encoding, body), encoding] : faults[body]();
    });
  }

  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: Math.min(requestMs, 10_000),
      requestTimeout: requestMs,
      keepAliveTimeout: SILENCE,
      connectionsCheckingInterval: Math.min(requestMs, 2_000),
    },
    (request, response) => {
      const done = answer(request).then(async ([answered, encoding]) => {
        count('received_requests', 1, response.destroyed ? 'none' : String(answered.status));
        await respond(request, response, answered, { encoding, isLast: isClosing || isEndless(request, bodyBytes) });
      });
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  const url = await listenOn(server, address).catch((cause: unknown) => {
    throw receiveUnavailable(listen, cause);
  });
  server.on('error', (error) => log.error({ reason: error.message }, 'logs by OTLP: a connection could not be taken'));
  if (!isLoopback(address)) log.warn({ listen }, 'anyone who can reach this port can send log lines, also from other machines');

  return {
    url: url + PATH,
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Complete requests are written and answered; incomplete ones will be repeated by their senders.
      for (const request of reading) request.destroy();
      await Promise.all(underWay);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A body too long to be read to its end only so that the sender can read the answer. */
const isEndless = ({ complete, headers }: IncomingMessage, bodyBytes: number): boolean =>
  !complete && !(Number(headers['content-length']) <= 4 * bodyBytes);

/** Resolves when the answer is sent, or the client is gone. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, retryAfter }: Answer,
  { encoding, isLast }: { readonly encoding: Encoding; readonly isLast: boolean },
): Promise<void> {
  response.writeHead(status, {
    'content-type': CONTENT_TYPES[encoding],
    'content-length': body.length,
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(status === 405 && { allow: 'POST' }),
    ...(status === 415 && { 'accept-encoding': 'gzip, identity' }),
    ...(isLast && { connection: 'close' }),
  });
  response.end(body);
  request.resume();
  await finished(response).catch(() => undefined);
}
