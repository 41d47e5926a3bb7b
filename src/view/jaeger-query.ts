import type { FinishedTrace, SpanData } from '../model/span.js';
import { listOf, micros, processTags, tagsOf } from './jaeger.js';

/** An invalid request. */
export class BadQuery extends Error {}

/** Parameters of `/api/traces`; times in microseconds. */
export interface TraceQuery {
  /** undefined for any */
  readonly service?: string;
  readonly operation?: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly from: number;
  readonly to: number;
  readonly minDuration: number;
  readonly maxDuration: number;
  readonly limit: number;
}

const LIMIT = 100;
/** Maximum number of traces in one answer. */
export const MOST = 10_000;

/**
 * Reads the parameters of `/api/traces` as Jaeger does. Without a time, all is searched, because logs may be old;
 * Jaeger searches the last two days.
 * @param now epoch milliseconds, for `lookback`
 * @throws BadQuery
 */
export function readQuery(params: URLSearchParams, now: number): TraceQuery {
  const service = params.get('service') ?? '';
  if (service === '') throw new BadQuery("parameter 'service' is required");
  const operation = params.get('operation') ?? '';
  const to = momentOf(params, 'end') ?? Infinity;
  const minDuration = durationOf(params, 'minDuration') ?? 0;
  const maxDuration = durationOf(params, 'maxDuration') ?? Infinity;
  if (maxDuration < minDuration) throw new BadQuery("'maxDuration' should be greater than 'minDuration'");
  return {
    service,
    ...(operation !== '' && operation !== 'all' && { operation }),
    tags: tagsAsked(params),
    from: momentOf(params, 'start') ?? lookBackOf(params, Number.isFinite(to) ? to : now * 1000) ?? -Infinity,
    to,
    minDuration,
    maxDuration,
    limit: limitOf(params.get('limit')),
  };
}

function momentOf(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name) ?? '';
  if (given === '') return undefined;
  if (!/^-?\d{1,18}$/.test(given)) throw new BadQuery(`unable to parse param '${name}': '${given}' is no number of microseconds`);
  return Number(given);
}

function limitOf(given: string | null): number {
  if (given === null || given === '') return LIMIT;
  if (!/^\d{1,9}$/.test(given)) throw new BadQuery(`unable to parse param 'limit': '${given}' is no number`);
  return Math.min(Number(given), MOST);
}

/** Jaeger's page sends `custom`, or the value from which it computed `start`. */
function lookBackOf(params: URLSearchParams, end: number): number | undefined {
  const given = params.get('lookback') ?? '';
  if (given === '' || given === 'custom') return undefined;
  const days = /^(\d{1,6})([dw])$/.exec(given);
  const length = days === null ? goDuration(given) : Number(days[1]) * (days[2] === 'w' ? 7 : 1) * 86_400e6;
  if (length === undefined) throw new BadQuery(`unable to parse param 'lookback': invalid duration '${given}'`);
  return end - length;
}

function durationOf(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name) ?? '';
  if (given === '') return undefined;
  const length = goDuration(given);
  if (length === undefined) throw new BadQuery(`unable to parse param '${name}': time: invalid duration "${given}"`);
  return length;
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** A duration in Go's notation: `1.5s`, `1m30s`. @returns microseconds */
export function goDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return text === '0' ? 0 : undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) sum += Number(number) * UNITS[unit!]!;
  return sum;
}

/** `tags={"a":"b"}` as sent by Jaeger's page and Grafana, and repeated `tag=a:b`. */
function tagsAsked(params: URLSearchParams): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const pair of params.getAll('tag')) {
    const colon = pair.indexOf(':');
    if (colon < 1) throw new BadQuery(`malformed 'tag' parameter, expecting key:value, received: ${pair}`);
    tags.set(pair.slice(0, colon), pair.slice(colon + 1));
  }
  for (const [key, value] of tagsIn(params.getAll('tags'), 'tags')) tags.set(key, value);
  return tags;
}

/** Parses JSON objects of strings. @throws BadQuery */
export function tagsIn(documents: readonly string[], name: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const document of documents) {
    let given: unknown;
    try {
      given = JSON.parse(document);
    } catch {
      given = undefined;
    }
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new BadQuery(`malformed '${name}' parameter, cannot unmarshal JSON: it is no object of strings`);
    for (const [key, value] of Object.entries(given)) {
      if (typeof value === 'object')
        throw new BadQuery(`malformed '${name}' parameter, cannot unmarshal JSON: the value of '${key}' is no string`);
      tags.set(key, String(value));
    }
  }
  return tags;
}

/** As in Jaeger, a trace matches if one of its spans matches all conditions. */
export const matches = (trace: FinishedTrace, query: TraceQuery): boolean => trace.spans.some((span) => isAsked(span, query));

function isAsked(span: SpanData, { service, operation, tags, from, to, minDuration, maxDuration }: TraceQuery): boolean {
  if ((service !== undefined && span.service !== service) || (operation !== undefined && span.name !== operation)) return false;
  const start = micros(span.start);
  const duration = micros(span.end) - start;
  if (start < from || start > to || duration < minDuration || duration > maxDuration) return false;
  return [...tags].every(([key, value]) => hasTag(span, key, value));
}

/** A tag of the span or of its process, or a field of its logs. `error=false` matches every span without an error. */
function hasTag(span: SpanData, key: string, value: string): boolean {
  if (key === 'error' && value === 'false') return span.error === undefined;
  const isIt = (tag: { readonly key: string; readonly value: unknown }): boolean => tag.key === key && String(tag.value) === value;
  return (
    tagsOf(span).some(isIt) ||
    processTags(span).some(isIt) ||
    span.events.some(({ name, attributes }) => (key === 'event' && value === name) || listOf(attributes).some(isIt))
  );
}
