import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** How far behind the wall clock a log that has been read to its end may still be written to. */
const LAG = seconds(3);

export interface Source {
  newest: Millis | undefined;
  atEnd: boolean;
  live: boolean;
  /** of lines that are sent and not followed: how late they may come, and whether more of them are on their way */
  sent?: { readonly delay: Millis; readonly isComing: boolean } | undefined;
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
   * @param sent as long as anything is sent, the watermark stays the delay behind the clock: what will be sent by somebody
   *   who has not been heard of may be as old
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
