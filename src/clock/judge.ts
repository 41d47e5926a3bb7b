import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';
import { ownName } from '../read/log-reader.js';
import { type Moments, toQuarter } from './moments.js';
import { isZoneOffset, type Sample } from './names.js';

/** Whether the local times of a log were read in the right zone, and the evidence. */
export interface ClockFinding {
  readonly verdict: 'agrees' | 'off' | 'unknown';
  /** error of its times, rounded to quarters of an hour (positive: too late); 0 unless the verdict is `off` */
  readonly offset: Millis;
  /** what it was compared with, for messages */
  readonly by: string;
  /** observed offsets from UTC with their times: several samples can identify a zone by its summer time */
  readonly samples: readonly Sample[];
}

/** A line that states a UTC time: the line's own time, and its distance from the stated one. */
export interface Stated {
  readonly at: Millis;
  readonly delta: Millis;
}

/** Evidence about the clock of a log. */
export interface ClockEvidence {
  readonly moments: Moments;
  /** time of the first line of each request */
  readonly requests: ReadonlyMap<string, Millis>;
  readonly stated: readonly Stated[];
  readonly last: Millis | undefined;
  /** offset (local minus UTC) of the zone in which the log was read */
  offsetAt(at: Millis): Millis;
  /** The zone is that of the wrapper, not of the service. */
  readonly isOuter: boolean;
}

/** A log whose clock is judged. */
export interface Clocked {
  readonly service: string;
  readonly clock: ClockEvidence;
  /** its times are UTC, or its wrapper has UTC: its zone cannot be wrong */
  readonly isUtc: boolean;
  /** modification time of the file, if known */
  readonly modified: Millis | undefined;
}

/** Maximum distance of two lines about one moment, apart from the zone error. */
const CLOSE = minutes(2);
/** A single comparison counts only within this distance. */
const ALONE = seconds(15);
/** Maximum distance of the last line and the modification time. */
const WRITTEN = seconds(15);
/** A modification time counts only within this distance of the last line. */
const RECENT = hours(14);
/** Shift of summer time. */
const SUMMER = hours(1);
const WEEK = hours(168);
/** Number of comparisons in one week that prove a change of summer time. */
const SURE = 3;
/** Maximum number of services compared for one request. */
const MOST_WITNESSES = 8;

interface Vote {
  readonly offset: Millis;
  /** number of comparisons that agree */
  readonly votes: number;
  readonly samples: readonly Sample[];
}

const UNKNOWN: ClockFinding = { verdict: 'unknown', offset: 0, by: '', samples: [] };
const RIGHT: ClockFinding = { verdict: 'agrees', offset: 0, by: '', samples: [] };

/** A line of a request, in a log whose clock is known. */
interface Witness {
  readonly service: string;
  /** in UTC */
  readonly at: Millis;
}

/**
 * Compares the clocks of logs. UTC logs are right. A local log is compared with them by lines about one moment, and by
 * UTC times in its own lines. Other logs are compared by shared requests with logs judged before. The last resort is
 * the modification time of the file.
 * @param least minimum number of comparisons that prove an error
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
  // A log that was judged helps to judge others; repeat until nothing changes.
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
  // If an operation was repeated, most pairs are wrong.
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

/** Error of a log's time, by the sample that is nearest in time. */
function deltaAt(clock: ClockEvidence, { offset, samples }: ClockFinding, at: Millis): Millis {
  if (offset === 0) return 0;
  const distance = (sample: Sample): Millis => Math.abs(sample.at - at);
  const nearest = samples.reduce<Sample | undefined>(
    (best, sample) => (best === undefined || distance(sample) < distance(best) ? sample : best),
    undefined,
  );
  return nearest === undefined ? offset : nearest.offset - clock.offsetAt(at);
}

/** Verdict by the modification time. Copies often change it, so it counts only if it fits to the second. */
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
  /** time of the line, as the log was read */
  readonly at: Millis;
  /** difference to the right time */
  readonly delta: Millis;
  readonly weight: number;
}

/** Differences of all pairs: wrong pairs scatter, right ones agree. */
function pairs(ours: readonly Millis[], theirs: readonly Millis[]): Delta[] {
  const weight = 1 / Math.max(ours.length, theirs.length);
  return ours.flatMap((at) => theirs.map((other) => ({ at, delta: at - other, weight })));
}

interface Bin {
  readonly offset: Millis;
  weight: number;
  votes: number;
  /** distance of its closest vote */
  closest: Millis;
}

interface Electorate {
  readonly clock: ClockEvidence;
  readonly least: number;
  /** minimum share of the weight for an offset other than 0 */
  readonly share: number;
}

/** Result of the comparisons of one week: offsets rarely change within a week. */
interface Week extends Sample {
  /** error of the times in that week */
  readonly delta: Millis;
}

/** The offset, in quarters of an hour, with the most votes; undefined if there are too few. */
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

/** The winning offset of each week. */
function ruling(weeks: readonly Week[]): Week[] {
  const best = new Map<number, Week>();
  for (const week of weeks) if (week.weight > (best.get(weekOf(week.at))?.weight ?? 0)) best.set(weekOf(week.at), week);
  return [...best.values()];
}

/** Names two services at most, for messages. */
const few = (services: ReadonlySet<string>): string => {
  const sorted = [...services].map(ownName).sort();
  return sorted.length > 2 ? `${sorted.slice(0, 2).join(', ')} and others` : sorted.join(' and ');
};

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
