import { asCsv, type Field } from './as-csv.js';
import { type Named, presenceWord } from './comparison-pages.js';
import type { Comparison, PhaseDifference } from './differences.js';
import { labelOf } from './phase.js';

/** Seconds, rounded to the microsecond; undefined if not known. */
export const secondsOf = (millis: number | undefined): number | undefined =>
  millis === undefined || !Number.isFinite(millis) ? undefined : Math.round(millis * 1000) / 1_000_000;

/** A comparison as JSON, for jq: seconds, shares and chances as numbers. Unknown values are left out. */
export function comparisonJson(comparison: Comparison, named: Named): string {
  const times = ({ n, p50, p95 }: PhaseDifference['a']) => ({ n, p50Seconds: secondsOf(p50), p95Seconds: secondsOf(p95) });
  const interval = (of: PhaseDifference['interval']) => (of === undefined ? undefined : [secondsOf(of.from), secondsOf(of.to)]);
  const page = {
    ...{ a: named.a, b: named.b },
    checks: named.checks.map(({ condition, finding, because }) => ({ condition: condition.text, finding, because })),
    phases: comparison.phases.map((one) => ({
      ...{ action: one.kind, level: one.level, service: one.phase.service, phase: one.phase.name },
      ...{ startEvidence: one.phase.start, endEvidence: one.phase.end, a: times(one.a), b: times(one.b), sameActions: one.isPaired },
      differenceSeconds: secondsOf(one.difference),
      differenceSecondsInterval: interval(one.interval),
      p95DifferenceSeconds: secondsOf(one.difference95),
      p95DifferenceSecondsInterval: interval(one.interval95),
      ...{ chance: one.chance, correctedChance: one.corrected, judgement: one.judgement, by: one.by },
      follows: one.follows.map(({ service, name }) => ({ service, phase: name })),
    })),
    failures: comparison.failures.map(({ kind, corrected, isMore, ...rest }) => ({
      ...{ action: kind, ...rest, correctedChance: corrected, isMoreThanNoise: isMore },
    })),
    presence: comparison.presence.map(({ kind, name, corrected, isMore, ...rest }) => ({
      ...{ action: kind, phase: name, ...rest, is: presenceWord(rest), correctedChance: corrected, isMoreThanNoise: isMore },
    })),
    notCompared: comparison.unmatched.map(({ kind, ...rest }) => ({ action: kind, ...rest })),
    servicesOnlyInA: comparison.onlyA,
    servicesOnlyInB: comparison.onlyB,
  };
  return `${JSON.stringify(page)}\n`;
}

const HEAD = [
  ...['record', 'action', 'level', 'service', 'phase', 'start_evidence', 'end_evidence', 'n_a', 'n_b', 'p50_a_s', 'p50_b_s'],
  ...['p95_a_s', 'p95_b_s', 'difference_s', 'from_s', 'to_s', 'of_a', 'of_b', 'corrected_chance', 'judgement', 'follows_from'],
];

/**
 * A comparison as CSV: a line per phase (times), per action (failures), and per phase that appeared or vanished
 * (presence).
 */
export function comparisonCsv({ failures, phases, presence }: Comparison): string {
  const times = phases.map((one): Field[] => [
    ...['times', one.kind, one.level, one.phase.service ?? '', one.phase.name, one.phase.start, one.phase.end, one.a.n, one.b.n],
    ...[one.a.p50, one.b.p50, one.a.p95, one.b.p95, one.difference, one.interval?.from, one.interval?.to].map(secondsOf),
    ...[undefined, undefined, one.corrected, `${one.judgement}${one.by === 'tail' ? ' at p95' : ''}`, one.follows.map(labelOf).join('; ')],
  ]);
  const empty = (n: number): Field[] => new Array<Field>(n).fill(undefined);
  const shares = [
    ...failures.map((one): Field[] => [
      ...['failures', one.kind, '', '', '', '', '', one.a.n, one.b.n, ...empty(7), one.a.of, one.b.of, one.corrected],
      one.isMore ? (one.b.n * one.a.of > one.a.n * one.b.of ? 'more' : 'fewer') : 'noise',
      '',
    ]),
    ...presence.map((one): Field[] => [
      ...['presence', one.kind, one.level, one.service, one.name, '', '', one.a.n, one.b.n, ...empty(7), one.a.of, one.b.of, one.corrected],
      one.isMore ? presenceWord(one) : 'noise',
      '',
    ]),
  ];
  return asCsv(HEAD, [...times, ...shares]);
}
