import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';

/** A line further ahead than this moves the log's time only if another line confirms it. */
const JUMP = 10 * 60_000;

/** The time of one log, by its lines. */
export class LogClock {
  readonly #count: Count;
  readonly #service: string;
  #newest: Millis | undefined;
  /** a time far ahead that the next line must confirm */
  #jump: Millis | undefined;
  #previous: Millis | undefined;

  /** @param after a time shortly before the first line, if known */
  constructor(count: Count, service: string, after: Millis | undefined) {
    this.#count = count;
    this.#service = service;
    this.#previous = after;
  }

  /** The newest time of any line so far. */
  get newest(): Millis | undefined {
    return this.#newest;
  }

  /** Time of the line before, without unconfirmed jumps: it shows which pass of a repeated hour the next line is in. */
  get previous(): Millis | undefined {
    return this.#previous;
  }

  /** Whether the last line is so far ahead that it must be confirmed first. */
  get isUnsure(): boolean {
    return this.#jump !== undefined;
  }

  /** All state that affects further lines. */
  get state(): readonly (Millis | undefined)[] {
    return [this.#newest, this.#jump, this.#previous];
  }

  /** Takes lines that were skipped: their times count without a check. */
  skip(last: Millis, newest: Millis): void {
    this.#previous = last;
    this.#newest = newest;
  }

  /**
   * Takes the time of a line. A line far ahead moves the log's time only if the next line confirms it: one wrong date
   * must not close every open action.
   */
  note(at: Millis): Millis {
    if (this.#previous === undefined || this.#newest === undefined || at <= this.#previous + JUMP || this.#jump !== undefined)
      this.#previous = at;
    if (this.#newest === undefined || (at > this.#newest && at <= this.#newest + JUMP)) {
      this.#newest = at;
      this.#forgetJump();
    } else if (at > this.#newest) {
      if (this.#jump !== undefined && Math.abs(at - this.#jump) <= JUMP) {
        this.#newest = at;
        this.#jump = undefined;
      } else {
        this.#forgetJump();
        this.#jump = at;
      }
    } else this.#forgetJump();
    return at;
  }

  #forgetJump(): void {
    if (this.#jump === undefined) return;
    this.#count('clock_jump', 1, this.#service);
    this.#jump = undefined;
  }
}
