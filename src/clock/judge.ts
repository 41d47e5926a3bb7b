import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';
import { ownName } from '../read/log-reader.js';
import { type Moments, toQuarter } from './moments.js';
import { isZoneOffset, type Sample } from './names.js';

/** Whether a log's local times were read in the right zone, and how that is known. */
export interface ClockFinding {
  readonly verdict: 'agrees' | 'off' | 'unknown';
  /** how much later its times are than they should be, in quarters of an hour; 0 but where it is off */
  readonly offset: Millis;
  /** compared with what, to be shown */
  readonly by: string;
  /** what its clock showed, and when: a zone is known by what it does when summer time begins or ends */
  readonly samples: readonly Sample[];
}

/** A line that states a UTC time: its own time, and how much later that is. */
export interface Stated {
  readonly at: Millis;
  readonly delta: Millis;
}

/** What the lines of a log say of its clock. */
export interface ClockEvidence {
  readonly moments: Moments;
  /** first lines of requests */
  readonly requests: ReadonlyMap<string, Millis>;
  readonly stated: readonly Stated[];
  readonly last: Millis | undefined;
  /** what the zone that it was read in makes of UTC: local minus UTC */
  offsetAt(at: Millis): Millis;
  /** That is the zone of what wraps the lines. */
  readonly isOuter: boolean;
}

/** A log whose clock is looked at. */
export interface Clocked {
  readonly service: string;
  readonly clock: ClockEvidence;
  /** it shows UTC, or what wraps its lines does, so that nothing can be wrong with its zone */
  readonly isUtc: boolean;
  /** when the file was last written to, if that is known */
  readonly modified: Millis | undefined;
}

/** Two services' lines of one moment are so close, but for their zones. */
const CLOSE = minutes(2);
/** One comparison alone is believed only where it is as close as this. */
const ALONE = seconds(15);
/** A log's last line and the writing of its file. */
const WRITTEN = seconds(15);
/** Of a file that was last written longer ago than this before or after its last line, the time says nothing. */
const RECENT = hours(14);
/** Summer time is as much as this. */
const SUMMER = hours(1);
const WEEK = hours(168);
/** So many comparisons of one week show summer time. */
const SURE = 3;
/** Services whose lines of one request are compared. */
const MOST_WITNESSES = 8;

interface Vote {
  readonly offset: Millis;
  /** how many comparisons say so */
  readonly votes: number;
  readonly samples: readonly Sample[];
}

const UNKNOWN: ClockFinding = { verdict: 'unknown', offset: 0, by: '', samples: [] };
const RIGHT: ClockFinding = { verdict: 'agrees', offset: 0, by: '', samples: [] };

/** A line of a request, in a log whose clock is known. */
interface Witness {
  readonly service: string;
  /** in UTC, whatever the log was read in */
  readonly at: Millis;
}

/**
 * Compares the clocks of logs. Those that show UTC are right; a log in local time is compared with them by lines of one
 * moment, and with UTC times that its own lines state. A log without any such is compared, by requests that both name,
 * with logs that have been judged; the last resort is when its file was written.
 *
 * @param least so many comparisons must say that a log is off
 */
export function judgeClocks<Log extends Clocked>(logs: readonly Log[], least = 1): Map<Log, ClockFinding> {
  const findings = new Map<Log, ClockFinding>();
  const witnesses = new Map<string, Witness[]>();
  const local = logs.filter(({ isUtc }) => !isUtc);
  const utc = logs.filter(({ isUtc }) => isUtc);
  for (const log of utc) testify(witnesses, log, RIGHT);
  for (const log of local) {
    const finding = byStatedTimes(log, least) ?? byMoments(log, utc, least);
    if (finding === undefined) continue;
    findings.set(log, finding);
    testify(witnesses, log, finding);
  }
  // What is right, or has been judged, judges others, until nothing new is learnt.
  for (let learnt = witnesses.size > 0; learnt; ) {
    learnt = false;
    for (const log of local) {
      const finding = findings.has(log) ? undefined : byRequests(log, witnesses, least);
      if (finding === undefined) continue;
      findings.set(log, finding);
      testify(witnesses, log, finding);
      learnt = true;
    }
  }
  for (const log of local) if (!findings.has(log)) findings.set(log, byFile(log) ?? UNKNOWN);
  return findings;
}

