import type { Millis } from '../../model/line.js';
import { hours, minutes, seconds } from '../../model/time.js';
import { ownName } from '../../read/log-reader.js';
import { type Moments, toQuarter } from './moments.js';

/** Whether a log's local times were read in the right zone, and how that is known. */
export interface ClockFinding {
  readonly verdict: 'agrees' | 'off' | 'unknown';
  /** how much later its times are than they should be, in quarters of an hour; 0 but where it is off */
  readonly offset: Millis;
  /** compared with what, to be shown */
  readonly by: string;
}

/** What the lines of a log say of its clock. */
export interface ClockEvidence {
  readonly moments: Moments;
  /** first lines of requests */
  readonly requests: ReadonlyMap<string, Millis>;
  /** how much later than a UTC time stated in it a line's own time is */
  readonly stated: readonly Millis[];
  readonly last: Millis | undefined;
  /** what the zone that it was read in makes of UTC: local minus UTC */
  readonly offset: Millis;
  /** That is the zone of what wraps the lines. */
  readonly isOuter: boolean;
}

/** A log whose clock is looked at. */
export interface Clocked {
  readonly service: string;
  readonly survey: ClockEvidence;
  /** it shows UTC, or what wraps its lines does, so that nothing can be wrong with its zone */
  readonly isUtc: boolean;
  /** when the file was last written to, if that is known */
  readonly modified: Millis | undefined;
}

/** Two services' lines of one moment are so close, but for their zones. */
const CLOSE = minutes(2);
/** A log's last line and the writing of its file. */
const WRITTEN = seconds(15);
/** No two zones are further apart. */
const FARTHEST = hours(26);
/** Of a file that was last written longer ago than this before or after its last line, the time says nothing. */
const RECENT = hours(14);

interface Vote {
  readonly offset: Millis;
  /** how many comparisons say so */
  readonly votes: number;
}

/**
 * Compares the clocks of logs. Those that show UTC are right; a log in local time is compared with them by lines of one
 * moment, and with UTC times that its own lines state. A log without any such is compared, by requests that both name,
 * with logs that have been judged; the last resort is when its file was written.
 */
export function judgeClocks<Log extends Clocked>(logs: readonly Log[]): Map<Log, ClockFinding> {
  const findings = new Map<Log, ClockFinding>();
  const right: ClockFinding = { verdict: 'agrees', offset: 0, by: '' };
  const local = logs.filter(({ isUtc }) => !isUtc);
  const utc = logs.filter(({ isUtc }) => isUtc);
  for (const log of local) {
    const finding = byStatedTimes(log) ?? byMoments(log, utc);
    if (finding !== undefined) findings.set(log, finding);
  }
  // What is right, or has been judged, judges others, until nothing new is learnt.
  for (let learnt = findings.size + utc.length > 0; learnt; ) {
    learnt = false;
    for (const log of local) {
      if (findings.has(log)) continue;
      const finding = byRequests(log, new Map([...utc.map((each) => [each, right] as const), ...findings]));
      if (finding === undefined) continue;
      findings.set(log, finding);
      learnt = true;
    }
  }
  for (const log of local) if (!findings.has(log)) findings.set(log, byFile(log) ?? { verdict: 'unknown', offset: 0, by: '' });
  return findings;
}

const found = ({ offset }: Vote, by: string): ClockFinding => ({ verdict: offset === 0 ? 'agrees' : 'off', offset, by });

function byStatedTimes({ survey }: Clocked): ClockFinding | undefined {
  const vote = elect(survey.stated.map((delta) => ({ delta, weight: 1 })));
  return vote === undefined
    ? undefined
    : found(vote, `the UTC times that ${counted(vote.votes, 'line')} of it ${vote.votes === 1 ? 'states' : 'state'}`);
}

function byMoments(log: Clocked, utc: readonly Clocked[]): ClockFinding | undefined {
  const deltas: Delta[] = [];
  const partners = new Set<string>();
  for (const other of utc) {
    for (const [key, times] of log.survey.moments) {
      const theirs = other.survey.moments.get(key);
      if (theirs === undefined) continue;
      partners.add(other.service);
      deltas.push(...pairs(times, theirs));
    }
  }
  const vote = elect(deltas);
  return vote === undefined ? undefined : found(vote, `${counted(vote.votes, 'event')} that ${few(partners)} logged too, in UTC`);
}

