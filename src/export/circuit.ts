import type { Millis } from '../model/line.js';
import { hours, seconds } from '../model/time.js';

/** The state of a circuit breaker. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** After this many failures in a row a backend counts as down. */
const FAILURES_TO_OPEN = 5;
/** A backend that requests a wait of this length (ms) counts as down at once. */
const LONG_WAIT = seconds(10);
const FIRST_RETRY = seconds(0.5);
const FIRST_PROBE = seconds(10);
const LAST_PROBE = seconds(60);
/**
 * The longest wait (ms) that a backend may request. Much longer ones would overflow the timer, which then fires at
 * once.
 */
const LONGEST_WAIT = hours(1);

/** A failed request. */
export interface Failure {
  /** the wait that the backend requested */
  readonly retryInMs?: number | undefined;
  /** the backend will refuse everything until an operator acts: more attempts only fill its log, or lock an account */
  readonly isHopeless?: boolean;
}

/**
 * A circuit breaker: whether a backend is up, and how long to wait before the next request. The number of attempts is
 * not limited, because the log files are the queue.
 *
 *     closed ──failure──▶ closed         waits rand * 0.5 s, rand * 1 s, rand * 2 s, rand * 4 s          (full jitter)
 *     closed ──the 5th in a row, a long Retry-After, or wrong settings──▶ open
 *     open ──the wait is over──▶ half-open          one request, the probe
 *     half-open ──failure──▶ open        waits (1/2 + rand/2) * 10 s, 20 s, 40 s, 60 s, 60 s, ...
 *     any ──success──▶ closed
 *
 * After a Retry-After of r the wait is r plus such a wait, so that a whole fleet does not send at the same moment.
 */
export class Circuit {
  readonly #random: () => number;
  #state: CircuitState = 'closed';
  /** in a row */
  #failures = 0;
  #probes = 0;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Notes that a request is about to be sent. */
  tries(): void {
    if (this.#state === 'open') this.#state = 'half-open';
  }

  succeeded(): void {
    this.#state = 'closed';
    this.#failures = 0;
    this.#probes = 0;
  }

  /** Notes a failed request. @returns how long to wait before the next one, in ms */
  failed({ retryInMs = 0, isHopeless = false }: Failure): Millis {
    this.#failures++;
    const isDown = this.#state !== 'closed' || isHopeless || this.#failures >= FAILURES_TO_OPEN || retryInMs >= LONG_WAIT;
    this.#state = isDown ? 'open' : 'closed';
    const wait = isDown
      ? (0.5 + this.#random() / 2) * Math.min(LAST_PROBE, FIRST_PROBE * 2 ** this.#probes++)
      : this.#random() * FIRST_RETRY * 2 ** (this.#failures - 1);
    return Math.min(LONGEST_WAIT, retryInMs + wait);
  }
}