const found = ({ offset, samples }: Vote, by: string): ClockFinding => ({
  verdict: offset === 0 ? 'agrees' : 'off',
  offset,
  by,
  samples,
});

function byStatedTimes({ clock }: Clocked, least: number): ClockFinding | undefined {
  const vote = elect(
    clock.stated.map(({ at, delta }) => ({ at, delta, weight: 1 })),
    { clock, least, share: clock.stated.length / 2 },
  );
  return vote && found(vote, `the UTC times that ${counted(vote.votes, 'line')} of it ${vote.votes === 1 ? 'states' : 'state'}`);
}

function byMoments({ clock }: Clocked, utc: readonly Clocked[], least: number): ClockFinding | undefined {
  const deltas: Delta[] = [];
  const partners = new Set<string>();
  const keys = new Set<string>();
  for (const other of utc) {
    for (const [key, times] of clock.moments) {
      const theirs = other.clock.moments.get(key);
      if (theirs === undefined) continue;
      partners.add(other.service);
      keys.add(key);
      deltas.push(...pairs(times, theirs));
    }
  }
  // If something was done several times, most pairs are wrong.
  const vote = elect(deltas, { clock, least, share: keys.size / 4 });
  return vote && found(vote, `${counted(vote.votes, 'event')} that ${few(partners)} logged too, in UTC`);
}

function byRequests({ clock }: Clocked, witnesses: ReadonlyMap<string, readonly Witness[]>, least: number): ClockFinding | undefined {
  const deltas: Delta[] = [];
  const partners = new Set<string>();
  for (const [request, at] of clock.requests) {
    for (const { service, at: theirs } of witnesses.get(request) ?? []) {
      partners.add(service);
      deltas.push({ at, delta: at - theirs, weight: 1 });
    }
  }
  const vote = elect(deltas, { clock, least, share: deltas.length / 2 });
  return vote && found(vote, `${counted(vote.votes, 'request')} that ${few(partners)} logged too`);
}

/** Adds the requests of a log whose clock is known. */
function testify(witnesses: Map<string, Witness[]>, { service, clock }: Clocked, finding: ClockFinding): void {
  for (const [request, at] of clock.requests) {
    const known = witnesses.get(request) ?? [];
    if (known.length >= MOST_WITNESSES) continue;
    known.push({ service, at: at - deltaAt(clock, finding, at) });
    witnesses.set(request, known);
  }
}

/** How much too late a log's time is: by what is known of its clock nearest to that. */
function deltaAt(clock: ClockEvidence, { offset, samples }: ClockFinding, at: Millis): Millis {
  if (offset === 0) return 0;
  const distance = (sample: Sample): Millis => Math.abs(sample.at - at);
  const nearest = samples.reduce<Sample | undefined>(
    (best, sample) => (best === undefined || distance(sample) < distance(best) ? sample : best),
    undefined,
  );
  return nearest === undefined ? offset : nearest.offset - clock.offsetAt(at);
}

/** Copies and archives lose or keep the time of writing; only one that fits to the second is believed. */
function byFile({ clock, modified }: Clocked): ClockFinding | undefined {
  const { last } = clock;
  if (last === undefined || modified === undefined) return undefined;
  const delta = last - modified;
  const offset = toQuarter(delta) + 0;
  if (Math.abs(offset) > RECENT || Math.abs(delta - offset) > WRITTEN) return undefined;
  // Files are copied at any minute: a quarter of an hour off is more likely that.
  if (offset % hours(0.5) !== 0) return undefined;
  const samples = [{ at: modified, offset: clock.offsetAt(last) + offset, weight: 1 }];
  return found({ offset, votes: 1, samples }, 'when the file was last written');
}

