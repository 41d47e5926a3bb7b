import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** A log that was read to its end may still get lines that are this much older than now. */
const LAG = seconds(3);

export interface Source {
  newest: Millis | undefined;
  atEnd: boolean;
  live: boolean;
  /** of received logs: how late their lines may arrive, and whether more are on their way */
  sent?: { readonly delay: Millis; readonly isComing: boolean } | undefined;
}

/**
 * The time before which no more lines are expected: the earliest of all sources' times. A source's time is that of its
 * newest line. For a source that was read to its end it is the wall clock, so that the last action of a quiet night
 * closes.
 */
export class Watermark {
  readonly #sources = new Map<string, Source>();
  #value: Millis = Number.NEGATIVE_INFINITY;

  /**
   * Updates a source after a poll.
   *
   * @param newest the newest time of any of its lines, if it has any
   * @param atEnd all there is has been read
   * @param live false for a source that cannot be read: it no longer holds the watermark back
   * @param sent while any log is received, the watermark stays `delay` behind the clock: a sender that was not seen
   *   yet may send lines as old as that
   */
  observe(path: string, source: Source): void {
    this.#sources.set(path, source);
  }

  /** Removes a source: its log is gone and was read to the end. */
  forget(path: string): void {
    this.#sources.delete(path);
  }

  /** @returns the watermark at this wall-clock time; it never goes back */
  at(now: Millis): Millis {
    let least = Number.POSITIVE_INFINITY;
    for (const source of this.#sources.values()) if (source.live) least = Math.min(least, timeOf(source, now));
    if (least !== Number.POSITIVE_INFINITY && least > this.#value) this.#value = least;
    return this.#value;
  }
}

function timeOf({ newest, atEnd, sent }: Source, now: Millis): Millis {
  if (sent === undefined) return atEnd ? Math.max(newest ?? Number.NEGATIVE_INFINITY, now - LAG) : (newest ?? Number.NEGATIVE_INFINITY);
  const behind = atEnd && !sent.isComing ? Number.POSITIVE_INFINITY : (newest ?? Number.POSITIVE_INFINITY);
  return Math.min(behind, now - sent.delay);
}
