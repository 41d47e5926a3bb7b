import { certaintyOf } from '../export/terminal/reading.js';
import { type Certainty, keys } from '../model/attributes.js';
import { rows } from '../model/services.js';
import type { SpanData } from '../model/span.js';

/**
 * What times are times of. Only like is compared with like: a phase of the same service and name, whose ends are known in the same way. Where
 * logs at INFO do not part some phases, the name is that of all of them, and other lines end the span: that is another phase.
 */
export interface Phase {
  /** undefined for the action as a whole */
  readonly service: string | undefined;
  readonly name: string;
  readonly start: Exclude<Certainty, 'unobserved'>;
  readonly end: Exclude<Certainty, 'unobserved'>;
}

export const WHOLE = 'whole action';

/** undefined where a line is missing at an end: it took an unknown time */
export function phaseOf(span: SpanData): Phase | undefined {
  const start = certaintyOf(span, 'start');
  const end = certaintyOf(span, 'end');
  if (start === 'unobserved' || end === 'unobserved') return undefined;
  const isRoot = span.parentSpanId === undefined;
  return { service: isRoot ? undefined : span.service, name: isRoot ? WHOLE : span.name, start, end };
}

const NETWORK_API = 'neutron-server';
/** From 2025.1 on, neutron's server is several processes: a phase of one is like the same phase of the old one. */
const networkApis: ReadonlySet<string> = new Set(rows.filter(({ part }) => part === 'network API').map(({ name }) => name));
export const serverOf = (service: string): string => (networkApis.has(service) ? NETWORK_API : service);

/** The same for like phases, and for no others. */
export const idOf = ({ service, name, start, end }: Phase): string =>
  [service === undefined ? '' : serverOf(service), name, start, end].join('\u0000');

/** Without what is known of its ends: whether a phase is there at all. */
export const nameOf = (span: SpanData): string => `${serverOf(span.service)}\u0000${span.name}`;

/** `neutron port update (neutron-server)` */
export const labelOf = ({ service, name }: Pick<Phase, 'service' | 'name'>): string =>
  service === undefined ? name : `${name} (${service})`;

/** Whose lines its logs have: what other levels print is not comparable. */
export type Level = 'DEBUG' | 'INFO' | 'unknown';

export function levelOf(root: SpanData | undefined): Level {
  const level = root?.attributes[keys.leastLevel];
  if (level === undefined) return 'unknown';
  return level === 'DEBUG' || level === 'TRACE' ? 'DEBUG' : 'INFO';
}
