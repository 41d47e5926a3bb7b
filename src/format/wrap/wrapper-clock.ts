import type { Millis } from '../../model/line.js';
import type { Zone } from '../zone.js';
import type { Wrapped } from './form.js';
import { latestYear, nearestYear } from './instant.js';
import { stampAt } from './own-line.js';

const DAY = 24 * 3_600_000;
const HALF_HOUR = 30 * 60_000;
const FARTHEST_ZONES = 14 * 3_600_000;
/** A wrapper takes a line when it is written, or a little later. */
const TAKEN_WITHIN = 60_000;

const isInAnotherZone = (difference: Millis): boolean => {
  const halves = Math.round(difference / HALF_HOUR);
  return halves !== 0 && Math.abs(difference) <= FARTHEST_ZONES && Math.abs(difference - halves * HALF_HOUR) < TAKEN_WITHIN;
};

/**
 * Computes the UTC times at which a wrapper took its lines. Each line gives the year of the next one, and shows which
 * pass of a repeated hour it is in.
 */
export class WrapperClock {
  readonly #zone: Zone;
  readonly #latest: () => Millis;
  /** the wall clock of the line before, and its UTC time */
  #clock: Millis | undefined;
  #previous: Millis | undefined;

  /**
   * @param zone the zone of times without one
   * @param latest the latest possible time of a line, for wrappers without a year
   */
  constructor(zone: Zone, latest: () => Millis) {
    this.#zone = zone;
    this.#latest = latest;
  }

  /** @returns the time in epoch ms; undefined if the wrapper has none */
  takenAt({ at, local, hasYear, bytes, start, end }: Wrapped): Millis | undefined {
    if (at !== undefined || local === undefined) return at;
    const stamp = stampAt(bytes, start, end);
    this.#clock = hasYear ? local : this.#withYear(local, stamp);
    this.#previous = this.#zone.toUtc(this.#clock, this.#previous);
    // Read as UTC, the two contradict each other: a container logs in UTC, and what takes its lines does so in the zone of the host.
    if (stamp !== undefined && this.#previous === this.#clock && isInAnotherZone(stamp - this.#clock)) this.#previous = stamp;
    return this.#previous;
  }

  #withYear(local: Millis, stamp: Millis | undefined): Millis {
    if (stamp !== undefined) {
      const dated = nearestYear(local, stamp);
      // The timestamp may be that of a quoted line, from any day.
      if (Math.abs(dated - stamp) < DAY) return dated;
    }
    return this.#clock === undefined ? latestYear(local, this.#latest()) : nearestYear(local, this.#clock);
  }
}
