import type { Millis } from '../../model/line.js';
import type { Zone } from '../zone.js';
import type { Wrapped } from './form.js';
import { latestYear, nearestYear } from './instant.js';
import { stampAt } from './own-line.js';

const DAY = 24 * 3_600_000;
const HALF_HOUR = 30 * 60_000;
/** Maximum distance of a zone from UTC. */
const MAX_OFFSET = 14 * 3_600_000;
/** A wrapper takes a line when it is written, or a little later. */
const TAKEN_WITHIN = 60_000;

const isInAnotherZone = (difference: Millis): boolean => {
  const halves = Math.round(difference / HALF_HOUR);
  return halves !== 0 && Math.abs(difference) <= MAX_OFFSET && Math.abs(difference - halves * HALF_HOUR) < TAKEN_WITHIN;
};

/**
 * Computes the UTC times at which a wrapper took its lines. Each line gives the year of the next one, and shows which
 * pass of a repeated hour it is in.
 */
export class WrapperClock {
  readonly #zone: Zone;
  readonly #latest: () => Millis;
  readonly #isZoneAssumed: boolean;
  /** the wall clock of the line before, and its UTC time */
  #clock: Millis | undefined;
  #previous: Millis | undefined;

  /**
   * @param zone the zone of times without one
   * @param latest the latest possible time of a line, for wrappers without a year
   * @param isZoneAssumed the user gave no zone
   */
  constructor(zone: Zone, latest: () => Millis, isZoneAssumed = false) {
    this.#zone = zone;
    this.#latest = latest;
    this.#isZoneAssumed = isZoneAssumed;
  }

  /** @returns the time in epoch ms; undefined if the wrapper has none */
  takenAt({ at, local, hasYear, bytes, start, end }: Wrapped): Millis | undefined {
    if (at !== undefined || local === undefined) return at;
    const stamp = hasYear && !this.#isZoneAssumed ? undefined : stampAt(bytes, start, end);
    this.#clock = hasYear ? local : this.#withYear(local, stamp);
    this.#previous = this.#zone.toUtc(this.#clock, this.#previous);
    // The wrapper's time, read as UTC, contradicts the line's own. Then the host logs in its zone, and its container in UTC.
    if (this.#isZoneAssumed && stamp !== undefined && this.#previous === this.#clock && isInAnotherZone(stamp - this.#clock))
      this.#previous = stamp;
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
