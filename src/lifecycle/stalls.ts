import type { EventKind } from '../catalogue/event.js';
import { keys } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import type { Stall, StallsOfDaemon } from '../model/stall.js';

/** The most stalls of a daemon that are remembered, and the most daemons. */
const MAX_STALLS = 3;
const MAX_DAEMONS = 1000;

/** Which field of a line says how long, and how many milliseconds its unit has. */
const FIELDS: ReadonlyMap<EventKind, readonly [field: string, unit: number]> = new Map<EventKind, readonly [string, number]>([
  ['poll.stalled', ['millis', 1]],
  ['loop.outlasted', ['seconds', 1000]],
]);

/** The attribute by which a span says that it was slowed by a daemon's stalls. The last serves all hosts. */
const CAUSE_KEYS: Readonly<Record<string, { readonly key: string; readonly anywhere?: true }>> = {
  'ovn-controller': { key: keys.ovnStall },
  'ovs-vswitchd': { key: keys.ovsStall },
  'ovn-northd': { key: keys.northdStall, anywhere: true },
};

/** A line that may report a stall. */
export interface Reported {
  readonly kind: EventKind;
  readonly service: string;
  readonly host: string;
  readonly at: Millis;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The spans of a trace that say that stalls slowed them. */
export interface Slowed {
  readonly spans: readonly Pick<SpanData, 'start' | 'end' | 'host' | 'attributes'>[];
}

const ALL_CAUSE_KEYS = Object.values(CAUSE_KEYS).map(({ key }) => key);

/** What `Stalls.seen` needs of a trace; undefined where that is nothing. */
export function slowedOf({ spans }: FinishedTrace): Slowed | undefined {
  const slowed = spans.filter(({ attributes }) => ALL_CAUSE_KEYS.some((key) => attributes[key] !== undefined));
  return slowed.length === 0 ? undefined : { spans: slowed.map(({ start, end, host, attributes }) => ({ start, end, host, attributes })) };
}

interface Daemon {
  readonly service: string;
  readonly host: string;
  count: number;
  totalMillis: Millis;
  longest: Stall[];
}

/** The longest stalls of each daemon, and whether a trace shows them: those of a time in which nothing happened are in none. */
export class Stalls {
  readonly #daemons = new Map<string, Daemon>();

  /** Whether a line reports a stall. */
  static isReported({ kind }: Reported): boolean {
    return FIELDS.has(kind);
  }

  /** Takes a line into account, if it reports a stall. */
  note({ kind, service, host, at, fields }: Reported): void {
    const field = FIELDS.get(kind);
    if (field === undefined) return;
    const millis = Number(fields[field[0]]) * field[1];
    const key = `${service}@${host}`;
    const daemon = this.#daemons.get(key) ?? { service, host, count: 0, totalMillis: 0, longest: [] };
    if (daemon.count === 0) {
      if (this.#daemons.size >= MAX_DAEMONS) return;
      this.#daemons.set(key, daemon);
    }
    daemon.count++;
    daemon.totalMillis += millis;
    daemon.longest = [...daemon.longest, { service, host, at, millis }].sort(byLength).slice(0, MAX_STALLS);
  }

  /** Marks what a trace shows. A trace is made after all of its lines were read. */
  seen({ spans }: Slowed): void {
    if (this.#daemons.size === 0) return;
    for (const daemon of this.#daemons.values()) {
      const cause = CAUSE_KEYS[daemon.service];
      if (cause === undefined) continue;
      const slowed = spans.filter(
        ({ host, attributes }) => attributes[cause.key] !== undefined && (cause.anywhere || host === daemon.host),
      );
      if (slowed.length === 0) continue;
      const isIn = ({ at, millis }: Stall): boolean => slowed.some(({ start, end }) => start <= at && end >= at - millis);
      daemon.longest = daemon.longest.map((stall) => (isIn(stall) ? { ...stall, isInTrace: true } : stall));
    }
  }

  /** Takes in what another has of the same daemons, or of others. */
  add(other: Stalls): void {
    for (const [key, { count, totalMillis, longest, ...who }] of other.#daemons) {
      const daemon = this.#daemons.get(key) ?? { ...who, count: 0, totalMillis: 0, longest: [] };
      this.#daemons.set(key, daemon);
      daemon.count += count;
      daemon.totalMillis += totalMillis;
      daemon.longest = [...daemon.longest, ...longest].sort(byLength).slice(0, MAX_STALLS);
    }
  }

  /** By daemon, the one with the longest stall first. */
  get longest(): readonly StallsOfDaemon[] {
    return [...this.#daemons.values()].sort((a, b) => byLength(a.longest[0]!, b.longest[0]!));
  }
}

/** What several logs say. */
export function mergedStalls(all: readonly Stalls[]): readonly StallsOfDaemon[] {
  const merged = new Stalls();
  for (const each of all) merged.add(each);
  return merged.longest;
}

/** The longest first; of equal ones the first. */
const byLength = (a: Stall, b: Stall): number =>
  b.millis - a.millis || a.at - b.at || (`${a.service}@${a.host}` < `${b.service}@${b.host}` ? -1 : 1);
