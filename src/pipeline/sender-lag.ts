import type { Millis } from '../model/line.js';

/**
 * Whether more lines of a log are on their way, where they are sent and not followed: of a file it can be seen that there is
 * nothing more to read, of a sender it can not.
 *
 *     current   lines come as they are written             after `delay` of silence nothing is on its way
 *     behind    lines are old, and come closer to the      likewise: so the time of an outage is complete, as it is made
 *               clock: an outage is being made up for      up for
 *     off       lines are old, and stay so: a wrong zone   never: they would hold up all others
 */
export class SenderLag {
  readonly #delay: Millis;
  #receivedAt: Millis;
  #state: 'current' | 'behind' | 'off' = 'current';
  /** by how much the last lines were late */
  #lag: Millis = 0;
  /** when and by how much they were late when it was last looked at whether they come closer */
  #since: { readonly at: Millis; readonly lag: Millis } = { at: 0, lag: 0 };

  /** @param now somebody may have waited for this moment to send what he has */
  constructor(delay: Millis, now: Millis) {
    this.#delay = delay;
    this.#receivedAt = now;
  }

  /** Lines have come. */
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
