import type { Clock } from '../model/clock.js';
import type { ExportResult, Refused } from './exporter.js';
import type { Answer } from './http-post.js';

/** What an OTLP backend says in the body of a success: `ExportTraceServiceResponse`. Its JSON has int64 as text. */
export interface ServiceResponse {
  readonly partialSuccess?: { readonly rejectedSpans?: number | string; readonly errorMessage?: string };
}

/** The four that OTLP/HTTP names as worth another try. */
const retryableStatus = new Set([429, 502, 503, 504]);

/** What an operator does about an answer that is a refusal. Anything else is taken as this trace's own fault. */
const advice: Readonly<Record<number, Pick<Refused, 'about'> & { readonly says: string }>> = {
  400: { about: 'trace', says: 'the backend cannot read this trace' },
  401: { about: 'settings', says: 'the backend wants credentials: set OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20TOKEN' },
  403: { about: 'settings', says: 'these credentials may not write traces: check OTEL_EXPORTER_OTLP_HEADERS (token, tenant)' },
  404: {
    about: 'settings',
    says: 'nothing takes traces at this URL: /v1/traces is added to OTEL_EXPORTER_OTLP_ENDPOINT, but not to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  },
  405: { about: 'settings', says: 'this URL is no OTLP/HTTP endpoint (its port is usually 4318): check OTEL_EXPORTER_OTLP_ENDPOINT' },
  413: { about: 'trace', says: 'this trace is larger than the backend accepts: raise its limit (Collector: max_request_body_size)' },
  415: {
    about: 'settings',
    says: 'the backend does not take this encoding: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json',
  },
};

/**
 * What an answer means.
 *
 * @param url as an operator may see it: without user and password
 * @param read takes an `ExportTraceServiceResponse` from a body; may throw
 */
export function outcomeOf(answer: Answer, url: string, read: (body: Uint8Array) => ServiceResponse, clock: Clock): ExportResult {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return success(answer, url, read);

  if (retryableStatus.has(status)) {
    const retryInMs = retryAfter(headers['retry-after'], clock);
    return { outcome: 'retryable', reason: `${url} answered ${status}${said(answer)}`, ...(retryInMs !== undefined && { retryInMs }) };
  }
  if (status >= 300 && status < 400) {
    const where = headers.location === undefined ? 'elsewhere' : `to ${printable(headers.location)}`;
    return settings(`${url} answered ${status}: redirected ${where}: set OTEL_EXPORTER_OTLP_ENDPOINT to where the backend is`);
  }
  const { about, says } = advice[status] ?? { about: 'trace', says: 'the backend does not take this trace' };
  return { outcome: 'refused', about, reason: `${url} answered ${status}: ${says}${said(answer)}` };
}

function success(answer: Answer, url: string, read: (body: Uint8Array) => ServiceResponse): ExportResult {
  // A login page or a dashboard says 200 to anything.
  if (/^text\/html\b/i.test(answer.headers['content-type'] ?? ''))
    return settings(`${url} answered with a web page: it is no OTLP/HTTP endpoint: check OTEL_EXPORTER_OTLP_ENDPOINT`);

  const { rejectedSpans = 0, errorMessage } = partialSuccess(answer.body, read);
  return { outcome: 'delivered', rejected: Number(rejectedSpans) || 0, ...(errorMessage && { message: printable(errorMessage) }) };
}

/** An acknowledgement need not be readable to be one. */
function partialSuccess(body: Uint8Array, read: (body: Uint8Array) => ServiceResponse) {
  if (body.length === 0) return {};
  try {
    return read(body)?.partialSuccess ?? {};
  } catch {
    return {};
  }
}

const settings = (reason: string): Refused => ({ outcome: 'refused', about: 'settings', reason });

/** Retry-After, in its two forms: seconds, or a date. */
export function retryAfter(value: string | undefined, clock: Clock): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}

/** The backend's own words: the message of a google.rpc.Status, else the body's beginning. */
function said({ body, headers }: Answer): string {
  const text = new TextDecoder().decode(body.subarray(0, 4096));
  const words = /json/i.test(headers['content-type'] ?? '')
    ? (messageIn(text) ?? text)
    : /text\/plain/i.test(headers['content-type'] ?? '')
      ? text
      : '';
  const shown = printable(words);
  return shown === '' ? '' : ` (it says: ${shown})`;
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** One short line that cannot play tricks with a terminal or a log. */
const printable = (text: string) =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 300);
