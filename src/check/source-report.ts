import type { ClockFinding } from '../clock/judge.js';
import type { LogLevelFloor } from '../lifecycle/visible.js';
import type { Millis } from '../model/line.js';
import { ownName } from '../read/log-reader.js';
import { FEW } from './problems.js';
import { findRelease, type ReleaseFinding } from './release.js';
import type { ReleaseReport, SourceReport, UnrecognisedReport } from './report.js';
import type { Source } from './source.js';
import type { Survey } from './survey.js';

const MOST_UNRECOGNISED = 100;

/** The most detailed level in a log; INFO if too few records show no more than warnings; undefined without records. */
export function levelFloorOf({ levels }: Survey): LogLevelFloor | undefined {
  const has = (...names: readonly Parameters<typeof levels.get>[0][]): boolean => names.some((name) => (levels.get(name) ?? 0) > 0);
  if (has('DEBUG', 'TRACE')) return 'DEBUG';
  if (has('INFO', 'AUDIT')) return 'INFO';
  const all = [...levels.values()].reduce((sum, n) => sum + n, 0);
  if (all === 0) return undefined;
  return all < FEW ? 'INFO' : 'WARNING';
}

/** The part of the report about one service in one log. */
export function sourceReport(source: Source, finding: ClockFinding | undefined): SourceReport {
  const { set, service, survey, zone, isUtc } = source;
  const range = findRelease(survey.clues.evidence[0]?.family ?? 'openstack', survey.clues.evidence);
  return {
    path: set.path,
    parts: set.parts.filter((part) => part !== set.path),
    service: ownName(service),
    serviceFrom: source.serviceFrom,
    host: source.host,
    hostFrom: source.hostFrom,
    form: source.form ?? 'plain',
    writings: Object.fromEntries(survey.writings),
    first: iso(survey.first),
    last: iso(survey.last),
    lines: survey.lines,
    records: survey.records,
    garbage: survey.garbage,
    recognised: survey.recognised,
    depth: levelFloorOf(survey),
    levels: Object.fromEntries(survey.levels),
    release: survey.clues.evidence.length === 0 ? '-' : range.text,
    zone,
    clock: isUtc
      ? {
          verdict: 'utc',
          offsetMinutes: 0,
          by: source.isProven ? 'the wrapper of its lines has their time in UTC' : 'OVS and OVN log in UTC',
        }
      : { verdict: finding?.verdict ?? 'unknown', offsetMinutes: Math.round((finding?.offset ?? 0) / 60_000), by: finding?.by ?? '' },
    sizeBytes: source.sizeBytes,
    readBytes: source.readBytes,
    fault: source.fault,
  };
}

const iso = (at: Millis | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

export const releaseReport = ({ family, text, evidence }: ReleaseFinding): ReleaseReport => ({ family, says: text, evidence });

/** Unrecognised messages of all logs, merged by service, logger and shape. */
export function unrecognisedIn(sources: readonly Source[]): UnrecognisedReport[] {
  const all = new Map<string, UnrecognisedReport>();
  for (const { service, survey } of sources) {
    for (const { logger, shape, level, count, withInstance } of survey.shapes.values()) {
      const own = ownName(service);
      const key = `${own} ${logger} ${shape}`;
      const before = all.get(key);
      all.set(key, {
        service: own,
        logger,
        shape,
        level,
        count: count + (before?.count ?? 0),
        withInstance: withInstance + (before?.withInstance ?? 0),
      });
    }
  }
  return [...all.values()].sort((a, b) => b.count - a.count || (a.shape < b.shape ? -1 : 1)).slice(0, MOST_UNRECOGNISED);
}
