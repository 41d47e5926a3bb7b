import type { Millis } from '../../model/line.js';
import type { Place } from '../../tail/position.js';

interface ResumePoint {
  /** the newest time of any line before the place */
  readonly newest: Millis;
  readonly place: Place;
}

/** Resume points closer together than this are merged. */
const CLOSE: Millis = 1000;
/** Above this number the distance doubles: a restart then reads a little more. */
const MOST = 4096;

/**
 * Maps times to offsets of one log, collected while it is read, to find the offset from which all lines since a time
 * can be read. Times may go backwards, so each point has the newest time of all lines before it.
 */
export class ResumePoints {
  #points: ResumePoint[];
  #apart = CLOSE;

  /** @param begun where reading of the log started */
  constructor(begun: Place) {
    this.#points = [{ newest: Number.NEGATIVE_INFINITY, place: begun }];
  }

  /** Notes, after a read, that no line before `place` is newer than `newest`. */
  note(newest: Millis, place: Place): void {
    const points = this.#points;
    // Replace the last point: among points of nearly the same time, the furthest saves most reading.
    if (points.length > 1 && (newest === points.at(-1)!.newest || newest - points.at(-2)!.newest < this.#apart)) points.pop();
    points.push({ newest, place });
    if (points.length <= MOST) return;
    this.#apart *= 2;
    const kept: ResumePoint[] = [];
    for (const point of points) if (kept.length === 0 || point.newest - kept.at(-1)!.newest >= this.#apart) kept.push(point);
    this.#points = kept;
  }

  /** The last known place before all lines since a time. Drops earlier points. */
  before(moment: Millis): { readonly place: Place; readonly newest: Millis | undefined } {
    let last = 0;
    for (let i = 1; i < this.#points.length; i++) if (this.#points[i]!.newest < moment) last = i;
    this.#points.splice(0, last);
    if (this.#points.length < MOST / 4) this.#apart = CLOSE;
    const { place, newest } = this.#points[0]!;
    return { place, newest: newest === Number.NEGATIVE_INFINITY ? undefined : newest };
  }
}
