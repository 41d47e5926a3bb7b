import { extentOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { inSeconds } from '../export/terminal/text.js';
import { type Verdict, verdictOf } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';

/** What the list and the page of an action begin with. The only place in view/ that makes it. */
export function headlineOf(trace: FinishedTrace, verdict: Verdict = verdictOf(trace)): string {
  const { start, end } = extentOf(trace);
  const took = inSeconds(end - start);
  const { culprit } = verdict;
  const slowest = culprit === undefined ? '' : `; slowest phase: ${culprit.name}, ${inSeconds(culprit.millis)} s`;
  switch (trace.form) {
    case 'action':
      return `${trace.action ?? rootOf(trace)?.name ?? 'action'} ${outcomeOf(trace) ?? 'ended'} after ${took} s${slowest}`;
    case 'fragment':
      return `part of ${kindOf(trace)}, over ${took} s; its root is not in these logs`;
    case 'network-ready':
      return `network ready ${took} s after the guest resumed`;
    default:
      return trace.form satisfies never;
  }
}

/** What a trace is of, in a word or two. */
export const kindOf = (trace: FinishedTrace): string =>
  trace.form === 'network-ready'
    ? 'network-ready'
    : (trace.action ?? (trace.partOf === undefined ? 'an unknown action' : trace.partOf.join(' or ')));
