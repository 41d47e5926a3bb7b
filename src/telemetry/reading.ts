import type { FinishedTrace, SpanData } from '../model/span.js';

/** The attributes that metrics are made of, spelled as `trace/attributes.ts` writes them: a test compares the two. */
export const keys = {
  outcome: 'openstack.outcome',
  reported: 'novaspan.reported_duration_s',
  start: 'novaspan.start',
  end: 'novaspan.end',
} as const;

const UNKNOWN = 'unknown';

/** The root of an action; of fragments and sequels none, as they are no actions. */
export const rootOf = ({ form, spans }: FinishedTrace): SpanData | undefined =>
  form === 'action' ? spans.find(({ parentSpanId }) => parentSpanId === undefined) : undefined;

export const actionOf = (trace: FinishedTrace): string => trace.action ?? UNKNOWN;

export const outcomeOf = (root: SpanData): string => {
  const outcome = root.attributes[keys.outcome];
  return typeof outcome === 'string' ? outcome : UNKNOWN;
};

/** nova's own "Took N seconds". */
export const reportedSeconds = (span: SpanData): number | undefined => {
  const seconds = span.attributes[keys.reported];
  return typeof seconds === 'number' ? seconds : undefined;
};

/** Whether lines tell both of its ends. */
export const isMeasured = ({ attributes }: SpanData): boolean =>
  attributes[keys.start] !== 'unobserved' && attributes[keys.end] !== 'unobserved';

export const secondsOf = ({ start, end }: SpanData): number => (end - start) / 1000;
