import type { Certainty } from '../../model/attributes.js';
import { knownServices } from '../../model/services.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import { stepsOf } from '../steps.js';
import { headline } from './headline.js';
import type { Look, Paint, Palette } from './look.js';
import {
  boundsOf,
  certaintyOf,
  durationOf,
  errorOf,
  extentOf,
  isUnmeasured,
  phases,
  portLabel,
  rootOf,
  shortPortLabel,
  unexplainedMillis,
} from './reading.js';
import { type Row, rowsOf, weakest } from './rows.js';
import { commaed, cut, inPercent, inSeconds, shortHost, wrap } from './text.js';
import { indentsOf } from './tree.js';

/** The signs in the tables for how an end of a span is known. */
export const certaintySigns: Record<Certainty, string> = { observed: ' ', derived: '~', unobserved: '?' };

/** The good and the minimum width of bars: labels are shortened for a good bar, and cut for the minimum. */
const GOOD_BAR = 20;
const LEAST_BAR = 8;
const LEAST_WHO = 14;
/** A wider bar would only move numbers and names apart. */
const MOST_BAR = 100;

/**
 * One trace as a tree with bars.
 *
 *        offset      duration  bar            service       name
 *        +2.101~       4.299   ──██████────   nova-compute    └ vif-plugged wait tapdf247bb8-47
 *              └ start derived
 *
 * Offsets are relative to the root's start, so earlier work of nova-api and nova-scheduler has negative offsets. The
 * track shows the time of the root. Three or more similar consecutive spans share a row.
 */
export function waterfall(trace: FinishedTrace, look: Look): string {
  const { palette } = look;
  const gating = new Set(stepsOf(trace).flatMap(({ spans }) => spans));
  const all = rowsOf(trace);
  const instants = all.filter((row, place) => isInstant(row, all[place + 1], gating));
  const rows = all.filter((row) => !instants.includes(row));
  const indents = indentsOf(
    rows.map(({ depth }) => depth),
    look.glyphs,
  );
  const columns = layOut(rows, indents, look);
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const bounds = boundsOf(trace);

  const title = `${'offset'.padStart(9)}  ${'seconds'.padStart(8)}  ${' '.repeat(columns.bar)} ${cut('service', columns.whoWidth, look).padEnd(columns.whoWidth)} phase`;
  const lines = [...headline(trace, look), '', palette.dim(title)];
  for (const [place, row] of rows.entries()) {
    const { span } = row;
    const isGate = span !== root && row.spans.some((each) => gating.has(each));
    const offset = (isGate ? look.glyphs.gate : ' ') + offsetOf(span, extent).padStart(8);
    const isMeasured = !row.spans.every(isUnmeasured);
    const seconds = row.spans.reduce((sum, one) => sum + durationOf(one), 0);
    const duration = `${isMeasured ? inSeconds(seconds) : ''}`.padStart(9);
    const paint = span.error === undefined ? paintOf(span.service, palette) : palette.red;
    const label = span.error === undefined ? (isGate ? palette.bold : asIs) : palette.red;
    lines.push(
      [
        `${offset}${certaintySigns[weakest(row.spans, 'start')]}`,
        `${duration}${certaintySigns[weakest(row.spans, 'end')]}`,
        ` ${bar(row.spans, { extent, bounds, width: columns.bar }, paint, look)}`,
        ` ${palette.dim(cut(columns.who(span), columns.whoWidth, look).padEnd(columns.whoWidth))}`,
        ` ${label(cut(columns.name(row, indents[place] ?? ''), columns.nameWidth, look))}`,
      ]
        .join('')
        .trimEnd(),
    );
    const error = span === root ? undefined : errorOf(span);
    if (error !== undefined) lines.push(...wrap('            error: ', error.split(' '), look.width).map(palette.red));
  }

  return [...lines, ...footnotes(trace, instants, extent, look)].join('\n') + '\n';
}

const asIs: Paint = (text) => text;

const offsetOf = ({ start }: SpanData, extent: Time): string => `${start >= extent.start ? '+' : ''}${inSeconds(start - extent.start)}`;

/** Whether a row has no visible bar and no part, and gates nothing. Such instants are listed below the rows. */
const isInstant = ({ spans, depth }: Row, next: Row | undefined, gating: ReadonlySet<SpanData>): boolean =>
  depth > 0 &&
  (next === undefined || next.depth <= depth) &&
  spans.every((span) => span.end - span.start < 0.5 && span.error === undefined && !gating.has(span));

