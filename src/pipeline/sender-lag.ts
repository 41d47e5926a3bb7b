import type { Millis } from '../model/line.js';

/**
 * Decides how long other logs wait for a received log. A file has a visible end; a sender has not.
 *
 *     state     lines                                       other logs wait until
 *     current   arrive as they are written                  `delay` without a line
 *     behind    are old, and their lag shrinks: the sender   `delay` without a line, so that the time of the
 *               catches up after an outage                  outage becomes complete
 *     off       are old, and their lag stays: wrong zone    never wait
 */
export class SenderLag {
  readonly #delay: Millis;
  #receivedAt: Millis;
  #state: 'current' | 'behind' | 'off' = 'current';
  /** lag of the last lines */
  #lag: Millis = 0;
  /** time and lag at the last check whether the lag shrinks */
  #since: { readonly at: Millis; readonly lag: Millis } = { at: 0, lag: 0 };

  /** @param now start of receiving: a sender may have waited for it */
  constructor(delay: Millis, now: Millis) {
    this.#delay = delay;
    this.#receivedAt = now;
  }

  /** Takes newly received lines. @param newest their newest time */
  received(newest: Millis | undefined, now: Millis): void {
    this.#receivedAt = now;
    if (newest === undefined) return;
    const lag = now - newest;
    this.#state = this.#stateAt(lag, now);
    this.#lag = lag;
  }

  at(now: Millis): { readonly delay: Millis; readonly isComing: boolean } {
    return { delay: this.#delay, isComing: this.#state !== 'off' && now - this.#receivedAt < this.#delay };
  }

  #stateAt(lag: Millis, now: Millis): 'current' | 'behind' | 'off' {
    if (lag <= this.#delay) return 'current';
    const isNew = this.#state === 'current' || lag > this.#lag + this.#delay;
    if (isNew) this.#since = { at: now, lag };
    if (isNew) return 'behind';
    if (this.#state === 'off' || now - this.#since.at < this.#delay) return this.#state;
    const isCloser = this.#since.lag - lag >= (now - this.#since.at) / 2;
    this.#since = { at: now, lag };
    return isCloser ? 'behind' : 'off';
  }
}
