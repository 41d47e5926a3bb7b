import { setImmediate as turn } from 'node:timers/promises';
import type { FinishedTrace } from '../model/span.js';
import { toJaeger } from './jaeger.js';
import { BadQuery, matches, readQuery, type TraceQuery } from './jaeger-query.js';
import type { TraceStore } from './store.js';

/** A JSON answer with its HTTP status. */
export interface JsonAnswer {
  readonly status: number;
  /** a value, or a serialised document */
  readonly body: unknown;
}

/** Serialised JSON: as objects it would take ten times the memory. */
export class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

interface Fault {
  readonly code?: number;
  readonly msg: string;
  readonly traceID?: string;
}

/** Jaeger's envelope of every answer. */
const envelope = (data: unknown, total = 0, errors: readonly Fault[] | null = null): JsonAnswer => ({
  status: 200,
  body: { data, total, limit: 0, offset: 0, errors },
});

const fault = (code: number, msg: string): JsonAnswer => ({
  status: code,
  body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] },
});

const DAY = 86_400_000;
/** Maximum number of trace ids in one request. */
const MOST_IDS = 100;
/** After so many traces the search yields to other requests. */
const AT_ONCE = 20;

/**
 * Jaeger's query API, as used by its own page and Grafana's data source.
 * @param segments of the path after `/api/`, decoded
 * @param now epoch milliseconds
 * @returns undefined for a path outside the API
 */
export async function answerJaeger(
  store: TraceStore,
  segments: readonly string[],
  params: URLSearchParams,
  now: number,
): Promise<JsonAnswer | undefined> {
  const [first, second, third] = segments;
  try {
    switch (segments.length) {
      case 1:
        if (first === 'services') return list(store.services());
        if (first === 'operations') return operations(store, params);
        if (first === 'traces') return await traces(store, params, now);
        if (first === 'dependencies') return dependencies(store, params, now);
        return undefined;
      case 2:
        return first === 'traces' ? oneTrace(store, second!) : undefined;
      case 3:
        if (first !== 'services' || third !== 'operations') return undefined;
        return list([...new Set(operationsOf(store, second!).map(({ name }) => name))]);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof BadQuery) return fault(400, error.message);
    throw error;
  }
}

const list = (data: readonly unknown[]): JsonAnswer => envelope(data.length === 0 ? null : data, data.length);

interface Named {
  readonly name: string;
  readonly spanKind: string;
}

export const operationsOf = (store: TraceStore, service: string): Named[] =>
  store
    .operations()
    .filter((operation) => operation.service === service)
    .map(({ name, kind }) => ({ name, spanKind: kind }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.spanKind < b.spanKind ? -1 : 1));

function operations(store: TraceStore, params: URLSearchParams): JsonAnswer {
  const service = params.get('service') ?? '';
  if (service === '') throw new BadQuery("parameter 'service' is required");
  const kind = params.get('spanKind') ?? '';
  return list(operationsOf(store, service).filter(({ spanKind }) => kind === '' || spanKind === kind));
}

async function traces(store: TraceStore, params: URLSearchParams, now: number): Promise<JsonAnswer> {
  const ids = params.getAll('traceID').slice(0, MOST_IDS);
  if (ids.length > 0) {
    const found = ids.map((id) => store.get(idOf(id)));
    const missing = ids.filter((_, i) => found[i] === undefined).map((traceID): Fault => ({ msg: 'trace not found', traceID }));
    return envelope(
      found.flatMap((trace) => (trace === undefined ? [] : [toJaeger(trace)])),
      0,
      missing.length === 0 ? null : missing,
    );
  }
  return envelope(await found(store, readQuery(params, now), toJaeger));
}

/** Matching traces, the newest start first, each converted as it is found: only one is unpacked at a time. */
export async function found<T>(store: TraceStore, query: TraceQuery, as: (trace: FinishedTrace) => T): Promise<T[]> {
  const { service, operation, tags } = query;
  const period = { start: query.from / 1000, end: query.to / 1000 };
  const answers: T[] = [];
  let looked = 0;
  for (const trace of store.find({ service, operation, period, tags, least: query.minDuration / 1000 })) {
    if (answers.length >= query.limit) break;
    if (matches(trace, query)) answers.push(as(trace));
    if (++looked % AT_ONCE === 0) await turn();
  }
  return answers;
}

function oneTrace(store: TraceStore, given: string): JsonAnswer {
  const trace = store.get(idOf(given));
  return trace === undefined ? fault(404, 'trace not found') : envelope([toJaeger(trace)]);
}

/** Trace id with its leading zeros, which may be left out. */
export function idOf(given: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(given)) throw new BadQuery(`'${given.slice(0, 40)}' is no trace id: it has 32 hex digits`);
  return given.toLowerCase().padStart(32, '0');
}

/** Service dependencies. Times are in milliseconds here, unlike for traces. */
function dependencies(store: TraceStore, params: URLSearchParams, now: number): JsonAnswer {
  const to = numberOf(params, 'endTs') ?? now;
  const from = to - (numberOf(params, 'lookback') ?? DAY);
  return envelope(store.calls({ start: from, end: to }).map(({ parent, child, count }) => ({ parent, child, callCount: count })));
}

function numberOf(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name) ?? '';
  if (given === '') return undefined;
  if (!/^\d{1,18}$/.test(given)) throw new BadQuery(`unable to parse param '${name}': '${given}' is no number of milliseconds`);
  return Number(given);
}
