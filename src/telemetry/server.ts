import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { reasonOf, telemetryUnavailable } from '../model/errors.js';
import { isLoopback, LISTEN_FORM, listenOn, parseListen } from '../model/listen.js';
import type { Health } from './health.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';

export interface TelemetryOptions {
  /** LISTEN_FORM */
  readonly listen: string;
  readonly metrics: Pick<Metrics, 'text' | 'protobuf'>;
  readonly health: () => Health;
  readonly log: Log;
}

export interface TelemetryServer {
  /** base URL, such as `http://127.0.0.1:9464`; undefined if off */
  readonly url: string | undefined;
  /** Accepts no more requests, and waits for those in progress. */
  close(): Promise<void>;
}

/** Limits of requests: scrapes and health probes are small and few. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 10_000,
} as const;
const MOST_CONNECTIONS = 32;
const SILENCE = 30_000;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/**
 * Serves metrics and health over HTTP, without authentication: they hold no secrets.
 *
 *     /metrics   Prometheus text, OpenMetrics or protobuf, by `Accept`
 *     /healthz   200, or 503 with the reasons: a restart would help
 *     /readyz    200, or 503 with the reasons
 *
 * @throws OperatorError TELEMETRY_UNAVAILABLE if it cannot listen there
 */
export async function serveTelemetry({ listen, metrics, health, log }: TelemetryOptions): Promise<TelemetryServer> {
  if (listen === 'off') return { url: undefined, close: async () => undefined };
  const address = parseListen(listen);
  if (address === undefined) throw telemetryUnavailable(listen, `set telemetry.listen to ${LISTEN_FORM}`);

  const paths: Readonly<Record<string, (request: IncomingMessage) => Promise<Answer>>> = {
    '/metrics': async ({ headers }) => ({ status: 200, ...(await exposed(metrics, headers.accept)) }),
    '/healthz': async () => healthAnswer(health().live),
    '/readyz': async () => healthAnswer(health().ready),
  };

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const at = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (at === undefined) return text(404, `there is nothing at this path; there are: ${Object.keys(paths).join(', ')}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET and HEAD are answered here\n');
    try {
      return await at(request);
    } catch (error) {
      log.error({ path, reason: reasonOf(error) }, 'a request for metrics or health failed');
      return text(500, 'this request failed: see the log of novaspan\n');
    }
  }

  const server = createServer(LIMITS, (request, response) => {
    void answer(request).then((answered) => respond(request, response, answered));
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(SILENCE);
  const url = await listenOn(server, address).catch((cause: NodeJS.ErrnoException) => {
    throw telemetryUnavailable(listen, remedyFor(cause.code), cause);
  });
  server.on('error', (error) => log.error({ reason: reasonOf(error) }, 'telemetry: a connection could not be taken'));
  if (!isLoopback(address)) log.warn({ listen }, 'anyone who can reach this port can read the metrics, also from other machines');

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function exposed(metrics: TelemetryOptions['metrics'], accept: string | undefined): Promise<Omit<Answer, 'status'>> {
  const format = formatFor(accept, metrics.protobuf !== undefined);
  return format === 'protobuf' && metrics.protobuf !== undefined ? metrics.protobuf() : metrics.text(format === 'openmetrics');
}

function respond(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    // What it wants to send besides is not read.
    ...(hasBody(request) && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

const text = (status: number, body: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body });

const healthAnswer = (reasons: readonly string[]): Answer => ({
  status: reasons.length === 0 ? 200 : 503,
  contentType: 'application/json',
  body: `${JSON.stringify({ ok: reasons.length === 0, reasons })}\n`,
});

/** Formats of `/metrics`: Prometheus text; OpenMetrics, with exemplars; protobuf, with native histograms. */
export type Format = 'text' | 'openmetrics' | 'protobuf';

/** The format that `Accept` prefers among those available; on a tie the more detailed one. */
export function formatFor(accept: string | undefined, hasProtobuf: boolean): Format {
  const liked: Record<Format, number> = { text: 0, openmetrics: 0, protobuf: 0 };
  for (const item of (accept ?? '').toLowerCase().slice(0, 1024).split(',')) {
    const [type = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    const format = NAMED[type]?.(parameters);
    if (format !== undefined) liked[format] = Math.max(liked[format], q);
  }
  const better: readonly Format[] = hasProtobuf ? ['protobuf', 'openmetrics'] : ['openmetrics'];
  const most = Math.max(liked.text, ...better.map((format) => liked[format]));
  return better.find((format) => liked[format] > 0 && liked[format] === most) ?? 'text';
}

const NAMED: Readonly<Record<string, (parameters: readonly string[]) => Format | undefined>> = {
  'text/plain': () => 'text',
  'application/openmetrics-text': (parameters) => {
    const version = parameters.find((parameter) => parameter.startsWith('version='));
    return version === undefined || version.startsWith('version=1.') ? 'openmetrics' : undefined;
  },
  'application/vnd.google.protobuf': (parameters) =>
    parameters.includes('proto=io.prometheus.client.metricfamily') && parameters.includes('encoding=delimited') ? 'protobuf' : undefined,
};

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there, perhaps another novaspan: set telemetry.listen to another port, or to off',
  EADDRNOTAVAIL: 'no interface of this machine has that address: set telemetry.listen to 127.0.0.1:9464, or to off',
  EACCES: 'ports below 1024 need privileges that novaspan should not have: set telemetry.listen to a higher port',
  ENOTFOUND: 'that host is not known here: set telemetry.listen to an address, such as 127.0.0.1:9464',
};

const remedyFor = (code: string | undefined): string => REMEDIES[code ?? ''] ?? `set telemetry.listen to ${LISTEN_FORM}`;
