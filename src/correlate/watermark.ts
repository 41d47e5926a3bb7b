import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** How far behind the wall clock a log that has been read to its end may still be written to. */
const LAG = seconds(3);

interface Source {
  newest: Millis | undefined;
  atEnd: boolean;
  live: boolean;
}

/**
 * The time before which no line is expected any more: the least of the sources' times. A source's time is its newest
 * line's; when it has been read to its end, the wall clock will do, so that the night's last action closes.
 */
export class Watermark {
  readonly #sources = new Map<string, Source>();
  #value: Millis = Number.NEGATIVE_INFINITY;

  /**
   * What is known of a source after a poll.
   *
   * @param newest the newest time of any of its lines, if it has any
   * @param atEnd all there is has been read
   * @param live false for one that cannot be read: it no longer holds the watermark
   */
  observe(path: string, source: Source): void {
    this.#sources.set(path, source);
  }

  /** Takes a source out: its log is gone and read to the end. */
  forget(path: string): void {
    this.#sources.delete(path);
  }

  /** @returns the watermark at this moment of the wall clock; it never goes back */
  at(now: Millis): Millis {
    let least = Number.POSITIVE_INFINITY;
    for (const { newest, atEnd, live } of this.#sources.values()) {
      if (!live) continue;
      const time = newest ?? Number.NEGATIVE_INFINITY;
      least = Math.min(least, atEnd ? Math.max(time, now - LAG) : time);
    }
    if (least !== Number.POSITIVE_INFINITY && least > this.#value) this.#value = least;
    return this.#value;
  }
}
