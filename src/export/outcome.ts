import type { Clock } from '../model/clock.js';
import type { ExportResult } from './exporter.js';
import type { Answer } from './http-post.js';

/** The body of a success: `ExportTraceServiceResponse`. In JSON, int64 is a text. */
export interface ServiceResponse {
  readonly partialSuccess?: { readonly rejectedSpans?: number | string; readonly errorMessage?: string };
}

/**
 * The action after an answer:
 *
 *     wait      the backend cannot accept it now: send the same trace again, without a limit
 *     doubt     the same; but if only this trace fails and others are accepted, it becomes a dead letter
 *     settings  the backend will refuse everything until an operator corrects address or credentials: wait
 *     dead-letter the backend will never accept this trace: keep it on disk as a dead letter, and send the next one
 */
export type Treatment = 'wait' | 'doubt' | 'settings' | 'dead-letter';

/** The rule for answers with a status. */
export interface AnswerRule {
  /** a status, or all statuses of a class that have no row of their own */
  readonly status: number | '3xx' | '4xx' | '5xx';
  readonly does: Treatment;
  /** its meaning, and what an operator should do */
  readonly says: string;
}

/**
 * All answers that are not a success. OTLP/HTTP defines four statuses as retryable: 429, 502, 503, 504. Two more are
 * retried here. 408 means that the request did not arrive completely, which is the network's fault. 500 is about the
 * backend and not the trace: its disk is full, or its database is down. If such traces were dropped, all traces of such
 * an hour would be lost.
 */
export const answerRules: readonly AnswerRule[] = [
  { status: 400, does: 'dead-letter', says: 'the backend cannot read this trace' },
  {
    status: 401,
    does: 'settings',
    says: 'the backend wants credentials: set OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20TOKEN',
  },
  { status: 403, does: 'settings', says: 'these credentials may not write traces: check OTEL_EXPORTER_OTLP_HEADERS (token, tenant)' },
  {
    status: 404,
    does: 'settings',
    says: 'nothing takes traces at this URL: /v1/traces is added to OTEL_EXPORTER_OTLP_ENDPOINT, but not to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  },
  {
    status: 405,
    does: 'settings',
    says: 'this URL is no OTLP/HTTP endpoint (its port is usually 4318): check OTEL_EXPORTER_OTLP_ENDPOINT',
  },
  { status: 407, does: 'settings', says: 'a proxy before the backend wants credentials' },
  { status: 408, does: 'doubt', says: 'the backend did not get the whole trace in its time' },
  {
    status: 413,
    does: 'dead-letter',
    says: 'this trace is larger than the backend accepts: raise its limit (Collector: max_request_body_size)',
  },
  {
    status: 415,
    does: 'settings',
    says: 'the backend does not take this encoding: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json',
  },
  { status: 429, does: 'wait', says: 'the backend gets too many requests' },
  { status: 431, does: 'settings', says: 'the headers are larger than the backend accepts: check OTEL_EXPORTER_OTLP_HEADERS' },
  { status: 502, does: 'wait', says: 'a proxy cannot reach the backend' },
  { status: 503, does: 'wait', says: 'the backend is not available' },
  { status: 504, does: 'wait', says: 'a proxy got no answer from the backend in time' },
  { status: '3xx', does: 'settings', says: 'set OTEL_EXPORTER_OTLP_ENDPOINT to where the backend is' },
  { status: '4xx', does: 'dead-letter', says: 'the backend does not take this trace' },
  { status: '5xx', does: 'doubt', says: 'the backend failed' },
];

const UNKNOWN: Omit<AnswerRule, 'status'> = { does: 'doubt', says: 'this is no answer of an OTLP backend' };
const ruleOf = (status: number): Omit<AnswerRule, 'status'> =>
  answerRules.find((rule) => rule.status === status) ??
  answerRules.find((rule) => rule.status === `${Math.floor(status / 100)}xx`) ??
  UNKNOWN;

/**
 * The result of an answer.
 *
 * @param url for messages, without user and password
 * @param read parses an `ExportTraceServiceResponse`; may throw
 */
export function outcomeOf(answer: Answer, url: string, read: (body: Uint8Array) => ServiceResponse, clock: Clock): ExportResult {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return success(answer, url, read);

  const { does, says } = ruleOf(status);
  const fault = `${url} ${status}`;
  const location = headers.location === undefined ? '' : ` and points to ${shownLocation(headers.location)}`;
  const reason = `${url} answered ${status}${location}: ${says}${said(answer)}`;
  if (does === 'settings' || does === 'dead-letter')
    return { outcome: 'refused', about: does === 'settings' ? 'settings' : 'trace', reason, fault, status };

  const retryInMs = retryAfter(headers['retry-after'], clock);
  return {
    outcome: 'retryable',
    reason,
    fault,
    ...(does === 'doubt' && { isDoubtful: true }),
    ...(retryInMs !== undefined && { retryInMs }),
  };
}

function success(answer: Answer, url: string, read: (body: Uint8Array) => ServiceResponse): ExportResult {
  // A login page or a dashboard answers 200 to every request.
  if (/^text\/html\b/i.test(answer.headers['content-type'] ?? ''))
    return {
      outcome: 'refused',
      about: 'settings',
      reason: `${url} answered with a web page: it is no OTLP/HTTP endpoint: check OTEL_EXPORTER_OTLP_ENDPOINT`,
      fault: `${url} web page`,
      status: answer.status,
    };

  const { rejectedSpans = 0, errorMessage } = partialSuccess(answer.body, read);
  return { outcome: 'delivered', rejected: Number(rejectedSpans) || 0, ...(errorMessage && { message: printable(errorMessage) }) };
}

/** A success whose body cannot be read is still a success. */
function partialSuccess(body: Uint8Array, read: (body: Uint8Array) => ServiceResponse) {
  if (body.length === 0) return {};
  try {
    return read(body)?.partialSuccess ?? {};
  } catch {
    return {};
  }
}

/** The target of a redirect, without the secrets that a URL may contain. */
function shownLocation(location: string): string {
  const url = printable(location);
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}

/** Parses Retry-After: seconds or a date. @returns ms */
function retryAfter(value: string | undefined, clock: Clock): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}

/** The message of the backend: that of a google.rpc.Status, otherwise the start of the body. */
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

/** One short line without characters that control a terminal or break a log. */
const printable = (text: string) =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 300);
