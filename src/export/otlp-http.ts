import type http from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Clock, systemClock } from '../model/clock.js';
import { reasonOf } from '../model/errors.js';
import type { Attributes } from '../model/span.js';
import type { Exporter, ExportResult } from './exporter.js';
import { type Answer, post } from './http-post.js';
import { createOtlpEncoder } from './otlp-json.js';
import { toOtlpProtobuf } from './otlp-protobuf.js';
import { type OtlpOverrides, otlpSettings } from './otlp-settings.js';
import { outcomeOf } from './outcome.js';
import { batchesIn } from './read-otlp-json.js';
import { batchesOf } from './resource.js';
import { version } from './version.js';

const compress = promisify(gzip);

/** Options of the OTLP/HTTP exporter. */
export interface OtlpHttpOptions extends OtlpOverrides {
  /** from OTEL_RESOURCE_ATTRIBUTES */
  readonly resourceAttributes?: Attributes;
  readonly clock?: Clock;
}

/**
 * Sends each trace in one OTLP/HTTP request and returns the result. The same trace always gives the same bytes.
 *
 * The SDK reads the settings. The exchange is novaspan's own, because the SDK's exporter hides the status, Retry-After,
 * and the rejected spans of a success. The encoding is also its own, because the SDK writes every whole number as an
 * integer, whatever the type of its key (docs/decisions/0004-otlp-exchange.md).
 *
 * @throws OperatorError if the variables are not valid
 */
export function createOtlpHttpExporter({ resourceAttributes, ...options }: OtlpHttpOptions = {}): Exporter {
  const { exchange, shutdown, protocol } = createExchange(options);
  const encode = createOtlpEncoder(resourceAttributes);
  return {
    export: (trace) =>
      // The encoder's bytes are overwritten by the next trace.
      exchange(protocol === 'http/json' ? Buffer.from(encode(trace)) : toOtlpProtobuf(batchesOf(trace, resourceAttributes))),
    document: (trace) => encode(trace).toString(),
    shutdown,
  };
}

/** Sends dead letters: the texts that an exporter's `document` returned, with their original resource and scope. */
export interface DocumentSender {
  /** @throws Error if the text is no such document */
  send(document: string): Promise<ExportResult>;
  shutdown(): Promise<void>;
}

/** Creates a sender of dead letters. @throws OperatorError if the variables are not valid */
export function createDocumentSender(options: Omit<OtlpHttpOptions, 'resourceAttributes'> = {}): DocumentSender {
  const { exchange, shutdown, protocol } = createExchange(options);
  return {
    async send(document) {
      const batches = batchesIn(document);
      return exchange(protocol === 'http/json' ? Buffer.from(document) : toOtlpProtobuf(batches));
    },
    shutdown,
  };
}

function createExchange({ clock = systemClock, ...overrides }: Omit<OtlpHttpOptions, 'resourceAttributes'>) {
  const { url, headers, timeoutMillis, compression, agentFactory, protocol, readResponse } = otlpSettings(overrides);
  const shown = withoutSecrets(url);
  let agent: Promise<http.Agent> | undefined;

  async function send(bytes: Buffer, signal: AbortSignal): Promise<Answer> {
    const zipped = compression === 'gzip';
    const body = zipped ? await compress(bytes) : bytes;
    agent ??= Promise.resolve(agentFactory(url.protocol));
    return post(url, {
      headers: { 'user-agent': `novaspan/${version}`, ...(await headers()), ...(zipped && { 'content-encoding': 'gzip' }) },
      body,
      agent: await agent,
      signal,
    });
  }

  return {
    protocol,

    async exchange(bytes: Buffer): Promise<ExportResult> {
      const signal = AbortSignal.timeout(timeoutMillis);
      try {
        return outcomeOf(await send(bytes, signal), shown, readResponse, clock);
      } catch (error) {
        return failure(error, shown, signal.aborted ? timeoutMillis : undefined);
      }
    },

    async shutdown() {
      (await agent)?.destroy();
    },
  };
}

/**
 * The result without a complete answer. The trace may have arrived; it is sent again with the same ids (at least once).
 * A wrong certificate may be replaced, so that is retried as well.
 */
function failure(error: unknown, url: string, timedOutAfter: number | undefined): ExportResult {
  if (timedOutAfter !== undefined)
    return {
      outcome: 'retryable',
      isDoubtful: true,
      reason: `${url} did not answer within ${timedOutAfter} ms (OTEL_EXPORTER_OTLP_TIMEOUT)`,
      fault: `${url} timeout`,
    };

  const code = codeOf(error);
  const fault = `${url} ${code}`;
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN')
    return { outcome: 'refused', about: 'settings', reason: `OTEL_EXPORTER_OTLP_HEADERS cannot be sent: ${reasonOf(error)}`, fault };

  return {
    outcome: 'retryable',
    ...(isOnceConnected(code) && { isDoubtful: true }),
    reason: `cannot send to ${url}: ${wordsOf(error)}${hint(code)}`,
    fault,
  };
}

/** Node.js's error code; for an AggregateError the code of its first part. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  return typeof code === 'string' ? code : errors?.[0] !== undefined ? codeOf(errors[0]) : 'unknown';
}

/** Whether a server accepted the connection and then closed it, or answered in another protocol than HTTP. */
const isOnceConnected = (code: string): boolean => /^(ECONNRESET|ECONNABORTED|EPIPE|HPE_.*|unknown)$/.test(code);

/** An AggregateError (all addresses of a name were tried) has its messages in its parts. */
const wordsOf = (error: unknown): string => (error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : reasonOf(error));

function hint(code: string): string {
  if (/ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE)/.test(code))
    return ' (it does not take our certificate: see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY)';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return ' (the issuer is set with OTEL_EXPORTER_OTLP_CERTIFICATE)';
  if (/SSL|EPROTO|HPE_/.test(code)) return ' (does http or https in OTEL_EXPORTER_OTLP_ENDPOINT fit what listens there?)';
  return '';
}

function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
