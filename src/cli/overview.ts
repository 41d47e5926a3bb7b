import { extentOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { inSeconds, inUtc } from '../export/terminal/text.js';
import type { Millis } from '../model/line.js';
import { type FinishedTrace, outcomes as outcomeNames } from '../model/span.js';
import { durationMs } from './order.js';

const MOST_HOSTS = 3;
const MOST_KINDS = 6;

/** Summary of some traces: number of actions by kind, period, hosts and outcomes. */
export class Overview {
  readonly #kinds = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #hosts = new Set<string>();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #longest: Millis = 0;
  #networkReady = 0;
  actions = 0;
  fragments = 0;

  add(trace: FinishedTrace): void {
    if (trace.form === 'network-ready') {
      this.#networkReady++;
      return;
    }
    const { start, end } = extentOf(trace);
    this.#from = Math.min(this.#from, start);
    this.#to = Math.max(this.#to, end);
    if (trace.form === 'fragment') {
      this.fragments++;
      for (const { host } of trace.spans) this.#hosts.add(host);
      return;
    }
    this.actions++;
    increase(this.#kinds, trace.action ?? 'action');
    increase(this.#outcomes, outcomeOf(trace) ?? 'unknown');
    const host = rootOf(trace)?.host;
    if (host !== undefined) this.#hosts.add(host);
    this.#longest = Math.max(this.#longest, durationMs(trace));
  }

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** number of actions and parts of actions */
  get rows(): number {
    return this.actions + this.fragments;
  }

  get kinds(): number {
    return this.#kinds.size;
  }

  get hosts(): ReadonlySet<string> {
    return this.#hosts;
  }

  /** `8 creates, 1 delete`, the largest number first */
  get counted(): string {
    const sorted = [...this.#kinds].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    if (sorted.length === 0) return 'no action';
    const shown = sorted.slice(0, MOST_KINDS).map(([kind, n]) => many(n, kind));
    const others = sorted.slice(MOST_KINDS).reduce((sum, [, n]) => sum + n, 0);
    return [...shown, ...(others === 0 ? [] : [`${many(others, 'other')}`])].join(', ');
  }

  /** `from 2026-11-21 01:50:31 to 02:10:00 UTC on cmp1` */
  get place(): string {
    const from = inUtc(this.#from).slice(0, 19);
    const to = inUtc(this.#to).slice(0, 19);
    const until = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to;
    const hosts = this.#hosts.size > MOST_HOSTS ? `${this.#hosts.size} hosts` : [...this.#hosts].sort().join(', ');
    return `${from === to ? `at ${from}` : `from ${from} to ${until}`} UTC on ${hosts}`;
  }

  /** `8 succeeded, 1 failed` */
  get outcomes(): string {
    const known: readonly string[] = outcomeNames;
    const order = [...this.#outcomes.keys()].sort((a, b) => known.indexOf(a) - known.indexOf(b));
    return order.map((outcome) => `${grouped(this.#outcomes.get(outcome) ?? 0)} ${outcome}`).join(', ');
  }

  get longest(): string {
    return `${inSeconds(this.#longest)} s`;
  }

  get parts(): string {
    return `${many(this.fragments, 'part')} of actions whose root is not in these logs`;
  }

  /** The whole summary in one line. */
  get line(): string {
    if (this.isEmpty)
      return this.#networkReady === 0 ? 'no action' : `${many(this.#networkReady, 'network-ready trace')} without the action`;
    if (this.actions === 0) return `${this.parts}, ${this.place}`;
    return `${this.counted} ${this.place}: ${this.outcomes}${this.fragments === 0 ? '' : `; ${this.parts}`}`;
  }
}

const increase = (of: Map<string, number>, key: string): void => {
  of.set(key, (of.get(key) ?? 0) + 1);
};

/**
 * `1,234,567`. Own code, because loading the locale data of Intl takes longer than all other work at the end of a run.
 */
export const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `2 creates`, `1 network-ready`. */
export const many = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : /(?:s|x|ch)$/.test(noun) ? 'es' : 's'}`;
