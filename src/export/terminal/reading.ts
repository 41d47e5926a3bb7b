import { type Certainty, keys } from '../../model/attributes.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import { tame } from './text.js';

const textOf = (span: SpanData | undefined, key: string): string | undefined => {
  const value = span?.attributes[key];
  return value === undefined ? undefined : String(value);
};

const numberOf = (span: SpanData | undefined, key: string): number | undefined => {
  const value = span?.attributes[key];
  return typeof value === 'number' ? value : undefined;
};

const listOf = (span: SpanData | undefined, key: string): readonly string[] => {
  const value = span?.attributes[key];
  return Array.isArray(value) ? value : [];
};

/** The trace's own root; a fragment has none. */
export const rootOf = (trace: FinishedTrace): SpanData | undefined => trace.spans.find(({ parentSpanId }) => parentSpanId === undefined);

/** The outcome of the action; undefined for other forms. */
export const outcomeOf = (trace: FinishedTrace): string | undefined => textOf(rootOf(trace), keys.outcome);

/** The kind of a trace: nova's name of the action, or `network-ready`; undefined for a fragment. */
export const kindOf = ({ form, action }: FinishedTrace): string | undefined => (form === 'network-ready' ? form : action);

/** The kind of a trace in words; for a fragment, the actions that it may be a part of. */
export const kindNameOf = (trace: FinishedTrace): string =>
  kindOf(trace) ?? `part of ${trace.partOf === undefined || trace.partOf.length === 0 ? 'an action' : trace.partOf.join(' or ')}`;

/** The duration that nova itself reports ("Took N seconds"), in seconds. */
export const reportedSeconds = (span: SpanData | undefined): number | undefined => numberOf(span, keys.reported);

/** The unexplained time of the action, in ms. */
export const unexplainedMillis = (trace: FinishedTrace): number | undefined => numberOf(rootOf(trace), keys.unexplained);

/** The names in one of the root's lists of phases that were not seen. */
export const phases = (trace: FinishedTrace, which: 'missing' | 'notLogged' | 'notApplicable'): readonly string[] =>
  listOf(rootOf(trace), keys[which]);

/** How an end of a span is known. Spans of other programs count as `observed`. */
export const certaintyOf = (span: SpanData, end: 'start' | 'end'): Certainty => {
  const value = textOf(span, keys[end]);
  return value === 'derived' || value === 'unobserved' ? value : 'observed';
};

/** Whether both ends of a span are known, observed or derived. */
export const isKnown = (span: SpanData): boolean =>
  certaintyOf(span, 'start') !== 'unobserved' && certaintyOf(span, 'end') !== 'unobserved';

export const portOf = (span: SpanData): string | undefined => textOf(span, keys.port);

const tapOf = (span: SpanData): string | undefined => textOf(span, keys.interface);

/** The longest time (ms) between the lines of two services, if one waits for the other. */
export const HANDOVER = 25;

/** The port of a span for users: the tap, otherwise the first eight digits of the port's id. */
export const portLabel = (span: SpanData): string | undefined => tapOf(span) ?? portOf(span)?.slice(0, 8);

/** The port of a span in eight characters. A tap's name contains the first eleven of its port's id. */
export const shortPortLabel = (span: SpanData): string | undefined => (portOf(span) ?? tapOf(span)?.replace(/^tap/, ''))?.slice(0, 8);

/** The error of a span as `error.type: message`; undefined if it did not fail. */
export function errorOf(span: SpanData): string | undefined {
  if (span.error === undefined) return undefined;
  const type = textOf(span, keys.errorType);
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes[keys.exceptionMessage];
  const message = span.error === '' ? String(exception ?? '') : span.error;
  if (type === undefined || message.includes(type)) return tame(message === '' ? 'failed' : message);
  return tame(message === '' ? type : `${type}: ${message}`);
}

/** Whether a span has no duration because the logs do not show both of its ends. It may still have taken time. */
export const isUnmeasured = (span: SpanData): boolean => !isKnown(span) && span.end - span.start < 0.5;

export const durationOf = (span: SpanData): number => span.end - span.start;

/** The time of the root; for a fragment, from its first start to its last end. */
export function extentOf(trace: FinishedTrace): { readonly start: number; readonly end: number } {
  const root = rootOf(trace);
  if (root !== undefined) return root;
  return boundsOf(trace);
}

/** The time from the first start of any span to the last end. */
export function boundsOf({ spans }: FinishedTrace): { readonly start: number; readonly end: number } {
  let start = Infinity;
  let end = -Infinity;
  for (const span of spans) {
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  }
  return spans.length === 0 ? { start: 0, end: 0 } : { start, end };
}
