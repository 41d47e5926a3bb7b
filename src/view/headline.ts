import { summaryOf } from '../export/sentence.js';
import type { FinishedTrace } from '../model/span.js';

/** What the list and the page of an action begin with. The only place in view/ that makes it. */
export const headlineOf = (trace: FinishedTrace): string => summaryOf(trace);

/** What a trace is of, in a word or two. */
export const kindOf = (trace: FinishedTrace): string =>
  trace.form === 'network-ready'
    ? 'network-ready'
    : (trace.action ?? (trace.partOf === undefined ? 'an unknown action' : trace.partOf.join(' or ')));
