import { errorOf, extentOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { inSeconds } from '../export/terminal/text.js';
import { type Verdict, verdictOf } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';

/** What the list and the page of an action begin with. The only place in view/ that makes it. */
export function headlineOf(trace: FinishedTrace, verdict: Verdict = verdictOf(trace)): string {
  const { start, end } = extentOf(trace);
  const took = inSeconds(end - start);
  const root = rootOf(trace);
  switch (trace.form) {
    case 'action': {
      const error = root === undefined ? undefined : errorOf(root);
      const { culprit } = verdict;
      const slowest = culprit === undefined ? undefined : `slowest phase ${culprit.name}, ${inSeconds(culprit.millis)} s`;
      const why = [error, slowest].filter((said) => said !== undefined).join('; ');
      return `${trace.action ?? root?.name ?? 'action'} ${outcomeOf(trace) ?? 'ended'} after ${took} s${why === '' ? '' : `: ${why}`}`;
    }
    case 'fragment':
      return `part of ${kindOf(trace)}, over ${took} s; its root is not in these logs`;
    case 'network-ready':
      return `network ready ${took} s after the guest resumed`;
    default:
      return trace.form satisfies never;
  }
}

/** Of a headline, what a list does not say in its other columns: what stands behind the length. */
export function whyOf({ form }: Pick<FinishedTrace, 'form'>, headline: string): string {
  const colon = headline.indexOf(': ');
  return form !== 'action' ? headline : colon === -1 ? '' : headline.slice(colon + 2);
}

/** What a trace is of, in a word or two. */
export const kindOf = (trace: FinishedTrace): string =>
  trace.form === 'network-ready'
    ? 'network-ready'
    : (trace.action ?? (trace.partOf === undefined ? 'an unknown action' : trace.partOf.join(' or ')));
