import type { Comparison, FailureDifference, Judgement, PhaseDifference, PresenceDifference, Share, Unmatched } from './differences.js';
import type { Cell, Column, Document, Section } from './document.js';
import type { Checked } from './fail-if.js';
import { isFinding } from './follows.js';
import { type Level, labelOf, WHOLE } from './phase.js';

/** The names of the two sets, and descriptions of their content. */
export interface Named {
  readonly a: { readonly name: string; readonly holds: string };
  readonly b: { readonly name: string; readonly holds: string };
  readonly checks: readonly Checked[];
  /** show all phases that were compared, also those without a finding */
  readonly isFull: boolean;
}

export const inSeconds = (millis: number): string =>
  Number.isFinite(millis) ? (millis / 1000).toFixed(3).replace(/^-(0\.000)$/, '$1') : '-';
const signed = (millis: number): string => `${millis >= 0.0005 ? '+' : ''}${inSeconds(millis)}`;
/** Percent, with one decimal below ten. */
export const shareOf = ({ n, of }: Share): string => {
  if (of === 0) return '-';
  return n === 0 ? `0 of ${of}` : `${n} of ${of} (${((100 * n) / of).toFixed(n * 10 < of ? 1 : 0)} %)`;
};
/** The name of an action, with the log level. */
export const actionOf = ({ kind, level }: { readonly kind: string; readonly level: Level }): string =>
  level === 'unknown' ? kind : `${kind} (${level})`;

const isOwn = (one: PhaseDifference): boolean => isFinding(one) && one.follows.length === 0;

/** The page of a comparison. */
export function comparisonPage(comparison: Comparison, named: Named): Document {
  const own = comparison.phases.filter(isOwn).sort(bySize);
  const following = comparison.phases.filter(({ follows }) => follows.length > 0).sort(bySize);
  const sections: (Section | undefined)[] = [
    checksSection(named.checks),
    differencesSection(comparison, own),
    followersSection(following),
    failuresSection(comparison.failures),
    presenceSection(comparison, named.isFull),
    allSection(comparison, named.isFull),
    notComparedSection(comparison),
  ];
  return {
    title: `${named.a.name} (A) and ${named.b.name} (B)`,
    intro: [`A: ${named.a.holds}`, `B: ${named.b.holds}`, ...commonIn(comparison), verdictIn(comparison, own, following)],
    sections: sections.filter((section) => section !== undefined),
  };
}

function commonIn({ common, phases }: Comparison): string[] {
  if (common === 0 || phases.some(({ isPaired }) => isPaired)) return [];
  return [`${many(common, 'action')} ${common === 1 ? 'is' : 'are'} in both A and B: choose periods or hosts that do not overlap.`];
}

const bySize = (x: PhaseDifference, y: PhaseDifference): number => largest(y) - largest(x);
const largest = ({ by, difference, difference95 }: PhaseDifference): number => Math.abs(by === 'tail' ? difference95 : difference);

/** The result, in one paragraph. */
function verdictIn(
  { failures, phases, presence }: Comparison,
  own: readonly PhaseDifference[],
  following: readonly PhaseDifference[],
): string {
  if (phases.length === 0) return 'Nothing can be compared: the two sets have no phase in common that is read in the same way.';
  const few = phases.filter(({ judgement }) => judgement === 'few').length;
  const enough = phases.length - few;
  if (enough === 0)
    return `Of each of the ${many(few, 'phase')} in both, A or B has too few: about ten actions of each are needed to separate a difference from noise.`;
  const failed = failures.filter(({ isMore }) => isMore).length;
  const there = presence.filter(({ isMore }) => isMore).length;
  const parts = [
    own.length === 0
      ? `no phase differs by more than noise`
      : `${many(own.length, 'phase')} ${own.length === 1 ? 'differs' : 'differ'} by more than noise`,
    ...(following.length === 0 ? [] : [`${following.length} more because of ${own.length === 1 ? 'it' : 'these'}`]),
    ...(failed === 0 ? [] : [`${many(failed, 'action')} ${failed === 1 ? 'fails' : 'fail'} more or less often`]),
    ...(there === 0 ? [] : [`${many(there, 'phase')} appeared or vanished`]),
  ];
  const said = parts.join('; ');
  const unsaid = few === 0 ? '' : ` Of ${many(few, 'more phase')} A or B has too few to say anything.`;
  return `Of ${many(enough, 'phase')} with enough actions: ${said}.${unsaid}`;
}

