import type { ActionReport, Advice, CheckReport, SourceReport, UnrecognisedReport } from '../check/report.js';
import type { Look, Paint } from '../export/terminal/look.js';
import { commaed, cut, tame, wrap } from '../export/terminal/text.js';
import type { LogForm } from '../model/form.js';
import { stallsText } from './stalls-text.js';

interface Options {
  readonly verbose: boolean;
}

const MOST_WHY = 2;
const MOST_ADVICE = 4;
const MOST_PHASES = 5;
const MOST_ACTIONS = 8;
const MOST_UNRECOGNISED = 5;

/** The report of `check` as text: problems, logs, visible actions, advice. `--verbose` adds details. */
export function checkText(report: CheckReport, look: Look, options: Options): string {
  const sections = [
    problems(report, look, options),
    sources(report, look, options),
    shown(report, look, options),
    more(report.advice, look, options),
    stallsText(report.stalls, look.palette.bold),
    unrecognised(report, look, options),
    report.notes.length === 0 ? [] : [look.palette.bold('Notes'), ...report.notes.flatMap((note) => wrapped('  - ', tame(note), look))],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const wrapped = (label: string, text: string, { width }: Look): string[] => wrap(label, text.split(' '), width);

function problems({ problems: all, sources }: CheckReport, look: Look, { verbose }: Options): string[] {
  const { palette } = look;
  if (all.length === 0)
    return [
      sources.every(({ records }) => records === 0)
        ? 'Nothing could be checked: no log has a record yet.'
        : palette.green('Nothing is wrong.'),
    ];
  return [
    palette.bold(palette.red(`${all.length} ${all.length === 1 ? 'problem' : 'problems'}`)),
    ...all.flatMap(({ what, why, remedy }, i) => [
      ...wrapped(`  ${i + 1}. `, tame(what), look),
      ...(verbose ? why : why.slice(0, MOST_WHY)).flatMap((each) => wrapped('     why    ', tame(each), look)),
      ...(verbose || why.length <= MOST_WHY ? [] : [`     why    and ${why.length - MOST_WHY} more like it`]),
      ...wrapped('     to do  ', tame(remedy), look),
    ]),
  ];
}

interface Column {
  readonly title: string;
  readonly right?: true;
  /** columns with the highest number are left out first at narrow widths; `--verbose` shows all */
  readonly dispensable?: number;
  readonly cell: (source: SourceReport) => string;
  readonly paint?: (source: SourceReport, look: Look) => Paint;
}

const COLUMNS: readonly Column[] = [
  { title: 'service', cell: ({ service }) => service },
  { title: 'host', cell: ({ host }) => host },
  { title: 'form', dispensable: 2, cell: formOf },
  {
    title: 'level',
    cell: ({ depth }) => depth ?? '-',
    paint:
      ({ depth }, { palette }) =>
      (text) =>
        depth === 'WARNING' ? palette.yellow(text) : text,
  },
  { title: 'release', dispensable: 1, cell: ({ release }) => release },
  {
    title: 'zone',
    cell: ({ zone, clock, records }) =>
      records === 0 ? '-' : `${zone}${{ utc: '', agrees: ' (right)', off: ' (WRONG)', unknown: ' (?)' }[clock.verdict]}`,
    paint:
      ({ clock }, { palette }) =>
      (text) =>
        clock.verdict === 'off' ? palette.red(text) : text,
  },
  { title: 'records', right: true, cell: ({ records }) => grouped(records) },
  {
    title: 'known',
    right: true,
    cell: ({ records, recognised }) => (records === 0 ? '-' : `${Math.round((100 * recognised) / records)} %`),
  },
  { title: 'until (UTC)', dispensable: 3, cell: ({ last }) => last?.slice(5, 19).replace('T', ' ') ?? '-' },
];

/** Form of the lines and the formats inside it, the most common first. */
function formOf({ form, writings }: SourceReport): string {
  const inside = Object.entries(writings)
    .sort(([, a], [, b]) => b - a)
    .map(([writing]) => writing)
    .join(' + ');
  if (form === 'plain') return inside || '-';
  // Objects hold a record's parts, not a line of it.
  return OBJECTS.includes(form) || inside === '' ? form : `${form}: ${inside}`;
}
const OBJECTS: readonly LogForm[] = ['oslo-json', 'fluent'];

function sources({ sources: all, passedOver, releases }: CheckReport, look: Look, { verbose }: Options): string[] {
  const { palette } = look;
  const lines: string[] = [];
  if (all.length > 0) {
    const fitted = narrow(
      COLUMNS.map((column) => ({ column, width: Math.max(column.title.length, ...all.map((source) => tame(column.cell(source)).length)) })),
      look.width,
    );
    const row = (cellOf: (column: Column) => string, paintOf: (column: Column) => Paint): string =>
      `  ${fitted
        .map(({ column, width }) => {
          const text = tame(cellOf(column));
          return paintOf(column)(column.right ? text.padStart(width) : text.padEnd(width));
        })
        .join('  ')
        .trimEnd()}`;
    lines.push(
      palette.bold(titleOf(all)),
      row(
        ({ title }) => title,
        () => palette.dim,
      ),
    );
    for (const source of all) {
      lines.push(
        row(
          ({ cell }) => cell(source),
          ({ paint }) => paint?.(source, look) ?? ((text) => text),
        ),
      );
      if (verbose) lines.push(...detailsOf(source, look));
    }
  }
  for (const { family, says, evidence } of releases) {
    const few = verbose ? evidence : evidence.slice(0, 2);
    lines.push(
      ...wrapped('  ', `${family === 'ovn' ? 'OVN' : 'OpenStack'} release: ${says.replace(/^OVN /, '')}, by ${few.join(', ')}`, look),
    );
  }
  if (passedOver.length > 0) {
    const what = verbose
      ? passedOver.map(({ path, why }) => `${path} (${why})`)
      : passedOver.map(({ path }) => path.split('/').at(-1)!).filter((name, i, names) => names.indexOf(name) === i);
    lines.push(...wrap('  not read: ', commaed(what.map(tame)), look.width));
  }
  return lines;
}

/** `3 logs`; for a journal also the number of services in it. */
function titleOf(all: readonly SourceReport[]): string {
  const logs = new Set(all.map(({ path }) => path)).size;
  return `${logs} ${logs === 1 ? 'log' : 'logs'}${logs === all.length ? '' : `, in which ${all.length} services write`}`;
}

/** Removes dispensable columns until the table fits. */
function narrow<Fitted extends { readonly column: Column; readonly width: number }>(
  all: readonly Fitted[],
  width: number,
): readonly Fitted[] {
  let fitted = all;
  for (let least = 3; least > 0 && fitted.reduce((sum, each) => sum + each.width + 2, 0) > width; least--) {
    fitted = fitted.filter(({ column }) => (column.dispensable ?? 0) < least);
  }
  return fitted;
}

function detailsOf(source: SourceReport, look: Look): string[] {
  const { release, path, parts, serviceFrom, hostFrom, first, last, lines, garbage, levels, clock, readBytes, sizeBytes, fault } = source;
  const inMib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const dim = (text: string): string[] => wrapped('      ', tame(text), look).map((line) => look.palette.dim(line));
  return [
    ...dim(`${path}${parts.length === 0 ? '' : ` and ${parts.length} rotated: ${parts.join(', ')}`}`),
    ...dim(
      `service from ${serviceFrom}, host from ${hostFrom}; written as ${formOf(source).replace(/^-$/, 'nothing known')}; ${release === '-' ? 'no clue to its release' : release}`,
    ),
    ...dim(
      [
        first === undefined ? 'no line with a time' : `from ${first} to ${last}`,
        `${grouped(lines)} lines`,
        ...(garbage > 0 ? [`${grouped(garbage)} of them garbage`] : []),
        Object.entries(levels)
          .map(([level, n]) => `${grouped(n)} ${level}`)
          .join(', '),
        readBytes < sizeBytes ? `the last ${inMib(readBytes)} of ${inMib(sizeBytes)} read` : inMib(sizeBytes),
      ]
        .filter((text) => text !== '')
        .join('; '),
    ),
    ...(clock.verdict === 'utc'
      ? []
      : dim(`zone: ${clock.verdict === 'unknown' ? 'nothing to compare it with' : `${clock.verdict}, by ${clock.by}`}`)),
    ...(fault === undefined ? [] : dim(fault)),
  ];
}

function shown({ actions, sources: all }: CheckReport, look: Look, { verbose }: Options): string[] {
  if (actions.length === 0 || all.length === 0) return [];
  const { palette } = look;
  const hidden = new Map<string, string[]>();
  const visible = new Map<string, ActionReport[]>();
  const misnamed = new Map<string, string[]>();
  for (const action of [...actions].sort((a, b) => b.phases.length - a.phases.length)) {
    if (action.shown) listIn(visible, shareOf(action), action);
    else if (action.needs !== undefined && action.namedAs === undefined) listIn(hidden, action.needs, action.name);
    if (action.namedAs !== undefined)
      listIn(
        misnamed,
        `shown as ${action.namedAs.action} without ${action.namedAs.needs}`,
        `${action.name}${action.namedAs.always ? '' : ' to another host'}`,
      );
  }
  return [
    palette.bold('What logs such as these can show'),
    ...(visible.size === 0 ? [] : wrapped('  ', shares([...visible]), look)),
    ...(visible.size === 0 && !verbose
      ? wrapped('  ', `no action, without ${[...hidden.keys()][0] ?? 'more logs'}`, look)
      : [...hidden].flatMap(([needs, names]) => wrap(`  hidden without ${needs}: `, commaed(names), look.width))),
    ...[...misnamed].flatMap(([how, names]) => wrap(`  ${how}: `, commaed(names), look.width)),
    ...(verbose ? actions.flatMap((action) => phasesOf(action, look)) : []),
  ];
}

function listIn<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function shareOf({ phases }: ActionReport): string {
  const seen = phases.filter((phase) => phase.seen === 'whole' || phase.seen === 'end').length;
  return seen === phases.length ? 'all' : `${seen} of ${phases.length}`;
}

/** `22 of 45 phases of create; 27 of 44 of resize, migrate; all of pause`: those of which something is missing come first. */
const shares = (all: readonly (readonly [share: string, actions: readonly ActionReport[]])[]): string =>
  [...all]
    .sort(([a], [b]) => Number(a === 'all') - Number(b === 'all'))
    .map(([share, actions], i) => `${share}${i === 0 ? ' phases' : ''} of ${actions.map(({ name }) => name).join(', ')}`)
    .join('; ');

const WORDS = {
  whole: 'seen',
  end: 'its end only',
  'needs-debug': 'needs DEBUG',
  'no-log': 'needs the log',
  'not-printed': 'not printed by this release',
} as const;

function phasesOf(action: ActionReport, look: Look): string[] {
  const width = Math.max(0, ...action.phases.map(({ name }) => name.length));
  const bounds = [...(action.start ? [] : ['start']), ...(action.end ? [] : ['end'])];
  return [
    '',
    look.palette.bold(`  ${action.name}`) +
      (action.shown ? '' : ` is not shown${action.needs === undefined ? '' : ` without ${action.needs}`}`) +
      (action.namedAs === undefined
        ? ''
        : ` (${action.namedAs.always ? '' : 'to another host '}shown as ${action.namedAs.action} without ${action.namedAs.needs})`) +
      (action.shown && bounds.length > 0 ? ` (the line of its ${bounds.join(' and ')} is not printed)` : ''),
    ...action.phases.map(({ name, service, seen: how, ends, needs }) => {
      const text = `    ${name.padEnd(width)}  ${service}: ${ends && how !== 'end' ? 'its end only; the whole ' : ''}${WORDS[how]}${needs.length === 0 ? '' : ` of ${needs.join(how === 'no-log' ? ' or ' : ' and ')}`}`;
      return how === 'whole' ? text : look.palette.dim(text);
    }),
  ];
}

function more(all: readonly Advice[], look: Look, { verbose }: Options): string[] {
  if (all.length === 0) return [];
  const chosen = verbose ? all : all.slice(0, MOST_ADVICE);
  return [
    look.palette.bold('To see more'),
    ...chosen.flatMap((advice, i) => [
      ...wrapped(`  ${i + 1}. `, `${advice.what}: ${gainOf(advice, verbose)}`, look),
      ...(verbose ? advice.how : advice.how.slice(0, 1)).flatMap((how) => wrapped('     ', how, look)),
    ]),
    ...(chosen.length === all.length ? [] : [`  and ${all.length - chosen.length} more (--verbose)`]),
  ];
}

function gainOf({ gains, actions, apart, phases }: Advice, verbose: boolean): string {
  const names = verbose ? phases : phases.slice(0, MOST_PHASES);
  const rest = names.length === phases.length ? '' : `, and ${phases.length - names.length} more`;
  return [
    ...(actions.length === 0
      ? []
      : [`would show ${verbose || actions.length <= MOST_ACTIONS ? actions.join(', ') : `${actions.length} actions`}`]),
    ...(apart.length === 0 ? [] : [`would distinguish ${apart.join(', ')}`]),
    ...(phases.length === 0
      ? []
      : [
          `${phases.length === 1 ? 'the phase' : `${phases.length} phases`} ${phases.length === 1 ? '' : '('}${names.join(', ')}${rest}${phases.length === 1 ? '' : ')'} of ${gains.length === 1 ? gains[0]!.action : `${gains.length} actions`}`,
        ]),
  ].join('; ');
}

function unrecognised({ unrecognised: all, sources: read }: CheckReport, look: Look, { verbose }: Options): string[] {
  const records = read.reduce((sum, source) => sum + source.records, 0);
  const known = read.reduce((sum, source) => sum + source.recognised, 0);
  if (records === 0 || known === records) return [];
  // Those that name an instance may be missing from a trace; most others are the housekeeping of services.
  const ranked = [...all].sort((a, b) => b.withInstance - a.withInstance || b.count - a.count);
  const chosen = verbose ? ranked : ranked.filter(({ withInstance }) => withInstance > 0).slice(0, MOST_UNRECOGNISED);
  const share = Math.round((100 * (records - known)) / records);
  return [
    look.palette.bold(`Unrecognised: ${share} % of the records`) +
      (read.some(({ depth }) => depth === 'DEBUG') ? ', as is usual at DEBUG' : '') +
      (verbose
        ? ''
        : chosen.length === 0
          ? '; none of them names an instance (--verbose lists them)'
          : '; of those that name an instance:'),
    ...chosen.map((each) => `  ${cut(lineOf(each), look.width - 2, look)}`),
  ];
}

const lineOf = ({ count, level, service, logger, shape }: UnrecognisedReport): string =>
  `${grouped(count).padStart(7)}  ${level.padEnd(7)}  ${service}  ${logger}: ${shape}`;

const grouped = (n: number): string => n.toLocaleString('en-US');
