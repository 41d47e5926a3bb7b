import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';
import type { Log } from '../telemetry/log.js';

/** Interval of reminders during an outage. */
const REMINDER = minutes(10);
/** The same failure within this time belongs to the same outage: it is logged again only if it lasts. */
const SAME = minutes(1);

/** A failure of the backend. */
export interface Trouble {
  /** when the first request failed */
  readonly since: Millis;
  readonly reason: string;
  /** identifies the failure when the text of the reason varies; default: the reason */
  readonly fault?: string | undefined;
  readonly isHopeless: boolean;
  readonly waiting: number;
  readonly nextAttemptInMs: Millis;
}

/**
 * Logs the outages of a backend: one error line when an outage begins and for each new reason, one every ten minutes while it
 * lasts, and one line when it is over. The number of attempts does not matter, nor how often two reasons alternate.
 */
export class Outage {
  readonly #log: Log;
  #since: Millis | undefined;
  #over = Number.NEGATIVE_INFINITY;
  #logged = new Set<string>();
  #loggedAt = Number.NEGATIVE_INFINITY;
  #attempts = 0;
  /** the outage was logged, so its end is logged, too */
  #isKnown = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A request failed, and the backend counts as down. */
  lasts(trouble: Trouble, now: Millis): void {
    const { since, reason, fault = reason, isHopeless, waiting, nextAttemptInMs } = trouble;
    if (this.#since === undefined) {
      this.#since = since;
      this.#attempts = 0;
      this.#isKnown = false;
      if (since - this.#over >= SAME) {
        this.#logged.clear();
        this.#loggedAt = Number.NEGATIVE_INFINITY;
      }
    }
    this.#attempts++;
    if (this.#logged.has(fault) && now - this.#loggedAt < REMINDER) return;
    const isNews = !this.#logged.has(fault);
    this.#logged.add(fault);
    this.#loggedAt = now;
    this.#isKnown = true;
    const facts = { reason, waiting, nextAttemptInMs: Math.round(nextAttemptInMs), ...(!isNews && { forMs: now - since }) };
    if (isHopeless) this.#log.error(facts, 'the backend refuses all traces: they wait until its settings are corrected');
    else this.#log.error(facts, 'the backend cannot be reached: traces wait');
  }

  /**
   * The backend answered a request.
   * @param refusal why the backend, which is reachable again, refused the trace
   */
  isOver(waiting: number, now: Millis, refusal?: string): void {
    if (this.#since === undefined) return;
    const facts = { tookMs: now - this.#since, waiting, attempts: this.#attempts };
    if (this.#isKnown && refusal === undefined) this.#log.info(facts, 'the backend accepts traces again');
    else if (this.#isKnown) this.#log.warn({ ...facts, reason: refusal }, 'the backend can be reached again, and refuses this trace');
    this.#since = undefined;
    this.#over = now;
  }
}
