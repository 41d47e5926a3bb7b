import type { Announcement } from '../../catalogue/event.js';
import type { Zone } from '../../format/zone.js';
import type { Millis } from '../../model/line.js';
import { hours } from '../../model/time.js';
import type { Zoning } from '../../read/log-reader.js';
import type { ClockEvidence, Stated } from './judge.js';
import { type Moments, noteMoments } from './moments.js';

/** Of one log so much is kept. */
export interface MostNotes {
  readonly requests: number;
  readonly moments: number;
  readonly stated: number;
}

const DAY = hours(24);
const REQUEST = /req-[0-9a-f]{8}-[0-9a-f-]{27}/g;
const MOST: MostNotes = { requests: 20_000, moments: 20_000, stated: 2000 };

/** Collects what the lines of one service in one log say of its clock: for `check`, `replay` and `tail`. */
export class ClockNotes implements ClockEvidence {
  readonly moments: Moments = new Map();
  readonly requests = new Map<string, Millis>();
  readonly stated: Stated[] = [];
  last: Millis | undefined;
  isOuter = false;
  /** records whose time is what a zone makes of it: neither UTC itself, nor proven by what wraps them */
  zoned = 0;
  readonly #own: Zone;
  readonly #outer: Zone;
  readonly #most: MostNotes;

  /** @param own what the service's local times are in @param outer what those are in of what wraps its lines */
  constructor(own: Zone, outer: Zone = own, most: MostNotes = MOST) {
    this.#own = own;
    this.#outer = outer;
    this.#most = most;
  }

  /** the one that the last line was read in */
  get zone(): Zone {
    return this.isOuter ? this.#outer : this.#own;
  }

  offsetAt(at: Millis): Millis {
    return this.zone.offsetAt(at);
  }

  /** A line of this time. One with a wrong date must not become the log's last. */
  time(at: Millis, zoning: Zoning): void {
    if (zoning !== 'none') {
      this.zoned++;
      this.isOuter = zoning === 'outer';
    }
    if (this.last === undefined || (at > this.last && at < this.last + DAY)) this.last = at;
  }

  request(id: string | undefined, at: Millis): void {
    if (id !== undefined && this.requests.size < this.#most.requests && !this.requests.has(id)) this.requests.set(id, at);
  }

  /** The requests that stand in the brackets of a line. */
  context(context: string, at: Millis): void {
    if (this.requests.size < this.#most.requests) for (const [id] of context.matchAll(REQUEST)) this.request(id, at);
  }

  /** A line of this time states a UTC time of its own. */
  states(utc: Millis | undefined, at: Millis): void {
    if (utc !== undefined && this.stated.length < this.#most.stated) this.stated.push({ at, delta: at - utc });
  }

  meaning(announced: Pick<Announcement, 'kind' | 'fields'>, at: Millis): void {
    noteMoments(this.moments, announced, at, this.#most.moments);
  }
}
