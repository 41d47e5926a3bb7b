import { toOtlpJson } from '../export/otlp-json.js';
import type { FinishedTrace } from '../model/span.js';
import { found, idOf, type JsonAnswer, operationsOf, Written } from './jaeger-api.js';
import { BadQuery, goDuration, MOST, type TraceQuery, tagsIn } from './jaeger-query.js';
import type { TraceStore } from './store.js';

const fault = (httpCode: number, message: string): JsonAnswer => ({ status: httpCode, body: { error: { httpCode, message } } });

/**
 * Version 3 of Jaeger's query API (`jaeger.api_v3.QueryService` over HTTP): names, and traces as OTLP.
 * @param segments of the path after `/api/v3/`, decoded
 * @returns undefined for a path outside the API
 */
export async function answerV3(store: TraceStore, segments: readonly string[], params: URLSearchParams): Promise<JsonAnswer | undefined> {
  const [first, id] = segments;
  try {
    if (segments.length === 2 && first === 'traces') return oneTrace(store, id!, params);
    if (segments.length !== 1) return undefined;
    if (first === 'services') return { status: 200, body: { services: store.services() } };
    if (first === 'operations') return { status: 200, body: { operations: operations(store, params) } };
    if (first === 'traces') return asOtlp(await found(store, readV3(params), resourceSpansOf));
    return undefined;
  } catch (error) {
    if (error instanceof BadQuery) return fault(400, error.message);
    throw error;
  }
}

function operations(store: TraceStore, params: URLSearchParams): ReturnType<typeof operationsOf> {
  const kind = params.get('span_kind') ?? '';
  return operationsOf(store, params.get('service') ?? '').filter(({ spanKind }) => kind === '' || spanKind === kind);
}

/** Returns the whole trace, whatever period is requested. */
function oneTrace(store: TraceStore, given: string, params: URLSearchParams): JsonAnswer {
  momentOf(params, 'start_time');
  momentOf(params, 'end_time');
  checkRaw(params, 'raw_traces');
  const trace = store.get(idOf(given));
  return asOtlp(trace === undefined ? [] : [resourceSpansOf(trace)]);
}

function asOtlp(resourceSpans: readonly string[]): JsonAnswer {
  if (resourceSpans.length === 0) return fault(404, 'No traces found');
  return { status: 200, body: new Written(`{"result":${OPENING}${resourceSpans.join(',')}${CLOSING}}`) };
}

const OPENING = '{"resourceSpans":[';
const CLOSING = ']}';

/** Items of the list in a line of OTLP JSON. */
const resourceSpansOf = (trace: FinishedTrace): string => toOtlpJson(trace).slice(OPENING.length, -CLOSING.length);

const LIMIT = 100;

/** Reads the parameters of `/api/v3/traces`. @throws BadQuery */
function readV3(params: URLSearchParams): TraceQuery {
  const from = momentOf(params, 'query.start_time_min');
  const to = momentOf(params, 'query.start_time_max');
  if (from === undefined || to === undefined) throw new BadQuery('query.start_time_min and query.start_time_max are required');
  checkRaw(params, 'query.raw_traces');
  const service = params.get('query.service_name') ?? '';
  const operation = params.get('query.operation_name') ?? '';
  return {
    ...(service !== '' && { service }),
    ...(operation !== '' && { operation }),
    tags: tagsIn(params.getAll('query.attributes'), 'query.attributes'),
    from,
    to,
    minDuration: durationOf(params, 'query.duration_min') ?? 0,
    // Jaeger takes 0 for no bound.
    maxDuration: durationOf(params, 'query.duration_max') || Infinity,
    limit: limitOf(params),
  };
}

const malformed = (name: string, why: string): BadQuery => new BadQuery(`malformed parameter ${name}: ${why}`);

/** RFC 3339, to the microsecond, the resolution of spans. */
function momentOf(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name) ?? '';
  if (given === '') return undefined;
  const [, second, fraction = '', zone] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(given) ?? [];
  const at = second === undefined ? Number.NaN : Date.parse(`${second}${zone}`);
  if (Number.isNaN(at)) throw malformed(name, `'${given.slice(0, 40)}' is no time such as 2026-11-20T10:00:00Z`);
  return at * 1000 + Math.round(Number(`0${fraction}`) * 1e6);
}

function durationOf(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name) ?? '';
  if (given === '') return undefined;
  const length = goDuration(given);
  if (length === undefined) throw malformed(name, `'${given.slice(0, 40)}' is no duration such as 1.5s`);
  return length;
}

/** `num_traces` is the name in Jaeger's HTTP API, `search_depth` the name in its protocol. */
function limitOf(params: URLSearchParams): number {
  const name = params.has('query.num_traces') ? 'query.num_traces' : 'query.search_depth';
  const given = params.get(name) ?? '';
  if (given === '') return LIMIT;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw malformed(name, `'${given.slice(0, 40)}' is no number from 1`);
  return Math.min(Number(given), MOST);
}

/**
 * Traces are never adjusted here, so both values give the same; values that Go does not parse as a boolean are refused.
 */
function checkRaw(params: URLSearchParams, name: string): void {
  const given = params.get(name) ?? '';
  if (!/^(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(given))
    throw malformed(name, `'${given.slice(0, 40)}' is neither true nor false`);
}
