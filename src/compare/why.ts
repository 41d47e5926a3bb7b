import { portLabel, rootOf } from '../export/terminal/reading.js';
import { type Culprit, verdictOf } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';

/** Why an action took as long as it did, in a few words: the one place that says it in reports. */
export function whyOf(trace: FinishedTrace): string {
  const { culprit } = verdictOf(trace);
  return culprit === undefined ? 'no phase is proven to have taken the most' : wordsOf(culprit, rootOf(trace)?.host);
}

function wordsOf({ evidence, millis, name, span, within }: Culprit, host: string | undefined): string {
  const port = portLabel(span);
  // The root is the action itself.
  const wholes = within.filter(({ parentSpanId }) => parentSpanId !== undefined).map((whole) => whole.name);
  const what = `${name}${port === undefined ? '' : ` ${port}`} (${span.service}${span.host === host ? '' : `@${span.host}`})`;
  const of = [...new Set(wholes)].filter((whole) => whole !== name).reverse();
  return `${(millis / 1000).toFixed(1)} s ${what}${evidence === 'derived' ? ', about' : ''}${of.length === 0 ? '' : `; gated ${of.join(', ')}`}`;
}
