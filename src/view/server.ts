import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { version } from '../export/version.js';
import { reasonOf, viewUnavailable } from '../model/errors.js';
import { LISTEN_FORM, type Listen, listenOn, parseListen } from '../model/listen.js';
import { pageOf } from './detail.js';
import { assets, servedPage } from './document.js';
import { isForUs, SECURITY } from './guard.js';
import { answerJaeger, Written } from './jaeger-api.js';
import { answerV3 } from './jaeger-v3.js';
import { Live } from './live.js';
import type { TraceStore } from './store.js';
import type { Status } from './types.js';

export interface ViewOptions {
  readonly store: TraceStore;
  /** as LISTEN_FORM; if the port is in use and `isFallback` is set, a free port is taken */
  readonly listen: string;
  readonly isFallback?: boolean;
  readonly now: () => number;
  /** Receives the reason of a failed request. */
  readonly onFault?: (reason: string) => void;
}

export interface ViewServer {
  /** base URL, such as `http://127.0.0.1:9465` */
  readonly url: string;
  /** Updates the reading status on the page. */
  say(status: Pick<Status, 'state' | 'read' | 'total'>): void;
  /** Accepts no more requests, and waits for those in progress. */
  close(): Promise<void>;
}

/** Default address of the page: the port after that of /metrics. */
export const VIEW_LISTEN = '127.0.0.1:9465';

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 10_000,
} as const;
const MOST_CONNECTIONS = 64;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json';
const json = (status: number, body: unknown): Answer => ({
  status,
  contentType: JSON_TYPE,
  body: `${body instanceof Written ? body.text : JSON.stringify(body)}\n`,
});
const text = (status: number, body: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` });

/**
 * Serves the page, its data, and Jaeger's query API:
 *
 *     /                 the page, with /page.js and /page.css
 *     /view/events      the list and its updates (server-sent events)
 *     /view/trace/ID    an action with all its details
 *     /api/...          Jaeger's query API, /api/v3/... its version 3
 *
 * @throws OperatorError VIEW_UNAVAILABLE if it cannot listen there
 */
export async function serveView({ store, listen, isFallback = false, now, onFault }: ViewOptions): Promise<ViewServer> {
  const address = parseListen(listen);
  if (address === undefined) throw viewUnavailable(listen, `give ${LISTEN_FORM}`);
  const own = [address.host.toLowerCase(), hostname().toLowerCase()];
  let progress: Pick<Status, 'state' | 'read' | 'total'> = { state: 'following', read: 0, total: 0 };
  const live = new Live(store, () => ({ ...progress, dropped: store.dropped, version }));

  async function answer(request: IncomingMessage): Promise<Answer | 'live'> {
    if (!isForUs(request.headers.host, own)) return text(421, 'novaspan does not answer under this host name: use its address');
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET and HEAD are answered here');
    const [path = '/', query] = (request.url ?? '/').split(/\?(.*)/s, 2);
    switch (path) {
      case '/':
        return { status: 200, contentType: 'text/html; charset=utf-8', body: servedPage() };
      case '/page.js':
        return { status: 200, contentType: 'text/javascript; charset=utf-8', body: assets().script };
      case '/page.css':
        return { status: 200, contentType: 'text/css; charset=utf-8', body: assets().style };
      case '/view/events':
        if (live.isFull) return text(503, 'too many pages are open');
        return request.method === 'HEAD' ? text(200, '') : 'live';
      default:
        return behind(path, new URLSearchParams(query));
    }
  }

  async function behind(path: string, params: URLSearchParams): Promise<Answer> {
    const segments = decoded(path);
    if (segments === undefined) return text(400, 'the path cannot be decoded');
    const [first, ...rest] = segments;
    if (first === 'view' && rest[0] === 'trace' && rest.length === 2) {
      const trace = store.get(rest[1]!);
      return trace === undefined ? json(404, { error: 'this action is not in memory, or no longer' }) : json(200, pageOf(trace));
    }
    const found = first === 'api' ? await ofJaeger(rest, params) : undefined;
    return found === undefined ? text(404, 'there is nothing at this path') : json(found.status, found.body);
  }

  const ofJaeger = (segments: readonly string[], params: URLSearchParams): ReturnType<typeof answerJaeger> =>
    segments[0] === 'v3' ? answerV3(store, segments.slice(1), params) : answerJaeger(store, segments, params, now());

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answered: Answer | 'live';
    try {
      answered = await answer(request);
    } catch (error) {
      onFault?.(`${request.url ?? ''}: ${reasonOf(error)}`);
      answered = text(500, 'this request failed: see the log of novaspan');
    }
    if (answered !== 'live') return respond(request, response, answered);
    response.writeHead(200, { ...SECURITY, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    live.open(response);
  }

  const server = createServer(LIMITS, (request, response) => void serve(request, response));
  server.maxConnections = MOST_CONNECTIONS;
  const url = await listening(server, address, listen, isFallback);
  server.on('error', (error) => onFault?.(reasonOf(error)));

  return {
    url,
    say(status) {
      progress = status;
      live.nudge();
    },
    close: () =>
      new Promise((resolve) => {
        live.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listening(server: ReturnType<typeof createServer>, address: Listen, listen: string, isFallback: boolean): Promise<string> {
  try {
    return await listenOn(server, address);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE' && isFallback) return listening(server, { ...address, port: 0 }, listen, false);
    const busy = 'something else listens there: give another port, or 0 for one that is free';
    throw viewUnavailable(listen, code === 'EADDRINUSE' ? busy : `give ${LISTEN_FORM}`, cause);
  }
}

function decoded(path: string): string[] | undefined {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function respond(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...SECURITY,
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    // What it wants to send besides is not read.
    ...(hasBody(request) && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
