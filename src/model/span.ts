import type { Millis } from './line.js';

/** How an action may end, by what happened and not by nova's own event list, which says "Success" of builds that failed inside. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'interrupted', 'unfinished', 'evicted'] as const;
export type Outcome = (typeof outcomes)[number];

/** Whether an outcome is an error. The input ended before an `unfinished` action, and an `evicted` one had no room: nothing is known to be wrong. */
export const isError = (outcome: Outcome): boolean => outcome === 'failed' || outcome === 'timed-out' || outcome === 'interrupted';

/** The span of a build that a compute host handed back: it has no root. */
export const BUILD_ATTEMPT = 'build attempt';

export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface SpanEvent {
  readonly name: string;
  readonly at: Millis;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** Whose view of a call it is: `server` served an HTTP request, `client` asked another service and waited for the answer. */
export type SpanKind = 'internal' | 'server' | 'client';

/** A finished span as plain data: no SDK types, never changed after it is made. */
export interface SpanData {
  /** 32 and 16 lower-case hex digits */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: Millis;
  readonly end: Millis;
  /** The resource: who did the work. `attributes` of the resource are made from these two at export. */
  readonly service: string;
  readonly host: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** how many lines behind this span were left out of `events` */
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  /** Success leaves the status unset. */
  readonly error: string | undefined;
}

/** What one process has to say of one action: exported in one request, root included. */
export interface FinishedTrace {
  readonly traceId: string;
  /** `action` has a root, `fragment` has none (its host's sidecar writes it), `network-ready` is the sequel of a boot */
  readonly form: 'action' | 'fragment' | 'network-ready';
  readonly instance: string;
  readonly request: string | undefined;
  /** nova's name of the action; undefined for a fragment, which cannot know it */
  readonly action: string | undefined;
  /** of a fragment: nova's names of the actions that it may be a part of, where its lines show them */
  readonly partOf?: readonly string[];
  /** in the order of start, then end, then name; the root first where there is one */
  readonly spans: readonly SpanData[];
}
