import type { Millis } from './line.js';

/** How an action may end, by what happened. nova's own event list says "Success" even of builds that failed. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'interrupted', 'unfinished', 'evicted'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Whether an outcome is an error. For `unfinished` the input ended, for `evicted` there was no room: neither is a
 * known error.
 */
export const isError = (outcome: Outcome): boolean => outcome === 'failed' || outcome === 'timed-out' || outcome === 'interrupted';

/** The span of a build attempt that a compute host handed back. Its trace part has no root. */
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

/** The side of a call: `server` served an HTTP request, `client` called another service and waited for the answer. */
export type SpanKind = 'internal' | 'server' | 'client';

/** A finished span as plain, immutable data without SDK types. */
export interface SpanData {
  /** 32 and 16 lower-case hex digits */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: Millis;
  readonly end: Millis;
  /** Who did the work. The resource's attributes are made from these two at export. */
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

/** What one process knows about one action: exported in one request, root included. */
export interface FinishedTrace {
  readonly traceId: string;
  /**
   * `action` has a root; `fragment` has none, its host's sidecar writes it; `network-ready` is the network after a
   * boot
   */
  readonly form: 'action' | 'fragment' | 'network-ready';
  readonly instance: string;
  readonly request: string | undefined;
  /** nova's name of the action; undefined for a fragment, which cannot know it */
  readonly action: string | undefined;
  /** for a fragment: nova's names of the actions that it may be a part of, if its lines show them */
  readonly partOf?: readonly string[];
  /** in the order of start, then end, then name; the root first where there is one */
  readonly spans: readonly SpanData[];
}
