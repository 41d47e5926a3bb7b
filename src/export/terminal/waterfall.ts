import type { Certainty } from '../../model/attributes.js';
import { knownServices } from '../../model/services.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import { headline } from './headline.js';
import type { Look, Paint, Palette } from './look.js';
import {
  boundsOf,
  certaintyOf,
  durationOf,
  errorOf,
  extentOf,
  phases,
  portLabel,
  rootOf,
  shortPortLabel,
  unexplainedMillis,
} from './reading.js';
import { type Row, rowsOf, weakest } from './rows.js';
import { commaed, cut, inPercent, inSeconds, shortHost, wrap } from './text.js';

export const marks: Record<Certainty, string> = { observed: ' ', derived: '~', unobserved: '?' };

/** A bar narrower than this says nothing: labels are shortened first, then cut. */
const GOOD_BAR = 20;
const LEAST_BAR = 8;
const LEAST_WHO = 14;
/** A wider one only sets numbers and names apart. */
const MOST_BAR = 100;

/**
 * One trace as a tree with bars.
 *
 *        offset      duration  bar            service       name
 *        +2.101~       4.299   ──██████────   nova-compute    └ vif-plugged wait tapdf247bb8-47
 *              └ start derived
 *
 * Offsets count from the root's start: what the API and the scheduler did before has negative ones. The track is the
 * root's own time, so bars outside it are seen to be outside. Three and more like spans in a row share a row.
 */
export function waterfall(trace: FinishedTrace, look: Look): string {
  const { palette } = look;
  const rows = rowsOf(trace);
  const columns = layOut(rows, look);
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const bounds = boundsOf(trace);

  const title = `${'offset'.padStart(9)}  ${'seconds'.padStart(8)}  ${' '.repeat(columns.bar)} ${cut('service', columns.whoWidth, look).padEnd(columns.whoWidth)} phase`;
  const lines = [...headline(trace, look), '', palette.dim(title)];
  for (const row of rows) {
    const { span } = row;
    const offset = `${span.start >= extent.start ? '+' : ''}${inSeconds(span.start - extent.start)}`.padStart(9);
    const duration = inSeconds(row.spans.reduce((sum, one) => sum + durationOf(one), 0)).padStart(9);
    const paint = span.error === undefined ? paintOf(span.service, palette) : palette.red;
    const label = span.error === undefined ? asIs : palette.red;
    lines.push(
      [
        `${offset}${marks[weakest(row.spans, 'start')]}`,
        `${duration}${marks[weakest(row.spans, 'end')]}`,
        ` ${bar(row.spans, { extent, bounds, width: columns.bar }, paint, look)}`,
        ` ${palette.dim(cut(columns.who(span), columns.whoWidth, look).padEnd(columns.whoWidth))}`,
        ` ${label(cut(columns.name(row), columns.nameWidth, look))}`,
      ]
        .join('')
        .trimEnd(),
    );
    const error = span === root ? undefined : errorOf(span);
    if (error !== undefined) lines.push(...wrap('            error: ', error.split(' '), look.width).map(palette.red));
  }

  return [...lines, ...footnotes(trace, look)].join('\n') + '\n';
}

const asIs: Paint = (text) => text;

interface Columns {
  readonly bar: number;
  readonly whoWidth: number;
  readonly nameWidth: number;
  who(span: SpanData): string;
  name(row: Row): string;
}

/** Full labels where there is room for them and a bar; else without the first row's host (the headline names it), and with short ports. */
function layOut(rows: readonly Row[], { width, glyphs }: Look): Columns {
  const total = Number.isFinite(width) ? width : 160;
  const numbers = 21;
  const fitted = (labels: Pick<Columns, 'who' | 'name'>, least: number): Columns => {
    const whoWidth = Math.max('service'.length, ...rows.map(({ span }) => labels.who(span).length));
    const nameWidth = Math.max(0, ...rows.map((row) => labels.name(row).length));
    const bar = total - numbers - 1 - whoWidth - 1 - nameWidth;
    if (bar >= least) return { ...labels, whoWidth, nameWidth, bar: Math.min(bar, MOST_BAR) };
    const rest = total - numbers - 2 - LEAST_BAR;
    const who = Math.min(whoWidth, Math.max(LEAST_WHO, rest - nameWidth));
    return { ...labels, whoWidth: who, nameWidth: Math.max(12, rest - who), bar: LEAST_BAR };
  };

  const [first] = rows;
  // The headline names it then.
  const onePort = new Set(rows.map(({ span }) => shortPortLabel(span)).filter((port) => port !== undefined)).size === 1;
  const labelled = ({ spans, depth, name }: Row, port: string | undefined): string =>
    [
      `${depth === 0 ? '' : `${'  '.repeat(depth - 1)}${glyphs.branch} `}${name}`,
      ...(port === undefined ? [] : [port]),
      ...(spans.length === 1 ? [] : [`${glyphs.times}${spans.length}`]),
    ].join(' ');

  const full = fitted(
    { who: ({ service, host }) => `${service}@${shortHost(host)}`, name: (row) => labelled(row, portLabel(row.span)) },
    GOOD_BAR,
  );
  if (full.bar > LEAST_BAR) return full;
  return fitted(
    {
      who: ({ service, host }) => (host === first?.span.host ? service : `${service}@${shortHost(host)}`),
      name: (row) => labelled(row, onePort ? undefined : shortPortLabel(row.span)),
    },
    LEAST_BAR,
  );
}

