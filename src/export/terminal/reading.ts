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

export const outcomeOf = (trace: FinishedTrace): string | undefined => textOf(rootOf(trace), keys.outcome);

/** What a trace is of: nova's name of the action, or of what follows a boot; undefined for a part of an action. */
export const kindOf = ({ form, action }: FinishedTrace): string | undefined => (form === 'network-ready' ? form : action);

/** The same in words, also for a part of an action: what it may be a part of. */
export const kindNameOf = (trace: FinishedTrace): string =>
  kindOf(trace) ?? `part of ${trace.partOf === undefined || trace.partOf.length === 0 ? 'an action' : trace.partOf.join(' or ')}`;

/** nova's own "Took N seconds", in seconds. */
export const reportedSeconds = (span: SpanData | undefined): number | undefined => numberOf(span, keys.reported);

export const unexplainedMillis = (trace: FinishedTrace): number | undefined => numberOf(rootOf(trace), keys.unexplained);

export const phases = (trace: FinishedTrace, which: 'missing' | 'notLogged' | 'notApplicable'): readonly string[] =>
  listOf(rootOf(trace), keys[which]);

export const certaintyOf = (span: SpanData, end: 'start' | 'end'): Certainty => {
  const value = textOf(span, keys[end]);
  return value === 'derived' || value === 'unobserved' ? value : 'observed';
};

/** Whether lines say when it began and when it ended. */
export const isKnown = (span: SpanData): boolean =>
  certaintyOf(span, 'start') !== 'unobserved' && certaintyOf(span, 'end') !== 'unobserved';

export const portOf = (span: SpanData): string | undefined => textOf(span, keys.port);

const tapOf = (span: SpanData): string | undefined => textOf(span, keys.interface);

/** In ms: how far apart the lines of two services may be, one that did something and one that waited for it. */
export const HANDOVER = 25;

/** The port of a span as operators know it: the tap, else the port's first eight digits. */
export const portLabel = (span: SpanData): string | undefined => tapOf(span) ?? portOf(span)?.slice(0, 8);

/** The same in eight characters. A tap's name has its port's first eleven. */
export const shortPortLabel = (span: SpanData): string | undefined => (portOf(span) ?? tapOf(span)?.replace(/^tap/, ''))?.slice(0, 8);

/** `error.type: message`, undefined for a span that did not fail. */
export function errorOf(span: SpanData): string | undefined {
  if (span.error === undefined) return undefined;
  const type = textOf(span, keys.errorType);
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes[keys.exceptionMessage];
  const message = span.error === '' ? String(exception ?? '') : span.error;
  if (type === undefined || message.includes(type)) return tame(message === '' ? 'failed' : message);
  return tame(message === '' ? type : `${type}: ${message}`);
}

/** Whether a span has no length because the logs do not show both of its ends: not a span that took no time. */
export const isUnmeasured = (span: SpanData): boolean => !isKnown(span) && span.end - span.start < 0.5;

export const durationOf = (span: SpanData): number => span.end - span.start;

/** From the root's start to its end; for a fragment from its first moment to its last. */
export function extentOf(trace: FinishedTrace): { readonly start: number; readonly end: number } {
  const root = rootOf(trace);
  if (root !== undefined) return root;
  return boundsOf(trace);
}

/** From the first moment of any span to the last. */
export function boundsOf({ spans }: FinishedTrace): { readonly start: number; readonly end: number } {
  let start = Infinity;
  let end = -Infinity;
  for (const span of spans) {
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  }
  return spans.length === 0 ? { start: 0, end: 0 } : { start, end };
}
