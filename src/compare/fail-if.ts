import type { Millis } from '../model/line.js';
import type { Comparison, PhaseDifference } from './differences.js';
import { isFinding } from './follows.js';
import { WHOLE } from './phase.js';

/** One parsed `--fail-if`. */
export type Condition = { readonly text: string; readonly action: string | undefined } & (
  | { readonly about: 'slower' }
  | { readonly about: 'failed'; readonly growth: number }
  | { readonly about: 'phase'; readonly phase: string; readonly of: 'p50' | 'p95'; readonly limit: Limit }
);

type Limit =
  | { readonly kind: 'percent'; readonly value: number }
  | { readonly kind: 'more'; readonly value: Millis }
  | { readonly kind: 'most'; readonly value: Millis };

export const GRAMMAR =
  "write [ACTION] PHASE p50|p95 LIMIT, where LIMIT is +20% or +500ms (of the difference) or 30s (of B alone): 'spawn p95 +20%', " +
  "'create neutron port update p50 +500ms', 'create p95 60s'; or [ACTION] failed +5% (percentage points); or slower (any phase, beyond noise)";

export interface Reading {
  readonly actions: readonly string[];
  /** `30s`, `1.5 min`; undefined for anything else */
  durationIn(text: string): Millis | undefined;
}

/** Parses a condition. @returns a text with the error if it is wrong */
export function readCondition(condition: string, { actions, durationIn }: Reading): Condition | string {
  const words = condition.trim().split(/\s+/);
  const named = actions.find((name) => folded(name) === folded(words[0] ?? ''));
  const rest = named === undefined ? words : words.slice(1);
  const base = { text: condition.trim(), action: named };
  if (rest.length === 1 && rest[0] === 'slower') return { ...base, about: 'slower' };
  if (rest[0] === 'failed') {
    const growth = /^\+(\d+(?:\.\d+)?)\s*%$/.exec(rest.slice(1).join(''))?.[1];
    if (growth === undefined) return `'${rest.slice(1).join(' ')}' is no growth of a share, such as +5%`;
    return { ...base, about: 'failed', growth: Number(growth) / 100 };
  }
  const at = rest.findLastIndex((word) => /^p\d/i.test(word));
  if (at === -1) return 'it names no p50 or p95';
  const of = rest[at]!.toLowerCase();
  if (of !== 'p50' && of !== 'p95') return `'${of}' is not compared: p50 and p95 are`;
  const phase = rest.slice(0, at).join(' ');
  if (phase === '' && named === undefined) return 'it names no phase and no action';
  const text = rest.slice(at + 1).join(' ');
  const limit = limitOf(text, durationIn);
  if (limit === undefined) return text === '' ? 'it has no limit' : `'${text}' is no limit`;
  return { ...base, about: 'phase', phase: phase === '' ? WHOLE : phase, of, limit };
}

const folded = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

function limitOf(text: string, durationIn: Reading['durationIn']): Limit | undefined {
  const percent = /^\+\s*(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1];
  if (percent !== undefined) return { kind: 'percent', value: Number(percent) };
  const isMore = text.startsWith('+');
  const value = durationIn(isMore ? text.slice(1) : text);
  return value === undefined ? undefined : { kind: isMore ? 'more' : 'most', value };
}

/** `unclear`: beyond the limit, but it may be noise. `unknown`: no phase or action of that name can be compared. */
type Finding = 'kept' | 'broken' | 'unclear' | 'unknown';

export interface Checked {
  readonly condition: Condition;
  readonly finding: Finding;
  /** the findings as texts: one for each phase or action that breaks the condition, or may */
  readonly because: readonly string[];
}

/**
 * The significance level of a condition, shared among the phases that it names. It is higher than for a whole
 * comparison, because the user has chosen the phases before.
 */
const LEVEL = 0.05;

export function check(condition: Condition, comparison: Comparison): Checked {
  if (condition.about === 'failed') return checkFailed(condition, comparison);
  const wanted = comparison.phases.filter(({ kind }) => condition.action === undefined || kind === condition.action);
  if (condition.about === 'slower') {
    const slower = wanted.filter((one) => isFinding(one) && one.judgement === 'slower' && one.follows.length === 0);
    const because = slower.map(
      (one) => `${nameOf(one)} ${one.by === 'tail' ? 'p95' : 'p50'} ${fromTo(one, one.by === 'tail' ? 'p95' : 'p50')}`,
    );
    return { condition, finding: slower.length > 0 ? 'broken' : 'kept', because };
  }
  return checkPhase(condition, wanted);
}

function checkPhase(condition: Condition & { about: 'phase' }, wanted: readonly PhaseDifference[]): Checked {
  const { of, limit, phase } = condition;
  const named = wanted.filter(({ phase: { name } }) => name.toLowerCase() === phase.toLowerCase());
  if (named.length === 0) return { condition, finding: 'unknown', because: [`no ${phase} is in both sets, read in the same way`] };
  const broken: string[] = [];
  const unclear: string[] = [];
  for (const one of named) {
    if (!isBeyond(one, of, limit)) continue;
    const chance = of === 'p50' ? one.chance.median : Math.min(one.chance.median, one.chance.tail ?? 1);
    const isSure = limit.kind === 'most' || chance * named.length < LEVEL;
    (isSure ? broken : unclear).push(
      `${nameOf(one)} ${of} ${fromTo(one, of)}${isSure ? '' : `, which may be noise (n ${one.a.n} and ${one.b.n})`}`,
    );
  }
  const finding = broken.length > 0 ? 'broken' : unclear.length > 0 ? 'unclear' : 'kept';
  return { condition, finding, because: [...broken, ...unclear] };
}

function isBeyond({ a, b }: PhaseDifference, of: 'p50' | 'p95', { kind, value }: Limit): boolean {
  if (kind === 'most') return b[of] > value;
  return b[of] - a[of] > (kind === 'more' ? value : (a[of] * value) / 100);
}

function checkFailed(condition: Condition & { about: 'failed' }, { failures }: Comparison): Checked {
  const wanted = failures.filter(({ kind }) => condition.action === undefined || kind === condition.action);
  const comparable = wanted.filter(({ a, b }) => a.of > 0 && b.of > 0);
  if (comparable.length === 0) return { condition, finding: 'unknown', because: ['no such action is in both sets'] };
  const broken: string[] = [];
  const unclear: string[] = [];
  for (const { kind, a, b, chance } of comparable) {
    if (b.n / b.of - a.n / a.of <= condition.growth) continue;
    const isSure = chance * comparable.length < LEVEL;
    (isSure ? broken : unclear).push(`${kind} failed ${b.n} of ${b.of}, before ${a.n} of ${a.of}, ${noiseOf(chance, isSure)}`);
  }
  return { condition, finding: broken.length > 0 ? 'broken' : unclear.length > 0 ? 'unclear' : 'kept', because: [...broken, ...unclear] };
}

const noiseOf = (chance: number, isSure: boolean): string =>
  isSure ? `by chance in ${chance < 0.001 ? 'less than 0.1' : (100 * chance).toFixed(1)} % of cases` : 'which may be noise';

const nameOf = ({ kind, level, phase }: PhaseDifference): string =>
  `${kind}${phase.name === WHOLE ? '' : ` ${phase.name}`}${level === 'unknown' ? '' : ` (${level})`}`;

const fromTo = ({ a, b }: PhaseDifference, of: 'p50' | 'p95'): string => `${(a[of] / 1000).toFixed(3)} s to ${(b[of] / 1000).toFixed(3)} s`;