const many = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const columns: readonly Column[] = [
  { name: 'Action', isElastic: true },
  { name: 'Phase', isElastic: true },
  { name: 'n A', isNumber: true },
  { name: 'n B', isNumber: true },
  { name: 'p50 A s', isNumber: true, isSpare: true },
  { name: 'p50 B s', isNumber: true, isSpare: true },
  { name: 'Difference', isNumber: true },
  { name: '95 % interval', isNumber: true },
  { name: 'p95 A s', isNumber: true, isSpare: true },
  { name: 'p95 B s', isNumber: true, isSpare: true },
  { name: 'In B' },
];

export const phaseLabel = ({ phase }: Pick<PhaseDifference, 'phase'>): string => {
  const derived = [phase.start === 'derived' ? 'start' : '', phase.end === 'derived' ? 'end' : ''].filter((end) => end !== '');
  return `${labelOf(phase)}${derived.length === 0 ? '' : `, ${derived.join(' and ')} derived`}`;
};

function rowOf(one: PhaseDifference): Cell[] {
  const { a, b, difference, interval } = one;
  return [
    actionOf(one),
    phaseLabel(one),
    String(a.n),
    String(b.n),
    inSeconds(a.p50),
    inSeconds(b.p50),
    signed(difference),
    interval === undefined ? '-' : `${signed(interval.from)} to ${signed(interval.to)}`,
    inSeconds(a.p95),
    inSeconds(b.p95),
    judgementCell(one),
  ];
}

const judgementWords: Record<Judgement, string> = { slower: 'slower', faster: 'faster', noise: 'noise', few: 'too few' };

function judgementCell({ by, follows, judgement }: PhaseDifference): Cell {
  const text = `${judgementWords[judgement]}${by === 'tail' ? ' at p95' : ''}${follows.length > 0 ? ', follows' : ''}`;
  return { text, tone: judgement === 'slower' ? 'bad' : judgement === 'faster' ? 'good' : 'dim' };
}

function differencesSection({ phases }: Comparison, own: readonly PhaseDifference[]): Section | undefined {
  const title = 'What takes longer or less in B';
  if (own.length === 0)
    return phases.every(({ judgement }) => judgement === 'few') ? undefined : { title, paragraphs: ['Nothing by more than noise.'] };
  const isPaired = own.some((one) => one.isPaired);
  return {
    title,
    paragraphs: isPaired ? ['Both sets hold the same actions: each is compared with itself, and the difference is the median change.'] : [],
    table: { columns, rows: own.map(rowOf) },
  };
}

function followersSection(following: readonly PhaseDifference[]): Section | undefined {
  if (following.length === 0) return undefined;
  return {
    title: 'What follows from that',
    paragraphs: ['These differ, too, but no more than what ended while they were under way explains.'],
    table: {
      columns: [
        { name: 'Action', isElastic: true },
        { name: 'Phase', isElastic: true },
        { name: 'Difference', isNumber: true },
        { name: 'p50 A s', isNumber: true, isSpare: true },
        { name: 'p50 B s', isNumber: true, isSpare: true },
        { name: 'Follows from', isElastic: true },
      ],
      rows: following.map((one) => [
        actionOf(one),
        phaseLabel(one),
        signed(one.difference),
        inSeconds(one.a.p50),
        inSeconds(one.b.p50),
        one.follows.map(labelOf).join(', '),
      ]),
    },
  };
}

function failuresSection(failures: readonly FailureDifference[]): Section | undefined {
  const some = failures.filter(({ a, b }) => a.n + b.n > 0);
  if (some.length === 0) return undefined;
  const rows = some.flatMap((one) => [
    [one.kind, 'all', shareOf(one.a), shareOf(one.b), shareCell(one)] satisfies Cell[],
    ...one.causes.map(({ cause, a, b }): Cell[] => [one.kind, cause, String(a), String(b), '']),
  ]);
  return {
    title: 'Failures',
    paragraphs: [],
    table: {
      columns: [
        { name: 'Action', isElastic: true },
        { name: 'Cause', isElastic: true },
        { name: 'Failed in A', isNumber: true },
        { name: 'Failed in B', isNumber: true },
        { name: 'In B' },
      ],
      rows,
    },
  };
}

function shareCell({ a, b, isMore }: Pick<FailureDifference, 'a' | 'b' | 'isMore'>): Cell {
  if (a.of === 0 || b.of === 0) return { text: 'not in both', tone: 'dim' };
  if (!isMore) return { text: 'noise', tone: 'dim' };
  return b.n * a.of > a.n * b.of ? { text: 'more', tone: 'bad' } : { text: 'fewer', tone: 'good' };
}

