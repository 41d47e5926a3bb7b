import { keys, SCHEMA_URL } from '../model/attributes.js';
import { configInvalid } from '../model/errors.js';
import type { Writer } from '../model/record.js';
import type { Attributes, AttributeValue, FinishedTrace, SpanData } from '../model/span.js';
import { version } from './version.js';

/** The instrumentation scope of spans. */
export interface Scope {
  readonly name: string;
  readonly version?: string | undefined;
}

/**
 * The scope of all spans. Only this contains the product and its version, so that an upgrade does not change other
 * bytes.
 */
export const scope: Scope = { name: 'novaspan', version };

/** The spans of one resource and scope in a request. */
export interface Batch {
  readonly resource: Attributes;
  readonly scope: Scope;
  /** the version of the semantic conventions; undefined in documents of 0.1.0 */
  readonly schemaUrl: string | undefined;
  readonly spans: readonly SpanData[];
}

/** The batches of a trace in one request. @param extra attributes of each resource, from OTEL_RESOURCE_ATTRIBUTES */
export const batchesOf = ({ spans }: FinishedTrace, extra: Attributes = {}): Batch[] =>
  byWriter(spans).map((group) => ({
    resource: resourceAttributes(group, extra),
    scope,
    schemaUrl: SCHEMA_URL,
    spans: group.spans,
  }));

/**
 * Whether a key identifies the resource, which is the hypervisor or controller that did the work, and not the machine
 * that reads its logs.
 */
const isOurs = (key: string) => key === 'service.name' || key.startsWith('host.');

/**
 * The resource of one writer of logs.
 *
 * @param extra from OTEL_RESOURCE_ATTRIBUTES. May add anything and replace `service.namespace` and `cloud.*`. Its
 *   `service.name` and `host.*` are ignored: they describe this process, not the service that wrote the log
 */
export function resourceAttributes({ service, host }: Writer, extra: Attributes = {}): Attributes {
  return {
    'cloud.provider': 'openstack',
    'service.namespace': 'openstack',
    ...Object.fromEntries(Object.entries(extra).filter(([key]) => !isOurs(key))),
    'service.name': service,
    'host.name': host,
  };
}

/**
 * Parses OTEL_RESOURCE_ATTRIBUTES: `key=value,key=value`, with percent-encoded commas and equals signs.
 *
 * @throws OperatorError CONFIG_INVALID
 */
export function parseResourceAttributes(text: string | undefined): Attributes {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^\s*([^=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      if (key === undefined || value === undefined) throw notAPair(pair);
      try {
        return [decodeURIComponent(key), decodeURIComponent(value)];
      } catch (cause) {
        throw notAPair(pair, cause);
      }
    }),
  );
}

const notAPair = (pair: string, cause?: unknown) =>
  configInvalid('OTEL_RESOURCE_ATTRIBUTES', `${JSON.stringify(pair.trim())} is not key=value (percent-encode other characters)`, cause);

/** The spans of one writer, in their original order. */
export interface Group extends Writer {
  readonly spans: readonly SpanData[];
}

/** One group per resource, sorted by service and host: the order of sending does not depend on the order of reading. */
export function byWriter(spans: readonly SpanData[]): Group[] {
  const groups: (Writer & { spans: SpanData[] })[] = [];
  for (const span of spans) {
    // A trace has few writers.
    const group = groups.find(({ service, host }) => service === span.service && host === span.host);
    if (group === undefined) groups.push({ service: span.service, host: span.host, spans: [span] });
    else group.spans.push(span);
  }
  return groups.sort((a, b) => compare(a.service, b.service) || compare(a.host, b.host));
}

/** The rank of a key. Backends show attributes in the order of sending: important ones come first, long lists last. */
const rankOf = (key: string): number =>
  key === keys.summary ? 0 : key.startsWith('openstack.') ? 1 : key.startsWith('novaspan.phases.') ? 3 : 2;

const isBefore = (a: string, b: string): boolean => {
  const by = rankOf(a) - rankOf(b);
  return by === 0 ? a < b : by < 0;
};

/** The keys in the order of sending: the same attributes give the same bytes. */
export function sortedKeys(attributes: Attributes): string[] {
  const sorted = Object.keys(attributes);
  // An insertion sort: for the usual four keys, sort() takes three times as long.
  for (let i = 1; i < sorted.length; i++) {
    const key = sorted[i]!;
    let at = i;
    for (; at > 0 && isBefore(key, sorted[at - 1]!); at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = key;
  }
  return sorted;
}

/** A number without an exact form in OTLP (not finite, or an integer beyond 2^53) is sent as text. */
export const exact = (value: AttributeValue): AttributeValue =>
  typeof value === 'number' && (Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value)) ? String(value) : value;

/** By UTF-16 code unit: the same on every machine, unlike localeCompare. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
