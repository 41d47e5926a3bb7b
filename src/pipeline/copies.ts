import { type Event, inOrder } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** Syslog has whole seconds, and a wrapper may stamp a line later than its service. */
const APART = seconds(2);
/** Number of events between two clean-ups. */
const BETWEEN = 10_000;

interface Seen {
  readonly at: Millis;
  readonly host: string;
  /** indexes of the sources that have it */
  readonly by: number[];
}

/**
 * Removes copies of a line that several logs have: the service's own log, the journal, syslog, container output. The
 * service's own log takes precedence: events of logs with a higher rank wait until it is read as far. A log may repeat
 * a line itself: only a line from another log is a copy.
 */
export class Copies {
  readonly #accept: (event: Event) => void;
  readonly #count: Count;
  readonly #unknownHost: string;
  readonly #seen = new Map<string, Seen[]>();
  readonly #brought = new Set<string>();
  #held: { readonly event: Event; readonly rank: number }[] = [];
  #sinceForgotten = 0;

  constructor(options: { readonly accept: (event: Event) => void; readonly count: Count; readonly unknownHost: string }) {
    this.#accept = options.accept;
    this.#count = options.count;
    this.#unknownHost = options.unknownHost;
  }

  /**
   * @param rank of the log: 0 for logs of services, a separate number for each log that may repeat those of lower ranks
   */
  take(event: Event, rank: number): void {
    if (rank > 0) this.#held.push({ event, rank });
    else {
      this.#isCopy(event, rank);
      this.#accept(event);
    }
  }

  /** Passes on held events. @param readTo by rank, the time up to which all logs of lower ranks are read */
  release(readTo: (rank: number) => Millis): void {
    if (this.#held.length === 0) return;
    const ready = this.#held.filter(({ event, rank }) => event.at + APART < readTo(rank));
    if (ready.length === 0) return;
    this.#held = this.#held.filter(({ event, rank }) => !(event.at + APART < readTo(rank)));
    for (const { event, rank } of ready.sort((a, b) => a.rank - b.rank || inOrder(a.event, b.event))) {
      if (this.#isCopy(event, rank)) this.#count('repeated_events', 1, event.service);
      else {
        this.#brought.add(event.service).add(`${event.service} ${event.host}`);
        this.#accept(event);
      }
    }
  }

  /** Lower bound of the times of held events. */
  get oldest(): Millis {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { event } of this.#held) oldest = Math.min(oldest, event.at);
    return oldest;
  }

  /** Whether logs with copies added new lines of a service. */
  brought(service: string, host?: string): boolean {
    return this.#brought.has(host === undefined ? service : `${service} ${host}`);
  }

  /** Drops events that are too old to have copies. */
  forget(before: Millis): void {
    if (this.#sinceForgotten < BETWEEN) return;
    this.#sinceForgotten = 0;
    for (const [key, all] of this.#seen) if (all.every(({ at }) => at < before - 2 * APART)) this.#seen.delete(key);
  }

  /** Whether another log has the event. If not, notes the event. */
  #isCopy({ service, kind, requestId, instance, text, at, host }: Event, source: number): boolean {
    const key = `${service} ${kind} ${requestId} ${instance} ${text}`;
    const all = this.#seen.get(key) ?? [];
    const other = all.find((each) => !each.by.includes(source) && Math.abs(each.at - at) <= APART && this.#mayBeOne(each.host, host));
    if (other !== undefined) {
      other.by.push(source);
      return true;
    }
    this.#sinceForgotten++;
    all.push({ at, host, by: [source] });
    if (all.length === 1) this.#seen.set(key, all);
    return false;
  }

  /** Whether two names may mean one host: `cmp1` and `cmp1.example.com`, or an unknown host. */
  #mayBeOne(a: string, b: string): boolean {
    return a === b || a === this.#unknownHost || b === this.#unknownHost || a.split('.')[0] === b.split('.')[0];
  }
}
