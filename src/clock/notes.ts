import type { Announcement } from '../catalogue/event.js';
import type { Zone } from '../format/zone.js';
import type { Millis } from '../model/line.js';
import { hours } from '../model/time.js';
import type { Zoning } from '../read/log-reader.js';
import type { ClockEvidence, Stated } from './judge.js';
import { addMoments, type Moments, noteMoments } from './moments.js';

/** Limits of the notes of one log. */
export interface MostNotes {
  readonly requests: number;
  readonly moments: number;
  readonly stated: number;
}

/** The notes as plain data. */
export type NotesBehind = Pick<ClockNotes, 'moments' | 'requests' | 'stated' | 'last' | 'first' | 'hasJump' | 'isOuter' | 'zoned'>;

const DAY = hours(24);
const REQUEST = /req-[0-9a-f]{8}-[0-9a-f-]{27}/g;
/** Default limits of the notes of one log. */
export const MOST: MostNotes = { requests: 20_000, moments: 20_000, stated: 2000 };

/** Clock evidence of the lines of one service in one log, for `check`, `replay` and `tail`. */
export class ClockNotes implements ClockEvidence {
  readonly moments: Moments = new Map();
  readonly requests = new Map<string, Millis>();
  readonly stated: Stated[] = [];
  last: Millis | undefined;
  /** of the first line */
  first: Millis | undefined;
  /** A line was a day ahead of the lines before it. */
  hasJump = false;
  isOuter = false;
  /** number of records whose time depends on a zone */
  zoned = 0;
  readonly #own: Zone;
  readonly #outer: Zone;
  readonly #most: MostNotes;

  /**
   * @param own zone of the service's local times
   * @param outer zone of the wrapper's times
   */
  constructor(own: Zone, outer: Zone = own, most: MostNotes = MOST) {
    this.#own = own;
    this.#outer = outer;
    this.#most = most;
  }

  /** zone of the last line */
  get zone(): Zone {
    return this.isOuter ? this.#outer : this.#own;
  }

  offsetAt(at: Millis): Millis {
    return this.zone.offsetAt(at);
  }

  /** Notes the time of a line. One wrong date must not become the last time of the log. */
  time(at: Millis, zoning: Zoning): void {
    if (zoning !== 'none') {
      this.zoned++;
      this.isOuter = zoning === 'outer';
    }
    this.first ??= at;
    if (this.last === undefined || (at > this.last && at < this.last + DAY)) this.last = at;
    else if (at > this.last) this.hasJump = true;
  }

  /** Whether `add` gives the same result as reading all lines here. */
  canAdd({ first, hasJump }: NotesBehind): boolean {
    return !hasJump && (this.last === undefined || first === undefined || first < this.last + DAY);
  }

  /** Merges the notes of the lines after those noted here; the other notes must be complete. */
  add({ moments, requests, stated, last, isOuter, zoned }: NotesBehind): void {
    if (last !== undefined) this.last = Math.max(this.last ?? last, last);
    if (zoned > 0) this.isOuter = isOuter;
    this.zoned += zoned;
    for (const [id, at] of requests) this.request(id, at);
    for (const each of stated) if (this.stated.length < this.#most.stated) this.stated.push(each);
    addMoments(this.moments, moments, this.#most.moments);
  }

  request(id: string | undefined, at: Millis): void {
    if (id !== undefined && this.requests.size < this.#most.requests && !this.requests.has(id)) this.requests.set(id, at);
  }

  /** Notes the request ids in the brackets of a line. */
  context(context: string, at: Millis): void {
    if (this.requests.size < this.#most.requests) for (const [id] of context.matchAll(REQUEST)) this.request(id, at);
  }

  /** Notes a UTC time that a line of this time states. */
  states(utc: Millis | undefined, at: Millis): void {
    if (utc !== undefined && this.stated.length < this.#most.stated) this.stated.push({ at, delta: at - utc });
  }

  meaning(announced: Pick<Announcement, 'kind' | 'fields'>, at: Millis): void {
    noteMoments(this.moments, announced, at, this.#most.moments);
  }
}
