import type { FinishedTrace } from '../../model/span.js';
import { summaryOf } from '../sentence.js';
import { verdictOf } from '../verdict.js';
import { paintOf } from './headline.js';
import type { Look, Paint } from './look.js';
import { extentOf, outcomeOf, portLabel, reportedSeconds, rootOf } from './reading.js';
import { cut, inSeconds, inUtc, short, wrap } from './text.js';

interface Column {
  readonly title: string;
  readonly right?: true;
  /** left out at narrow widths, highest number first */
  readonly dispensable?: number;
  /** the minimum width to which it may be cut */
  readonly least?: number;
  cell(trace: FinishedTrace): string;
  paint?(trace: FinishedTrace, look: Look): Paint;
}

const columns: readonly Column[] = [
  { title: 'start (UTC)', cell: (trace) => inUtc(extentOf(trace).start).slice(0, 19) },
  { title: 'action', cell: ({ action, form }) => action ?? (form === 'fragment' ? '(part)' : form) },
  { title: 'instance', cell: ({ instance }) => short(instance) },
  {
    title: 'outcome',
    cell: (trace) => outcomeOf(trace) ?? '-',
    paint: (trace, { palette }) => paintOf(outcomeOf(trace), palette),
  },
  { title: 'seconds', right: true, cell: (trace) => inSeconds(durationOf(trace)) },
  { title: 'nova says', right: true, dispensable: 3, cell: (trace) => reportedSeconds(rootOf(trace))?.toFixed(2) ?? '-' },
  { title: 'slowest phase', least: 13, cell: slowestPhase },
  { title: 'host', dispensable: 2, least: 8, cell: (trace) => (rootOf(trace) ?? trace.spans[0])?.host ?? '-' },
  { title: 'trace', dispensable: 1, cell: ({ traceId }) => short(traceId) },
];

interface TableOptions {
  readonly slowest?: number;
  /** the traces are already in the requested order */
  readonly isSorted?: boolean;
}

/**
 * Many actions, one per row, ordered by start. With `slowest` only so many, the slowest first. Networks after boots
 * have no row. Above the rows is the slowest action in one sentence.
 */
export function table(traces: readonly FinishedTrace[], look: Look, { slowest, isSorted = false }: TableOptions = {}): string {
  const rows = traces.filter(({ form }) => form !== 'network-ready');
  if (!isSorted) rows.sort((a, b) => extentOf(a).start - extentOf(b).start);
  const chosen = slowest === undefined || isSorted ? rows : rows.sort((a, b) => durationOf(b) - durationOf(a)).slice(0, slowest);

  const fitted = narrow(
    columns.map((column) => ({ column, width: Math.max(column.title.length, ...chosen.map((trace) => column.cell(trace).length)) })),
    look.width,
  );
  const line = (cellOf: (column: Column) => string, paintOf: (column: Column) => Paint): string =>
    fitted
      .map(({ column, width }) => {
        const text = cut(cellOf(column), width, look);
        return paintOf(column)(column.right ? text.padStart(width) : text.padEnd(width));
      })
      .join('  ')
      .trimEnd();

  const longest = chosen.reduce<FinishedTrace | undefined>(
    (found, one) => (found === undefined || durationOf(one) > durationOf(found) ? one : found),
    undefined,
  );
  return [
    ...(longest === undefined ? [] : [...wrap('slowest: ', summaryOf(longest).split(' '), look.width).map(look.palette.bold), '']),
    line(
      ({ title }) => title,
      () => look.palette.dim,
    ),
    ...chosen.map((trace) =>
      line(
        (column) => column.cell(trace),
        (column) => column.paint?.(trace, look) ?? ((text) => text),
      ),
    ),
    '',
  ].join('\n');
}

const durationOf = (trace: FinishedTrace): number => extentOf(trace).end - extentOf(trace).start;

/** The slowest phase of the verdict; `-` if the logs prove none. */
function slowestPhase(trace: FinishedTrace): string {
  const { culprit } = verdictOf(trace);
  if (culprit === undefined) return '-';
  const port = portLabel(culprit.span);
  return `${inSeconds(culprit.millis)} ${culprit.name}${port === undefined ? '' : ` ${port}`}`;
}

interface Fitted {
  readonly column: Column;
  readonly width: number;
}

/** Narrows the columns that may be cut, widest first, then leaves out the dispensable ones. */
function narrow(all: readonly Fitted[], width: number): readonly Fitted[] {
  let fitted = all;
  const over = (): number => fitted.reduce((sum, column) => sum + column.width + 2, -2) - width;
  for (let dispensable = 3; ; dispensable--) {
    const slack = fitted.reduce((sum, { column, width }) => sum + Math.max(0, width - (column.least ?? width)), 0);
    if (over() <= slack || dispensable === 0) break;
    fitted = fitted.filter(({ column }) => column.dispensable !== dispensable);
  }
  while (over() > 0) {
    const widest = fitted
      .filter(({ column, width }) => column.least !== undefined && width > column.least)
      .reduce<Fitted | undefined>((found, one) => (found === undefined || one.width > found.width ? one : found), undefined);
    if (widest === undefined) break;
    fitted = fitted.map((one) => (one === widest ? { ...one, width: one.width - 1 } : one));
  }
  return fitted;
}