function byRequests(log: Clocked, judged: ReadonlyMap<Clocked, ClockFinding>): ClockFinding | undefined {
  const deltas: Delta[] = [];
  const partners = new Set<string>();
  for (const [other, { verdict, offset }] of judged) {
    if (verdict === 'unknown') continue;
    for (const [request, at] of log.survey.requests) {
      const theirs = other.survey.requests.get(request);
      if (theirs === undefined) continue;
      partners.add(other.service);
      deltas.push({ delta: at - (theirs - offset), weight: 1 });
    }
  }
  const vote = elect(deltas);
  return vote === undefined ? undefined : found(vote, `${counted(vote.votes, 'request')} that ${few(partners)} logged too`);
}

/** Copies and archives lose or keep the time of writing; only one that fits to the second is believed. */
function byFile({ survey: { last }, modified }: Clocked): ClockFinding | undefined {
  if (last === undefined || modified === undefined) return undefined;
  const delta = last - modified;
  const offset = toQuarter(delta);
  if (Math.abs(offset) > RECENT || Math.abs(delta - offset) > WRITTEN) return undefined;
  // Files are copied at any minute: a quarter of an hour off is more likely that.
  if (offset % hours(0.5) !== 0) return undefined;
  return found({ offset, votes: 1 }, 'when the file was last written');
}

interface Delta {
  readonly delta: Millis;
  readonly weight: number;
}

/** Every time with every other: the wrong pairs are scattered, the right ones agree. */
function pairs(ours: readonly Millis[], theirs: readonly Millis[]): Delta[] {
  const weight = 1 / Math.max(ours.length, theirs.length);
  return ours.slice(0, 50).flatMap((at) => theirs.slice(0, 50).map((other) => ({ delta: at - other, weight })));
}

/** The offset, in quarters of an hour, that most comparisons agree on. */
function elect(deltas: readonly Delta[]): Vote | undefined {
  const bins = new Map<Millis, { weight: number; votes: number }>();
  for (const { delta, weight } of deltas) {
    const offset = toQuarter(delta) + 0;
    if (Math.abs(offset) > FARTHEST || Math.abs(delta - offset) > CLOSE) continue;
    const bin = bins.get(offset) ?? { weight: 0, votes: 0 };
    bins.set(offset, { weight: bin.weight + weight, votes: bin.votes + 1 });
  }
  const [best] = [...bins].sort(([a, one], [b, other]) => other.weight - one.weight || Math.abs(a) - Math.abs(b));
  return best === undefined ? undefined : { offset: best[0], votes: best[1].votes };
}

/** Two of them are enough to go and look. */
const few = (services: ReadonlySet<string>): string => {
  const sorted = [...services].map(ownName).sort();
  return sorted.length > 2 ? `${sorted.slice(0, 2).join(', ')} and others` : sorted.join(' and ');
};

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `UTC+9`, `UTC-3:30`, `UTC` */
export function offsetText(offset: Millis): string {
  if (offset === 0) return 'UTC';
  const total = Math.round(Math.abs(offset) / minutes(1));
  const rest = total % 60;
  return `UTC${offset < 0 ? '-' : '+'}${Math.floor(total / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** Zones that most clouds are in, to name one that fits; all others come after them. */
const LIKELY = [
  ...['UTC', 'Europe/London', 'Europe/Berlin', 'Europe/Helsinki', 'Europe/Moscow', 'Asia/Dubai', 'Asia/Karachi', 'Asia/Kolkata'],
  ...['Asia/Dhaka', 'Asia/Jakarta', 'Asia/Shanghai', 'Asia/Seoul', 'Asia/Tokyo', 'Australia/Sydney', 'Pacific/Auckland'],
  ...['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'America/Halifax'],
];

/** Zones that were at this offset at that time, the likeliest first. */
export function zonesAt(offset: Millis, at: Millis, first: readonly string[] = []): string[] {
  const all = [...new Set([...first, ...LIKELY, ...Intl.supportedValuesOf('timeZone')])];
  return all.filter((name) => offsetOf(name, at) === offset);
}

function offsetOf(zone: string, at: Millis): Millis | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
    const found = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
    if (found === null) return undefined;
    const [, sign, hour = '0', minute = '0'] = found;
    return (sign === '-' ? -1 : 1) * (hours(Number(hour)) + minutes(Number(minute))) + 0;
  } catch {
    return undefined;
  }
}
