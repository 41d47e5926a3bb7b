import type { FinishedTrace, SpanData } from '../../model/span.js';
import { summaryOf } from '../sentence.js';
import { causesOf } from './causes.js';
import {
  certaintyOf,
  durationOf,
  errorOf,
  extentOf,
  outcomeOf,
  phases,
  reportedSeconds,
  rootOf,
  shortPortLabel,
  unexplainedMillis,
} from './reading.js';
import { inSeconds, inUtc } from './text.js';
import { treeOf } from './tree.js';

/**
 * A trace as text for golden files: equal on every machine, and easy to review in a diff.
 *
 *     create succeeded  b8acd14b-…  req-5678fc57-…
 *       trace 4bf92f35…  from 2026-11-21 01:50:31.668 UTC  nova says 8.44 s  unexplained 12 ms
 *     +  0.000s    8.445s  nova-compute@vm  instance create
 *     +  2.101s    4.299s  nova-compute@vm    └ vif-plugged wait df247bb8 [end derived]
 *       missing: port status up (file not read)
 */
export function traceText(trace: FinishedTrace): string {
  const root = rootOf(trace);
  const { start } = extentOf(trace);
  const reported = reportedSeconds(root);
  const unexplained = unexplainedMillis(trace);
  const branches = treeOf(trace.spans);
  const whoWidth = Math.max(0, ...branches.map(({ span }) => `${span.service}@${span.host}`.length));

  return [
    [
      [trace.action ?? trace.form, outcomeOf(trace)].filter((word) => word !== undefined).join(' '),
      trace.instance,
      trace.request ?? '-',
    ].join('  '),
    [
      `  trace ${trace.traceId}`,
      `from ${inUtc(start)}`,
      ...(reported === undefined ? [] : [`nova says ${reported} s`]),
      ...(unexplained === undefined ? [] : [`unexplained ${Math.round(unexplained)} ms`]),
    ].join('  '),
    `  ${summaryOf(trace)}`,
    ...branches.map(({ span, depth }) => {
      const offset = `${span.start < start ? '-' : '+'}${inSeconds(Math.abs(span.start - start)).padStart(7)}s`;
      const duration = `${inSeconds(durationOf(span)).padStart(8)}s`;
      const branch = depth === 0 ? '' : `${'  '.repeat(depth - 1)}└ `;
      return `${offset} ${duration}  ${`${span.service}@${span.host}`.padEnd(whoWidth)}  ${branch}${span.name}${flags(span)}`;
    }),
    ...listed('missing', phases(trace, 'missing')),
    ...listed('not logged', phases(trace, 'notLogged')),
    ...listed('not applicable', phases(trace, 'notApplicable')),
    '',
  ].join('\n');
}

function flags(span: SpanData): string {
  const port = shortPortLabel(span);
  const error = errorOf(span);
  return [
    ...(port === undefined ? [] : [port]),
    ...(['start', 'end'] as const)
      .filter((end) => certaintyOf(span, end) !== 'observed')
      .map((end) => `[${end} ${certaintyOf(span, end)}]`),
    ...causesOf(span).map((cause) => `[${cause}]`),
    ...(error === undefined ? [] : [`[error ${error}]`]),
  ]
    .map((flag) => ` ${flag}`)
    .join('');
}

/** One phase per line, so that a diff shows which one changed. */
const listed = (title: string, names: readonly string[]): string[] => names.map((name) => `  ${title}: ${name}`);