function presenceSection({ presence, onlyA, onlyB }: Comparison, isFull: boolean): Section | undefined {
  const all = presence.toSorted((x, y) => Number(y.isMore) - Number(x.isMore) || y.a.n + y.b.n - x.a.n - x.b.n);
  const shown = isFull ? all : all.slice(0, Math.max(MOST_PRESENCE, all.filter(({ isMore }) => isMore).length));
  const left = all.length - shown.length;
  const paragraphs = [
    ...onlyA.map((service) => `Nothing of ${service} is in B: its log may be missing there.`),
    ...onlyB.map((service) => `Nothing of ${service} is in A: its log may be missing there.`),
  ];
  if (shown.length === 0 && paragraphs.length === 0) return undefined;
  const rows = shown.map((one): Cell[] => [actionOf(one), labelOf(one), shareOf(one.a), shareOf(one.b), presenceCell(one)]);
  return {
    title: 'What appeared and vanished',
    paragraphs,
    ...(rows.length > 0 && {
      table: {
        columns: [
          { name: 'Action', isElastic: true },
          { name: 'Phase', isElastic: true },
          { name: 'Actions in A', isNumber: true },
          { name: 'Actions in B', isNumber: true },
          { name: 'In B' },
        ],
        rows,
      },
      after: left > 0 ? [`${left} more that may be chance; --all shows them.`] : [],
    }),
  };
}

export function presenceWord({ a, b }: Pick<PresenceDifference, 'a' | 'b'>): string {
  if (a.n === 0) return 'appeared';
  if (b.n === 0) return 'vanished';
  return b.n * a.of > a.n * b.of ? 'more often' : 'less often';
}

/** On the short page, differences that may be chance are only counted. The page shows at most so many others. */
const MOST_PRESENCE = 10;

const presenceCell = (one: PresenceDifference): Cell =>
  one.isMore ? presenceWord(one) : { text: `${presenceWord(one)}, may be chance`, tone: 'dim' };

function allSection({ phases }: Comparison, isFull: boolean): Section | undefined {
  if (phases.length === 0) return undefined;
  const shown = isFull ? phases : phases.filter(({ phase, judgement }) => phase.name === WHOLE && judgement !== 'few');
  if (shown.length === 0) return undefined;
  return {
    title: isFull ? 'All phases' : 'Whole actions',
    paragraphs: [],
    table: { columns, rows: shown.toSorted(inSets).map(rowOf) },
    after: isFull ? [] : ['--all shows every phase.'],
  };
}

/** The order of phases: by action, the whole action first, then the longest. */
const inSets = (x: PhaseDifference, y: PhaseDifference): number =>
  Number(actionOf(x) > actionOf(y)) - Number(actionOf(x) < actionOf(y)) ||
  Number(y.phase.name === WHOLE) - Number(x.phase.name === WHOLE) ||
  y.a.p50 - x.a.p50;

function notComparedSection({ unmatched }: Comparison): Section | undefined {
  if (unmatched.length === 0) return undefined;
  const only = (['a', 'b'] as const).flatMap((side) => {
    const kinds = unmatched.filter((one) => one.only === side && one.others.length === 0).map((one) => `${one.n} ${actionOf(one)}`);
    return kinds.length === 0 ? [] : [`Only in ${side.toUpperCase()}: ${kinds.join(', ')}.`];
  });
  const levels = unmatched.filter(({ others }) => others.length > 0);
  const remedy = levels.length === 0 ? [] : ['Logs of different levels show different phases: log both at one level.'];
  return { title: 'Not compared', paragraphs: [...only, ...levels.map(levelText), ...remedy] };
}

function levelText({ kind, level, n, only, others }: Unmatched): string {
  const [there, other] = only === 'a' ? ['A', 'B'] : ['B', 'A'];
  return `${n} ${actionOf({ kind, level })} in ${there}, where ${other} has ${kind} at ${others.join(' and ')}.`;
}

function checksSection(checks: readonly Checked[]): Section | undefined {
  if (checks.length === 0) return undefined;
  const words = { kept: 'kept', broken: 'broken', unclear: 'beyond the limit, may be noise', unknown: 'cannot be checked' };
  const rows = checks.map(({ condition, finding, because }): Cell[] => [
    condition.text,
    { text: words[finding], tone: finding === 'broken' || finding === 'unknown' ? 'bad' : finding === 'kept' ? 'good' : 'dim' },
    because.join('; '),
  ]);
  const names = [{ name: '--fail-if', isElastic: true }, { name: 'Finding' }, { name: 'Because', isElastic: true }];
  return { title: 'Conditions', paragraphs: [], table: { columns: names, rows } };
}
