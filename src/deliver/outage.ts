import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';
import type { Log } from '../telemetry/log.js';

/** How often it is said again that an outage lasts. */
const REMINDER = minutes(10);
/** Trouble that comes back so soon was never over: it is not said again, unless it lasts. */
const SAME = minutes(1);

export interface Trouble {
  /** when the first request failed */
  readonly since: Millis;
  readonly reason: string;
  /** tells one trouble from another, whatever its words; the reason, where it is not given */
  readonly fault?: string | undefined;
  readonly isHopeless: boolean;
  readonly waiting: number;
  readonly nextAttemptInMs: Millis;
}

/**
 * What the log says of a backend that takes nothing: one error line when it begins and when the reason is another, one every ten
 * minutes while it lasts, and one line when it is over. However often it is tried, and however often two reasons take turns.
 */
export class Outage {
  readonly #log: Log;
  #since: Millis | undefined;
  #over = Number.NEGATIVE_INFINITY;
  #said = new Set<string>();
  #saidAt = Number.NEGATIVE_INFINITY;
  #attempts = 0;
  /** whether anything was said of this one, so that its end is news */
  #isKnown = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A request has failed, and the backend counts as down. */
  lasts(trouble: Trouble, now: Millis): void {
    const { since, reason, fault = reason, isHopeless, waiting, nextAttemptInMs } = trouble;
    if (this.#since === undefined) {
      this.#since = since;
      this.#attempts = 0;
      this.#isKnown = false;
      if (since - this.#over >= SAME) {
        this.#said.clear();
        this.#saidAt = Number.NEGATIVE_INFINITY;
      }
    }
    this.#attempts++;
    if (this.#said.has(fault) && now - this.#saidAt < REMINDER) return;
    const isNews = !this.#said.has(fault);
    this.#said.add(fault);
    this.#saidAt = now;
    this.#isKnown = true;
    const facts = { reason, waiting, nextAttemptInMs: Math.round(nextAttemptInMs), ...(!isNews && { forMs: now - since }) };
    if (isHopeless) this.#log.error(facts, 'the backend refuses everything: traces wait until that is mended');
    else this.#log.error(facts, 'the backend cannot be reached: traces wait');
  }

  /**
   * A request was answered otherwise.
   *
   * @param refusal why the trace was not taken: the backend is there, and says no to this one
   */
  isOver(waiting: number, now: Millis, refusal?: string): void {
    if (this.#since === undefined) return;
    const facts = { tookMs: now - this.#since, waiting, attempts: this.#attempts };
    if (this.#isKnown && refusal === undefined) this.#log.info(facts, 'the backend takes traces again');
    else if (this.#isKnown) this.#log.warn({ ...facts, reason: refusal }, 'the backend can be reached again, and refuses this trace');
    this.#since = undefined;
    this.#over = now;
  }
}
