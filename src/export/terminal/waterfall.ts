import type { FinishedTrace, SpanData } from '../../model/span.js';
import { headline } from './headline.js';
import type { Look, Paint, Palette } from './look.js';
import {
  boundsOf,
  type Certainty,
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
import { commaed, cut, inPercent, inSeconds, wrap } from './text.js';
import { type Branch, treeOf } from './tree.js';

export const marks: Record<Certainty, string> = { observed: ' ', derived: '~', unobserved: '?' };

/** A bar narrower than this says nothing: labels are shortened first, then cut. */
const GOOD_BAR = 20;
const LEAST_BAR = 8;

/**
 * One trace as a tree with bars.
 *
 *        offset      duration  bar            service       name
 *        +2.101~       4.299   ──██████────   nova-compute    └ vif-plugged wait tapdf247bb8-47
 *              └ start derived
 *
 * Offsets count from the root's start: what the API and the scheduler did before has negative ones. The track is the
 * root's own time, so bars outside it are seen to be outside.
 */
export function waterfall(trace: FinishedTrace, look: Look): string {
  const { palette } = look;
  const lines = [...headline(trace, look), ''];
  const branches = treeOf(trace.spans);
  const columns = layOut(branches, look);
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const bounds = boundsOf(trace);

  for (const branch of branches) {
    const { span } = branch;
    const offset = `${span.start >= extent.start ? '+' : ''}${inSeconds(span.start - extent.start)}`.padStart(9);
    const duration = inSeconds(durationOf(span)).padStart(9);
    const paint = span.error === undefined ? paintOf(span.service, palette) : palette.red;
    const label = span.error === undefined ? asIs : palette.red;
    lines.push(
      [
        `${offset}${marks[certaintyOf(span, 'start')]}`,
        `${duration}${marks[certaintyOf(span, 'end')]}`,
        ` ${bar(span, extent, bounds, columns.bar, paint, look)}`,
        ` ${palette.dim(cut(columns.who(span), columns.whoWidth, look).padEnd(columns.whoWidth))}`,
        ` ${label(cut(columns.name(branch), columns.nameWidth, look))}`,
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
  name(branch: Branch): string;
}

/** Full labels where there is room for them and a bar; else without the host that all share, and with short ports. */
function layOut(branches: readonly Branch[], { width, glyphs }: Look): Columns {
  const total = Number.isFinite(width) ? width : 160;
  const numbers = 21;
  const fitted = (labels: Pick<Columns, 'who' | 'name'>, least: number): Columns => {
    const whoWidth = Math.max(0, ...branches.map(({ span }) => labels.who(span).length));
    const nameWidth = Math.max(0, ...branches.map((branch) => labels.name(branch).length));
    const bar = total - numbers - 1 - whoWidth - 1 - nameWidth;
    if (bar >= least) return { ...labels, whoWidth, nameWidth, bar };
    const rest = total - numbers - 2 - LEAST_BAR;
    const who = Math.min(whoWidth, Math.max(14, Math.floor(rest / 3)));
    return { ...labels, whoWidth: who, nameWidth: Math.max(12, rest - who), bar: LEAST_BAR };
  };

  const oneHost = new Set(branches.map(({ span }) => span.host)).size <= 1;
  const onePort = new Set(branches.map(({ span }) => shortPortLabel(span))).size <= 2;
  const indented = ({ span, depth }: Branch, port: string | undefined): string =>
    `${depth === 0 ? '' : `${'  '.repeat(depth - 1)}${glyphs.branch} `}${span.name}${port === undefined ? '' : ` ${port}`}`;

  const full = fitted(
    { who: ({ service, host }) => `${service}@${shortHost(host)}`, name: (branch) => indented(branch, portLabel(branch.span)) },
    GOOD_BAR,
  );
  if (full.bar > LEAST_BAR) return full;
  return fitted(
    {
      who: ({ service, host }) => (oneHost ? service : `${service}@${shortHost(host)}`),
      name: (branch) => indented(branch, onePort && branch.depth > 1 ? undefined : shortPortLabel(branch.span)),
    },
    LEAST_BAR,
  );
}

/** Without the domain: the headline has the whole name. */
const shortHost = (host: string): string => host.split('.')[0] ?? host;

function bar(
  span: SpanData,
  extent: { readonly start: number; readonly end: number },
  bounds: { readonly start: number; readonly end: number },
  width: number,
  paint: Paint,
  { palette, glyphs }: Look,
): string {
  const whole = Math.max(bounds.end - bounds.start, Number.MIN_VALUE);
  const cellAt = (at: number): number => Math.round(((at - bounds.start) / whole) * width);
  const first = Math.min(cellAt(span.start), width - 1);
  const end = Math.max(cellAt(span.end), first + 1);
  const sure = certaintyOf(span, 'start') !== 'unobserved' && certaintyOf(span, 'end') !== 'unobserved';
  const derived = certaintyOf(span, 'start') === 'derived' || certaintyOf(span, 'end') === 'derived';
  const track = (from: number, to: number): string => {
    let text = '';
    for (let cell = from; cell < to; cell++) text += cell >= cellAt(extent.start) && cell < cellAt(extent.end) ? glyphs.track : ' ';
    return text;
  };
  return (
    palette.dim(track(0, first)) +
    paint((sure && !derived ? glyphs.solid : glyphs.hazy).repeat(end - first)) +
    palette.dim(track(end, width))
  );
}

/** Colours tell the projects apart, so that the eye sees whose time it was. */
const paintOf = (service: string, palette: Palette): Paint =>
  service.startsWith('nova')
    ? palette.cyan
    : service.startsWith('neutron')
      ? palette.yellow
      : service.startsWith('ov')
        ? palette.magenta
        : palette.blue;

function footnotes(trace: FinishedTrace, { width, palette, glyphs }: Look): string[] {
  const lines: string[] = [];
  const used = new Set(trace.spans.flatMap((span) => [certaintyOf(span, 'start'), certaintyOf(span, 'end')]));
  const legend = [
    ...(used.has('derived') ? ['~ follows from other lines'] : []),
    ...(used.has('unobserved') ? ['? not in the logs'] : []),
    ...(used.size > 1 ? [`${glyphs.hazy} such a span`] : []),
  ];
  if (legend.length > 0) lines.push(palette.dim(`  ${legend.join('   ')}`));

  const missing = phases(trace, 'missing');
  if (missing.length > 0) lines.push(...wrap('phases missing: ', commaed(missing), width).map(palette.yellow));
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
