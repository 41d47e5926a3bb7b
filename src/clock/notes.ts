import type { Announcement } from '../catalogue/event.js';
import type { Zone } from '../format/zone.js';
import type { Millis } from '../model/line.js';
import { hours } from '../model/time.js';
import type { Zoning } from '../read/log-reader.js';
import type { ClockEvidence, Stated } from './judge.js';
import { addMoments, type Moments, noteMoments } from './moments.js';

/** Of one log so much is kept. */
export interface MostNotes {
  readonly requests: number;
  readonly moments: number;
  readonly stated: number;
}

/** What notes hold, as plain data. */
export type NotesBehind = Pick<ClockNotes, 'moments' | 'requests' | 'stated' | 'last' | 'first' | 'hasJump' | 'isOuter' | 'zoned'>;

const DAY = hours(24);
const REQUEST = /req-[0-9a-f]{8}-[0-9a-f-]{27}/g;
export const MOST: MostNotes = { requests: 20_000, moments: 20_000, stated: 2000 };

/** Collects what the lines of one service in one log say of its clock: for `check`, `replay` and `tail`. */
export class ClockNotes implements ClockEvidence {
  readonly moments: Moments = new Map();
  readonly requests = new Map<string, Millis>();
  readonly stated: Stated[] = [];
  last: Millis | undefined;
  /** of the first line */
  first: Millis | undefined;
  /** A line was a day ahead of those before it. */
  hasJump = false;
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
    this.first ??= at;
    if (this.last === undefined || (at > this.last && at < this.last + DAY)) this.last = at;
    else if (at > this.last) this.hasJump = true;
  }

  /** Whether `add` gives what one would have that had taken all lines. */
  canAdd({ first, hasJump }: NotesBehind): boolean {
    return !hasJump && (this.last === undefined || first === undefined || first < this.last + DAY);
  }

  /** Takes in what another has collected, which kept every moment, of the lines behind those taken here. */
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
