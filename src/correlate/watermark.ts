import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** A log that was read to its end may still get lines that are this much older (ms) than now. */
const LAG = seconds(3);

/** The reading state of one log. */
export interface Source {
  newest: Millis | undefined;
  atEnd: boolean;
  live: boolean;
  /** only for received logs: how late (ms) their lines may arrive, and whether more lines are being received */
  sent?: { readonly delay: Millis; readonly isComing: boolean } | undefined;
}

/**
 * The time before which no more lines are expected: the earliest of all sources' times. A source's time is that of its
 * newest line. For a source that was read to its end it is the wall clock, so that the last action closes even if no
 * further line arrives.
 */
export class Watermark {
  readonly #sources = new Map<string, Source>();
  #value: Millis = Number.NEGATIVE_INFINITY;

  /**
   * Updates a source after a poll cycle.
   *
   * @param newest the newest time of any of its lines, if it has any
   * @param atEnd the log was read to its end
   * @param live false for a source that cannot be read: it no longer delays the watermark
   * @param sent while any log is received, the watermark stays `delay` behind the clock, because a new sender may send
   *   lines as old as that
   */
  observe(path: string, source: Source): void {
    this.#sources.set(path, source);
  }

  /** Removes a source whose log was deleted and read to the end. */
  forget(path: string): void {
    this.#sources.delete(path);
  }

  /** @returns the watermark (epoch ms) at this wall-clock time; it never decreases */
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
