import type { Millis } from './line.js';

/** The outcomes of actions, as the logs show them. nova's own event list shows "Success" even for failed builds. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'interrupted', 'unfinished', 'evicted'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Whether an outcome is an error. `unfinished` (the input ended) and `evicted` (too many open actions) are no proof of
 * an error.
 */
export const isError = (outcome: Outcome): boolean => outcome === 'failed' || outcome === 'timed-out' || outcome === 'interrupted';

/** The name of the span of a rescheduled build attempt. Its part of the trace has no root. */
export const BUILD_ATTEMPT = 'build attempt';

export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A span event: a log line, or an exception. `at` is in epoch ms. */
export interface SpanEvent {
  readonly name: string;
  readonly at: Millis;
  readonly attributes: Attributes;
}

/** A link to a span of another trace. Ids are lower-case hex digits. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** The side of a call: `server` served an HTTP request, `client` called another service and waited for the answer. */
export type SpanKind = 'internal' | 'server' | 'client';

/** A finished span as plain, immutable data without SDK types. Times are in epoch ms. */
export interface SpanData {
  /** 32 and 16 lower-case hex digits */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: Millis;
  readonly end: Millis;
  /** the service and the host that did the work; the exporter makes the resource of these two */
  readonly service: string;
  readonly host: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** how many lines of this span are not in `events` */
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  /** the message of an error status; undefined leaves the status unset */
  readonly error: string | undefined;
}

/** The part of an action that one process knows, exported in one request. */
export interface FinishedTrace {
  readonly traceId: string;
  /**
   * `action` has a root; `fragment` has none, because another sidecar writes it; `network-ready` is the network after a
   * boot
   */
  readonly form: 'action' | 'fragment' | 'network-ready';
  readonly instance: string;
  readonly request: string | undefined;
  /** nova's name of the action; undefined for a fragment, whose lines do not show it */
  readonly action: string | undefined;
  /** for a fragment: nova's names of the actions that it may be a part of, if its lines show them */
  readonly partOf?: readonly string[];
  /** ordered by start, end and name; the root is first, if there is one */
  readonly spans: readonly SpanData[];
}
