import type { EventKind } from '../catalogue/event.js';
import { keys } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import type { Stall, StallsOfDaemon } from '../model/stall.js';

/** How many stalls per daemon are kept, and of how many daemons. */
const MAX_STALLS = 3;
const MAX_DAEMONS = 1000;

/** By kind of line: the field with the duration, and its unit in ms. */
const FIELDS: ReadonlyMap<EventKind, readonly [field: string, unit: number]> = new Map<EventKind, readonly [string, number]>([
  ['poll.stalled', ['millis', 1]],
  ['loop.outlasted', ['seconds', 1000]],
]);

/** The attribute of spans that a daemon's stalls slowed. `anywhere`: the daemon serves all hosts. */
const CAUSE_KEYS: Readonly<Record<string, { readonly key: string; readonly anywhere?: true }>> = {
  'ovn-controller': { key: keys.ovnStall },
  'ovs-vswitchd': { key: keys.ovsStall },
  'ovn-northd': { key: keys.northdStall, anywhere: true },
};

/** The fields of a line that may report a stall. */
export interface Reported {
  readonly kind: EventKind;
  readonly service: string;
  readonly host: string;
  readonly at: Millis;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The spans of a trace that stalls slowed. */
export interface Slowed {
  readonly spans: readonly Pick<SpanData, 'start' | 'end' | 'host' | 'attributes'>[];
}

const ALL_CAUSE_KEYS = Object.values(CAUSE_KEYS).map(({ key }) => key);

/** The part of a trace that `Stalls.seen` needs; undefined if stalls slowed none of its spans. */
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

/** The longest stalls of each daemon, and whether a trace shows them. A stall while nothing happened is in no trace. */
export class Stalls {
  readonly #daemons = new Map<string, Daemon>();

  /** Whether a line reports a stall. */
  static isReported({ kind }: Reported): boolean {
    return FIELDS.has(kind);
  }

  /** Records a line if it reports a stall. */
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
    daemon.longest = [...daemon.longest, { service, host, at, millis, task: taskOf(fields['function']) }]
      .sort(byLength)
      .slice(0, MAX_STALLS);
  }

  /** Records which stalls a trace shows. A trace is built after all its lines were read. */
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

  /** Adds the stalls of another instance of this class. */
  add(other: Stalls): void {
    for (const [key, { count, totalMillis, longest, ...who }] of other.#daemons) {
      const daemon = this.#daemons.get(key) ?? { ...who, count: 0, totalMillis: 0, longest: [] };
      this.#daemons.set(key, daemon);
      daemon.count += count;
      daemon.totalMillis += totalMillis;
      daemon.longest = [...daemon.longest, ...longest].sort(byLength).slice(0, MAX_STALLS);
    }
  }

  /** The stalls by daemon, the daemon with the longest stall first. */
  get longest(): readonly StallsOfDaemon[] {
    return [...this.#daemons.values()].sort((a, b) => byLength(a.longest[0]!, b.longest[0]!));
  }
}

/** The stalls of several logs together, the daemon with the longest stall first. */
export function mergedStalls(all: readonly Stalls[]): readonly StallsOfDaemon[] {
  const merged = new Stalls();
  for (const each of all) merged.add(each);
  return merged.longest;
}

/** The name in what Python prints of a function: `_report_state` of `<bound method DbDriver._report_state of <...>>`. */
const taskOf = (printed: unknown): string | undefined =>
  typeof printed === 'string'
    ? printed
        .split(/ of <| at 0x/, 1)[0]
        ?.split(/[ .]/)
        .at(-1)
    : undefined;

/** The longest stall first; of equal ones the earliest. */
const byLength = (a: Stall, b: Stall): number =>
  b.millis - a.millis || a.at - b.at || (`${a.service}@${a.host}` < `${b.service}@${b.host}` ? -1 : 1);