interface Time {
  readonly start: number;
  readonly end: number;
}

/** Spans on the track of the root's time; every span has at least one cell. */
function bar(
  spans: readonly SpanData[],
  { extent, bounds, width }: { readonly extent: Time; readonly bounds: Time; readonly width: number },
  paint: Paint,
  { palette, glyphs }: Look,
): string {
  const whole = Math.max(bounds.end - bounds.start, Number.MIN_VALUE);
  const cellAt = (at: number): number => Math.round(((at - bounds.start) / whole) * width);
  const cells = Array.from({ length: width }, (_, cell) =>
    cell >= cellAt(extent.start) && cell < cellAt(extent.end) ? glyphs.track : ' ',
  );
  for (const span of spans) {
    const first = Math.min(cellAt(span.start), width - 1);
    const sure = weakest([span], 'start') !== 'unobserved' && weakest([span], 'end') !== 'unobserved';
    cells.fill(sure ? glyphs.solid : glyphs.hazy, first, Math.max(cellAt(span.end), first + 1));
  }
  const isTrack = (cell: string): boolean => cell === glyphs.track || cell === ' ';
  return runsOf(cells)
    .map((run) => (isTrack(run[0]!) ? palette.dim(run) : paint(run)))
    .join('');
}

/** Cells of one kind together, so that each run is coloured once. */
const runsOf = (cells: readonly string[]): string[] => cells.join('').match(/(.)\1*/gu) ?? [];

/** Colours tell the projects apart, so that the eye sees whose time it was. */
const paintOf = (service: string, palette: Palette): Paint => {
  const paints: Readonly<Record<string, Paint>> = {
    nova: palette.cyan,
    neutron: palette.yellow,
    ovs: palette.magenta,
    ovn: palette.magenta,
  };
  return paints[knownServices.projectOf(service) ?? ''] ?? palette.blue;
};

function footnotes(trace: FinishedTrace, { width, palette, glyphs }: Look): string[] {
  const lines: string[] = [];
  const used = new Set(trace.spans.flatMap((span) => [certaintyOf(span, 'start'), certaintyOf(span, 'end')]));
  const legend = [
    ...(used.has('derived') ? ['~ follows from other lines'] : []),
    ...(used.has('unobserved') ? [`? ${glyphs.hazy} not in the logs: began or ended otherwise`] : []),
  ];
  if (legend.length > 0) lines.push(palette.dim(`  ${legend.join('   ')}`));

  const missing = phases(trace, 'missing');
  if (missing.length > 0) lines.push(...wrap('phases missing: ', byReason(missing), width).map(palette.yellow));
  const notLogged = phases(trace, 'notLogged');
  if (notLogged.length > 0) lines.push(...wrap('not logged at this level: ', commaed(notLogged), width).map(palette.dim));

  const unexplained = unexplainedMillis(trace);
  if (unexplained !== undefined) {
    const { start, end } = extentOf(trace);
    const text = `unexplained: ${Math.round(unexplained)} ms (${inPercent(unexplained, end - start)})`;
    lines.push(unexplained > 0.05 * (end - start) ? palette.yellow(text) : palette.dim(text));
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

/** `a (why)`, `b (why)`, `c (else)` as words of "a, b (why), c (else)". */
function byReason(missing: readonly string[]): string[] {
  const namesOf = new Map<string, string[]>();
  for (const phase of missing) {
    const [, name = phase, reason = ''] = /^(.*?)( \(.*\))?$/.exec(phase) ?? [];
    namesOf.set(reason, [...(namesOf.get(reason) ?? []), name]);
  }
  return commaed([...namesOf].flatMap(([reason, names]) => [...names.slice(0, -1), `${names.at(-1)}${reason}`]));
}
