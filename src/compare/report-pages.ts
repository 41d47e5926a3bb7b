import { inUtc } from '../export/terminal/text.js';
import { asCsv, type Field } from './as-csv.js';
import { secondsOf } from './comparison-data.js';
import { actionOf, inSeconds, phaseLabel, shareOf } from './comparison-pages.js';
import type { Times } from './differences.js';
import type { Cell, Column, Document, Section } from './document.js';
import type { GroupReport, KindReport, PhaseReport, Report } from './report.js';

export interface ReportNamed {
  readonly name: string;
  readonly holds: string;
  /** show all kinds of actions and all their phases */
  readonly isFull: boolean;
}

/** The short page shows at most so many phases of a kind, and none of a kind with fewer actions than this. */
const MOST_PHASES = 12;
const LEAST_ACTIONS = 5;
/** The short page shows actions of one log level separately if there are at least so many. */
const LEAST_OF_LEVEL = 3;
const MOST_HOSTS = 20;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const number = (name: string, isSpare = false): Column => ({ name, isNumber: true, ...(isSpare && { isSpare }) });
const word = (name: string): Column => ({ name, isElastic: true });

/** The page of a report. */
export function reportPage(report: Report, { name, holds, isFull }: ReportNamed): Document {
  const detailed = report.kinds.filter(({ ended }) => isFull || ended >= LEAST_ACTIONS);
  const left = report.kinds.length - detailed.length;
  return {
    title: name,
    intro: [holds],
    sections: [
      overview(report, left),
      ...detailed.flatMap((kind) => [
        ...kind.groups.map((group) => groupSection(group, isFull)),
        slowestSection(kind),
        failuresSection(kind),
        hostsSection(kind, isFull),
      ]),
      ...(isFull ? report.others.map((group) => groupSection(group, true)) : []),
    ].filter((section) => section !== undefined),
  };
}

const timeCells = ({ n, p50, p95 }: Times): Cell[] => [String(n), inSeconds(p50), inSeconds(p95)];

function overview({ kinds }: Report, left: number): Section {
  const rows = kinds.map((kind): Cell[] => {
    const all = kind.groups.length === 1 ? kind.groups[0]!.whole : undefined;
    const times =
      all === undefined ? kind.groups.map(({ whole, level }) => `${inSeconds(whole.p50)} ${level}`).join(', ') : inSeconds(all.p50);
    const p95 = all === undefined ? kind.groups.map(({ whole }) => inSeconds(whole.p95)).join(', ') : inSeconds(all.p95);
    const failed: Cell = { text: shareOf({ n: kind.failed, of: kind.ended }), tone: kind.failed > 0 ? 'bad' : 'dim' };
    return [
      kind.kind,
      String(Object.values(kind.outcomes).reduce((sum, n) => sum + n, 0)),
      failed,
      times === '' ? '-' : times,
      p95 === '' ? '-' : p95,
    ];
  });
  return {
    title: 'Actions',
    paragraphs: [
      'Times are of the actions that succeeded.',
      'Below, Gates is the part of all their time in which a phase held up the end, and no phase within it did: these parts sum up to 100 %. Under way is the part in which it ran at all.',
      'To see one of the slowest in full: novaspan replay --instance …',
    ],
    table: { columns: [word('Action'), number('n'), number('Failed'), number('p50 s'), number('p95 s')], rows },
    after: left > 0 ? [`Of ${left} kinds there are fewer than ${LEAST_ACTIONS}: --all shows more of them, too.`] : [],
  };
}

function groupSection(group: GroupReport, isFull: boolean): Section | undefined {
  const { phases, whole } = group;
  if (whole.n < (isFull ? 1 : LEAST_OF_LEVEL) || phases.length === 0) return undefined;
  const shown = isFull ? phases : phases.filter(({ gating }) => gating > 0).slice(0, MOST_PHASES);
  if (shown.length === 0) return undefined;
  const rest = phases.length - shown.length;
  return {
    title: `Where the time goes: ${actionOf(group)}, ${whole.n} succeeded, p50 ${inSeconds(whole.p50)} s, p95 ${inSeconds(whole.p95)} s`,
    paragraphs: [],
    table: {
      columns: [
        word('Phase'),
        number('Gates'),
        number('In actions', true),
        number('Under way', true),
        number('n'),
        number('p50 s'),
        number('p95 s'),
      ],
      rows: shown.map(phaseRow),
    },
    after: rest > 0 ? [`${rest} more; --all shows them.`] : [],
  };
}

function phaseRow(one: PhaseReport): Cell[] {
  const { gates, gating, phase, share, times } = one;
  const label = phase === undefined ? one.name : phaseLabel({ phase });
  const gate: Cell = gating > 0 ? percent(gating) : { text: '-', tone: 'dim' };
  return [label, gate, gates === 0 ? '-' : String(gates), percent(share), ...(times === undefined ? ['-', '-', '-'] : timeCells(times))];
}