interface Delta {
  /** when it was, as the log was read */
  readonly at: Millis;
  /** how much later that is than it should be */
  readonly delta: Millis;
  readonly weight: number;
}

/** Every time with every other: the wrong pairs are scattered, the right ones agree. */
function pairs(ours: readonly Millis[], theirs: readonly Millis[]): Delta[] {
  const weight = 1 / Math.max(ours.length, theirs.length);
  return ours.flatMap((at) => theirs.map((other) => ({ at, delta: at - other, weight })));
}

interface Bin {
  readonly offset: Millis;
  weight: number;
  votes: number;
  /** of the closest of its votes */
  closest: Millis;
}

interface Electorate {
  readonly clock: ClockEvidence;
  readonly least: number;
  /** so much weight must speak for an offset that is not 0 */
  readonly share: number;
}

/** What the comparisons of one week show: in a week there is hardly more than one offset. */
interface Week extends Sample {
  /** how far ahead the log was read */
  readonly delta: Millis;
}

/** The offset, in quarters of an hour, that most comparisons agree on; undefined where too few do. */
function elect(deltas: readonly Delta[], { clock, least, share }: Electorate): Vote | undefined {
  const bins = new Map<Millis, Bin>();
  const weeks = new Map<string, Week>();
  for (const { at, delta, weight } of deltas) {
    const offset = toQuarter(delta) + 0;
    if (Math.abs(delta - offset) > CLOSE) continue;
    const shown = clock.offsetAt(at) + offset;
    if (!isZoneOffset(shown)) continue;
    const bin = bins.get(offset) ?? { offset, weight: 0, votes: 0, closest: CLOSE };
    bin.weight += weight;
    bin.votes++;
    bin.closest = Math.min(bin.closest, Math.abs(delta - offset));
    bins.set(offset, bin);
    const key = `${weekOf(at)} ${offset} ${shown}`;
    weeks.set(key, { at: at - offset, offset: shown, delta: offset, weight: weight + (weeks.get(key)?.weight ?? 0) });
  }
  const [best] = [...bins.values()].sort((a, b) => b.weight - a.weight || Math.abs(a.offset) - Math.abs(b.offset));
  if (best === undefined) return undefined;
  const isNear = (other: Millis): boolean => Math.abs(other - best.offset) <= SUMMER;
  const near = [...bins.values()].filter(({ offset }) => isNear(offset)).reduce((sum, { weight }) => sum + weight, 0);
  const rival = [...bins.values()].find(({ offset, weight }) => !isNear(offset) && weight >= best.weight);
  const samples = ruling([...weeks.values()].filter(({ delta }) => isNear(delta)));
  // What is right for most of the time may be wrong for the rest, where the zone has no summer time, or another one.
  const wrong = best.offset === 0 ? samples.find(({ delta, weight }) => delta !== 0 && weight >= SURE) : undefined;
  const { offset, votes } = (wrong && bins.get(wrong.delta)) ?? best;
  if (offset === 0) return { offset, votes, samples };
  if (near < share || rival !== undefined || votes < least || (votes === 1 && best.closest > ALONE)) return undefined;
  return { offset, votes, samples };
}

const weekOf = (at: Millis): number => Math.floor(at / WEEK);

/** Of each week what most of its comparisons show. */
function ruling(weeks: readonly Week[]): Week[] {
  const best = new Map<number, Week>();
  for (const week of weeks) if (week.weight > (best.get(weekOf(week.at))?.weight ?? 0)) best.set(weekOf(week.at), week);
  return [...best.values()];
}

/** Two of them are enough to go and look. */
const few = (services: ReadonlySet<string>): string => {
  const sorted = [...services].map(ownName).sort();
  return sorted.length > 2 ? `${sorted.slice(0, 2).join(', ')} and others` : sorted.join(' and ');
};

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