interface Columns {
  readonly bar: number;
  readonly whoWidth: number;
  readonly nameWidth: number;
  who(span: SpanData): string;
  name(row: Row, indent: string): string;
}

/**
 * The widths of the columns. Labels are complete if there is space for them and a good bar. Otherwise they are without
 * the host of the first row, which the headline contains, and with short ports. Otherwise with the project instead of
 * the service.
 */
function layOut(rows: readonly Row[], indents: readonly string[], { width, glyphs }: Look): Columns {
  const total = Number.isFinite(width) ? width : 160;
  const numbers = 21;
  const [first] = rows;
  // If all rows have the same port, only the headline contains it.
  const onePort = new Set(rows.map(({ span }) => shortPortLabel(span)).filter((port) => port !== undefined)).size === 1;
  const elsewhere = ({ host }: SpanData): string => (host === first?.span.host ? '' : `@${shortHost(host)}`);
  const labelled = ({ spans, name }: Row, indent: string, port: string | undefined): string =>
    [`${indent}${name}`, ...(port === undefined ? [] : [port]), ...(spans.length === 1 ? [] : [`${glyphs.times}${spans.length}`])].join(
      ' ',
    );
  const compact: Columns['name'] = (row, indent) => labelled(row, indent, onePort ? undefined : shortPortLabel(row.span));
  const ways: readonly Pick<Columns, 'who' | 'name'>[] = [
    { who: ({ service, host }) => `${service}@${shortHost(host)}`, name: (row, indent) => labelled(row, indent, portLabel(row.span)) },
    { who: (span) => `${span.service}${elsewhere(span)}`, name: compact },
    { who: (span) => `${knownServices.projectOf(span.service) ?? span.service}${elsewhere(span)}`, name: compact },
  ];
  const widths = ways.map((way) => {
    const whoWidth = Math.max('service'.length, ...rows.map(({ span }) => way.who(span).length));
    const nameWidth = Math.max(0, ...rows.map((row, place) => way.name(row, indents[place] ?? '').length));
    return { ...way, whoWidth, nameWidth, bar: Math.min(total - numbers - 1 - whoWidth - 1 - nameWidth, MOST_BAR) };
  });
  const good = widths.find(({ bar }) => bar >= GOOD_BAR);
  if (good !== undefined) return good;
  const last = widths.at(-1)!;
  const rest = total - numbers - 2 - LEAST_BAR;
  const whoWidth = Math.min(last.whoWidth, Math.max(LEAST_WHO, rest - last.nameWidth));
  return last.bar >= LEAST_BAR ? last : { ...last, whoWidth, nameWidth: Math.max(12, rest - whoWidth), bar: LEAST_BAR };
}

interface Time {
  readonly start: number;
  readonly end: number;
}

/** Draws spans on the track of the root's time; each span has at least one cell. */
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

/** Groups cells of one kind, so that each run is coloured once. */
const runsOf = (cells: readonly string[]): string[] => cells.join('').match(/(.)\1*/gu) ?? [];

/** The colour of a service's project. */
const paintOf = (service: string, palette: Palette): Paint => {
  const paints: Readonly<Record<string, Paint>> = {
    nova: palette.cyan,
    neutron: palette.yellow,
    ovs: palette.magenta,
    ovn: palette.magenta,
  };
  return paints[knownServices.projectOf(service) ?? ''] ?? palette.blue;
};

function footnotes(trace: FinishedTrace, instants: readonly Row[], extent: Time, { width, palette, glyphs }: Look): string[] {
  const lines: string[] = [];
  const used = new Set(trace.spans.flatMap((span) => [certaintyOf(span, 'start'), certaintyOf(span, 'end')]));
  const legend = [
    `${glyphs.gate} gated the end`,
    ...(used.has('derived') ? ['~ follows from other lines'] : []),
    ...(used.has('unobserved') ? [`? ${glyphs.hazy} not in the logs: began or ended otherwise`] : []),
  ];
  lines.push(...wrap('  ', commaed(legend), width).map(palette.dim));
  const isWithoutLength = ({ spans }: Row): boolean => spans.every(isUnmeasured);
  for (const [title, rows] of [
    ['instants: ', instants.filter((row) => !isWithoutLength(row))],
    ['length not in the logs: ', instants.filter(isWithoutLength)],
  ] as const)
    if (rows.length > 0)
      lines.push(...wrap(title, commaed(rows.map((row) => `${row.name} ${offsetOf(row.span, extent)}`)), width).map(palette.dim));

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
