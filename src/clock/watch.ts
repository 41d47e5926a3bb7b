import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';
import type { Zoning } from '../read/log-reader.js';
import type { LineReader } from '../read/source.js';
import { writerKey, ZoneHint, type Zones } from './hint.js';
import type { ClockFinding } from './judge.js';
import { toQuarter } from './moments.js';
import { isZoneOffset } from './names.js';
import { ClockNotes } from './notes.js';
import type { ZonedLog, ZoneProblem } from './zone-problem.js';

/** How the zone of a followed log was set. */
export interface FollowedZone {
  readonly zones: Zones;
  /** The log is received, not written on this machine. */
  readonly isSent: boolean;
}

/** What one poll cycle read of a log. */
export interface Look {
  readonly path: string;
  readonly readers: Iterable<LineReader>;
  readonly readBytes: number;
  /** everything was read */
  readonly atEnd: boolean;
  /** time of the previous look: if it was at the end then, all new lines were written since */
  readonly lookedAtBefore?: Millis | undefined;
}

/** A writer whose lines are compared with the clock. */
interface Watched {
  newest: Millis | undefined;
  zoning: Zoning;
  readonly service: string;
  readonly host: string;
  readonly path: string;
  /** error of its times against the clock, in quarters of an hour */
  offset: Millis;
  /** number of consecutive lines with this error */
  votes: number;
  /** minutes within the quarter of an hour in which they arrived */
  readonly phases: Set<number>;
}

/** Evidence is kept this long; judgements are this far apart. */
const KEPT = hours(1);
const JUDGED = minutes(5);
/** Interval between warnings about one log. */
const AGAIN = hours(24);
/** Comparisons that must agree before `tail` warns. */
const LEAST = 3;
const MOST = { requests: 500, moments: 500, stated: 200 };
const MOST_WATCHED = 500;
/** Maximum time between two looks; beyond it, the time of writing is not known. */
const LONGEST_GAP = minutes(2);
/** Allowed difference between time stamp, writing and clocks. */
const SLACK = seconds(5);
/**
 * Number of lines that must agree, in as many different minutes of a quarter of an hour. Files that a timer copies do
 * not pass this.
 */
const LEAST_VOTES = 12;
const LEAST_PHASES = 5;
const CLOCK = 'the clock at which its lines were read as they were written';

/**
 * Detects wrong zones while logs are followed, by events that services share and by the clock. A line written between
 * two looks has a known time: if its own time is off by whole quarters of an hour, repeatedly, its zone is wrong. If a
 * UTC log of the same host is off as well, the clock of the host is wrong instead.
 */
export class ZoneWatch {
  readonly #zoneOf: (path: string) => FollowedZone;
  readonly #watched = new Map<string, Watched>();
  /** when each log was last read to its end */
  readonly #ends = new Map<string, Millis>();
  readonly #saidAt = new Map<string, Millis>();
  #hint: ZoneHint;
  #renewedAt: Millis;
  #judgedAt: Millis;
  #offsets: ReadonlyMap<string, Millis> = new Map();

  constructor(zoneOf: (path: string) => FollowedZone, now: Millis) {
    this.#zoneOf = zoneOf;
    this.#hint = this.#newHint();
    this.#renewedAt = now;
    this.#judgedAt = now;
  }

  note(event: Event, zoning: Zoning): void {
    this.#hint.note(event, zoning);
  }

  /** Notes what a cycle read of a log. */
  saw({ path, readers, readBytes, atEnd, lookedAtBefore }: Look, now: Millis): void {
    const ended = this.#ends.get(path);
    const since = ended === undefined ? undefined : Math.max(ended, lookedAtBefore ?? ended);
    if (atEnd) this.#ends.set(path, now);
    else this.#ends.delete(path);
    if (readBytes === 0) return;
    const isLive = atEnd && since !== undefined && now - since <= LONGEST_GAP;
    for (const { service, host, newest, zoning } of readers) {
      if (newest === undefined || zoning === undefined) continue;
      const key = writerKey(service, host, path);
      const known = this.#watched.get(key);
      if (known === undefined && this.#watched.size >= MOST_WATCHED) continue;
      const watched: Watched = known ?? { newest: undefined, zoning, service, host, path, offset: 0, votes: 0, phases: new Set() };
      this.#watched.set(key, watched);
      if (watched.newest !== newest && isLive) compare(watched, newest, since, now);
      watched.newest = newest;
      watched.zoning = zoning;
    }
  }

  /** Error of each log's times as of the last judgement, by path. */
  get offsets(): ReadonlyMap<string, Millis> {
    return this.#offsets;
  }

  /** Warnings to log now, one per log and day. @param config where the zones are set */
  wrong(now: Millis, config: string): ZoneProblem | undefined {
    if (now - this.#judgedAt < JUDGED) return undefined;
    this.#judgedAt = now;
    const problem = this.#hint.wrong({ least: LEAST, config, also: this.#byClock() });
    if (now - this.#renewedAt >= KEPT) {
      this.#renewedAt = now;
      this.#hint = this.#newHint();
    }
    this.#offsets = new Map(problem?.logs.map(({ path, offset }) => [path, offset]));
    const keys = problem?.logs.map(({ service, host, path }) => writerKey(service, host, path)) ?? [];
    if (keys.every((key) => now - (this.#saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN)) return undefined;
    for (const key of keys) if (this.#saidAt.has(key) || this.#saidAt.size < MOST_WATCHED) this.#saidAt.set(key, now);
    return problem;
  }

  #newHint(): ZoneHint {
    return new ZoneHint((path) => this.#zoneOf(path).zones, { most: MOST, isSent: (path) => this.#zoneOf(path).isSent });
  }

  #byClock(): Map<ZonedLog, ClockFinding> {
    const found = new Map<ZonedLog, ClockFinding>();
    for (const { service, host, path, zoning, offset, votes, phases, newest } of this.#watched.values()) {
      if (zoning === 'none' || newest === undefined || votes < LEAST_VOTES || phases.size < LEAST_PHASES) continue;
      const { zones, isSent } = this.#zoneOf(path);
      const zone = zoning === 'outer' ? zones() : zones(service);
      const shown = zone.offsetAt(newest) + offset;
      if (offset !== 0 && (!isZoneOffset(shown) || this.#isClockOff(host, offset))) continue;
      const clock = new ClockNotes(zones(service), zones());
      clock.time(newest, zoning);
      found.set(
        { set: { path }, service, host, zone: zone.name, isUtc: false, isSent, clock },
        { verdict: offset === 0 ? 'agrees' : 'off', offset, by: CLOCK, samples: [{ at: newest - offset, offset: shown, weight: votes }] },
      );
    }
    return found;
  }

  /** Whether a UTC log of the host is off by the same amount: then the clock is wrong. */
  #isClockOff(host: string, offset: Millis): boolean {
    return [...this.#watched.values()].some((log) => log.zoning === 'none' && log.host === host && log.votes > 0 && log.offset === offset);
  }
}

/** Compares a line that was written between two looks with the clock. */
function compare(watched: Watched, newest: Millis, since: Millis, now: Millis): void {
  const offset = toQuarter(newest - now) + 0;
  const at = newest - offset;
  const fits = at >= since - SLACK && at <= now + SLACK;
  if (!fits || offset !== watched.offset) {
    watched.offset = offset;
    watched.votes = 0;
    watched.phases.clear();
  }
  if (!fits) return;
  watched.votes++;
  watched.phases.add(Math.floor(now / minutes(1)) % 15);
}
