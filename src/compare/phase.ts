import { certaintyOf } from '../export/terminal/reading.js';
import { type Certainty, keys } from '../model/attributes.js';
import { rows } from '../model/services.js';
import type { SpanData } from '../model/span.js';

/**
 * A phase as the unit of comparison: a service, a name, and the evidence of both ends. Only equal phases are compared.
 * Phases that the log joins at INFO have the names of all of them and end with other lines, so they are another phase.
 */
export interface Phase {
  /** undefined for the action as a whole */
  readonly service: string | undefined;
  readonly name: string;
  readonly start: Exclude<Certainty, 'unobserved'>;
  readonly end: Exclude<Certainty, 'unobserved'>;
}

/** The name of the whole action as a phase. */
export const WHOLE = 'whole action';

/** The phase of a span; undefined if a line is missing at an end, because its duration is not known. */
export function phaseOf(span: SpanData): Phase | undefined {
  const start = certaintyOf(span, 'start');
  const end = certaintyOf(span, 'end');
  if (start === 'unobserved' || end === 'unobserved') return undefined;
  const isRoot = span.parentSpanId === undefined;
  return { service: isRoot ? undefined : span.service, name: isRoot ? WHOLE : span.name, start, end };
}

const NETWORK_API = 'neutron-server';
/** Since 2025.1 neutron's server is several processes. Their phases are comparable with those of the old process. */
const networkApis: ReadonlySet<string> = new Set(rows.filter(({ part }) => part === 'network API').map(({ name }) => name));
export const serverOf = (service: string): string => (networkApis.has(service) ? NETWORK_API : service);

/** A key that is equal only for comparable phases. */
export const idOf = ({ service, name, start, end }: Phase): string =>
  [service === undefined ? '' : serverOf(service), name, start, end].join('\u0000');

/** A key without the evidence of the ends, to count whether a phase occurs at all. */
export const nameOf = (span: SpanData): string => `${serverOf(span.service)}\u0000${span.name}`;

/** `neutron port update (neutron-server)` */
export const labelOf = ({ service, name }: Pick<Phase, 'service' | 'name'>): string =>
  service === undefined ? name : `${name} (${service})`;

/** The log level of an action. Times at different levels are not comparable. */
export type Level = 'DEBUG' | 'INFO' | 'unknown';

export function levelOf(root: SpanData | undefined): Level {
  const level = root?.attributes[keys.leastLevel];
  if (level === undefined) return 'unknown';
  return level === 'DEBUG' || level === 'TRACE' ? 'DEBUG' : 'INFO';
}