function slowestSection({ kind, slowest }: KindReport): Section | undefined {
  if (slowest.length === 0) return undefined;
  const rows = slowest.map(({ duration, host, instance, outcome, start, why }): Cell[] => [
    inSeconds(duration),
    instance.slice(0, 8),
    host,
    inUtc(start).slice(0, 19),
    outcome === 'succeeded' ? why : { text: `${outcome}: ${why}`, tone: 'bad' },
  ]);
  return {
    title: `The slowest: ${kind}`,
    paragraphs: [],
    table: {
      columns: [number('Took s'), { name: 'Instance' }, word('Host'), { name: 'Began UTC', isSpare: true }, word('Why')],
      rows,
    },
  };
}

function failuresSection({ causes, ended, failed, kind }: KindReport): Section | undefined {
  if (failed === 0) return undefined;
  return {
    title: `Failures: ${kind}, ${shareOf({ n: failed, of: ended })}`,
    paragraphs: [],
    table: {
      columns: [word('Cause'), number('n'), number('Of failures'), { name: 'Trace of one', isSpare: true }],
      rows: causes.map(({ cause, count, example }): Cell[] => [cause, String(count), percent(count / failed), example]),
    },
  };
}

function hostsSection({ hosts, kind }: KindReport, isFull: boolean): Section | undefined {
  if (hosts.length < 2 && !isFull) return undefined;
  const shown = isFull ? hosts : hosts.slice(0, MOST_HOSTS);
  return {
    title: `Hosts: ${kind}`,
    paragraphs: [],
    table: {
      columns: [word('Host'), number('n'), number('p50 s'), number('p95 s'), number('Failed')],
      rows: shown.map(({ ended, failed, host, times }): Cell[] => [
        host,
        ...timeCells(times),
        { text: shareOf({ n: failed, of: ended }), tone: failed > 0 ? 'bad' : 'dim' },
      ]),
    },
    after: shown.length < hosts.length ? [`${hosts.length - shown.length} more; --all shows them.`] : [],
  };
}

const timesJson = ({ n, p50, p95 }: Times) => ({ n, p50Seconds: secondsOf(p50), p95Seconds: secondsOf(p95) });

const groupJson = ({ kind, level, phases, whole }: GroupReport) => ({
  ...{ action: kind, level, ...timesJson(whole) },
  phases: phases.map(({ gates, gating, name, phase, service, share, times }) => ({
    ...{
      service,
      phase: name,
      startEvidence: phase?.start,
      endEvidence: phase?.end,
      underWayShare: share,
      gatingShare: gating,
      gatesActions: gates,
    },
    ...(times !== undefined && timesJson(times)),
  })),
});

/** A report as JSON, for jq: seconds and shares as numbers. Unknown values are left out. */
export function reportJson({ kinds, others }: Report, { name, holds }: ReportNamed): string {
  const page = {
    ...{ name, holds },
    actions: kinds.map(({ causes, ended, failed, groups, hosts, kind, outcomes, slowest }) => ({
      ...{ action: kind, ended, failed, outcomes, groups: groups.map(groupJson), causes },
      slowest: slowest.map(({ duration, start, ...rest }) => ({
        ...rest,
        startEpoch: secondsOf(start),
        durationSeconds: secondsOf(duration),
      })),
      hosts: hosts.map(({ times, ...rest }) => ({ ...rest, ...timesJson(times) })),
    })),
    others: others.map(groupJson),
  };
  return `${JSON.stringify(page)}\n`;
}

const HEAD = [
  ...(['record', 'action', 'level', 'service', 'name', 'host', 'n', 'p50_s', 'p95_s'] as const),
  ...(['under_way_share', 'gating_share', 'gates_actions', 'failed', 'why'] as const),
];
type Line = Partial<Record<(typeof HEAD)[number], Field>>;

/**
 * A report as CSV: lines for actions, phases, hosts, causes of failures, and the slowest actions (p50_s is their
 * duration).
 */
export function reportCsv({ kinds, others }: Report): string {
  const times = ({ n, p50, p95 }: Times): Line => ({ n, p50_s: secondsOf(p50), p95_s: secondsOf(p95) });
  const ofGroup = ({ kind: action, level, phases, whole }: GroupReport): Line[] => [
    { record: 'action', action, level, ...times(whole) },
    ...phases.map(
      (one): Line => ({
        ...{ record: 'phase', action, level, service: one.service, name: one.name, ...(one.times !== undefined && times(one.times)) },
        ...{ under_way_share: one.share, gating_share: one.gating, gates_actions: one.gates },
      }),
    ),
  ];
  const lines = kinds.flatMap(({ causes, groups, hosts, kind: action, slowest }): Line[] => [
    ...groups.flatMap(ofGroup),
    ...hosts.map((one): Line => ({ record: 'host', action, host: one.host, ...times(one.times), failed: one.failed })),
    ...causes.map(({ cause, count }): Line => ({ record: 'failure', action, name: cause, n: count })),
    ...slowest.map(
      (one): Line => ({
        record: 'slowest',
        action,
        name: one.instance,
        host: one.host,
        n: 1,
        p50_s: secondsOf(one.duration),
        why: one.why,
      }),
    ),
  ]);
  return asCsv(
    HEAD,
    [...lines, ...others.flatMap(ofGroup)].map((line) => HEAD.map((name) => line[name])),
  );
}
