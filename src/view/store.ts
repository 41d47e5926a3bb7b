import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { boundsOf } from '../export/terminal/reading.js';
import type { FinishedTrace, SpanData, SpanKind } from '../model/span.js';
import { bloomOf, mayHold } from './bloom.js';
import { processTags, tagsOf } from './jaeger.js';
import { outlineOf } from './outline.js';
import type { Outline } from './types.js';

interface Kept {
  readonly outline: Outline;
  /** the packed trace: a tenth of its JSON */
  readonly bytes: Uint8Array;
  /** service, name and kind of its spans, each once; the objects are shared by all traces */
  readonly operations: readonly Operation[];
  readonly calls: readonly Call[];
  /** filter of `key=value` of every tag of its spans and processes */
  readonly tags: Uint8Array;
  readonly period: Period;
}

/** Name and kind of some spans of a service. */
export interface Operation {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
}

/** Number of spans of one service whose parent is another service's span, in one trace. */
export interface Call {
  readonly parent: string;
  readonly child: string;
  readonly count: number;
}

/** From the first start to the last end of all spans, in epoch milliseconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** A search; a found trace may still not match everything. */
export interface Search {
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly period: Period;
  readonly tags?: ReadonlyMap<string, string>;
  /** minimum duration of the trace, in milliseconds */
  readonly least?: number;
}

export interface StoreLimits {
  readonly traces: number;
  /** maximum bytes of packed traces; outlines take about 5 kB each in addition */
  readonly bytes: number;
}

const DEFAULTS: StoreLimits = { traces: 50_000, bytes: 256 * 1024 * 1024 };

/**
 * Finished traces in memory: packed bytes, and an outline for list and charts. At the limit, the oldest by arrival are
 * dropped and counted.
 */
export class TraceStore {
  readonly #limits: StoreLimits;
  /** by trace id, in the order of arrival */
  readonly #kept = new Map<string, Kept>();
  /** by kind, service and name */
  readonly #operations = new Map<string, Operation>();
  /** keys of event attributes, which are in no filter */
  readonly #eventKeys = new Set<string>(['event']);
  readonly #listeners = new Set<(outline: Outline) => void>();
  #bytes = 0;
  #dropped = 0;

  constructor(limits: Partial<StoreLimits> = {}) {
    this.#limits = { ...DEFAULTS, ...limits };
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Number of dropped traces. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a trace. Traces of one action from several processes are merged: they have one trace id. */
  add(trace: FinishedTrace): void {
    const before = this.get(trace.traceId);
    const whole = before === undefined ? trace : joined(before, trace);
    this.#remove(trace.traceId);
    const outline = outlineOf(whole);
    const operations = [...new Set(whole.spans.map((span) => this.#operationOf(span)))];
    const kept: Kept = {
      outline,
      bytes: pack(whole),
      operations,
      calls: callsIn(whole.spans),
      tags: this.#tagsOf(whole),
      period: boundsOf(whole),
    };
    this.#kept.set(trace.traceId, kept);
    this.#bytes += kept.bytes.length;
    while (this.#kept.size > 1 && (this.#kept.size > this.#limits.traces || this.#bytes > this.#limits.bytes)) {
      const [oldest] = this.#kept.keys();
      this.#remove(oldest!);
      this.#dropped++;
    }
    for (const listener of this.#listeners) listener(outline);
  }

  #remove(id: string): void {
    this.#bytes -= this.#kept.get(id)?.bytes.length ?? 0;
    this.#kept.delete(id);
  }

  get(id: string): FinishedTrace | undefined {
    const kept = this.#kept.get(id);
    return kept === undefined ? undefined : unpack(kept.bytes);
  }

  outlines(): Outline[] {
    return [...this.#kept.values()].map(({ outline }) => outline);
  }

  /** The shared object of an operation: there are a few hundred, in thousands of traces. */
  #operationOf({ service, name, kind }: SpanData): Operation {
    const key = JSON.stringify([kind, service, name]);
    let operation = this.#operations.get(key);
    if (operation === undefined) this.#operations.set(key, (operation = { service, name, kind }));
    return operation;
  }

  #tagsOf({ spans }: FinishedTrace): Uint8Array {
    const texts = new Set<string>();
    for (const span of spans) {
      for (const { key, value } of [...tagsOf(span), ...processTags(span)]) texts.add(`${key}=${value}`);
      for (const { attributes } of span.events) for (const key in attributes) this.#eventKeys.add(key);
    }
    return bloomOf(texts);
  }

  /** Traces that may match a search, the newest start first. They are unpacked one at a time. */
  *find({ service, operation, period, tags = new Map(), least = 0 }: Search): Generator<FinishedTrace> {
    const isAsked = (one: Operation): boolean =>
      (service === undefined || one.service === service) && (operation === undefined || one.name === operation);
    const texts = [...tags].flatMap(([key, value]) => (this.#eventKeys.has(key) || value === 'false' ? [] : [`${key}=${value}`]));
    const found = this.#within(period).filter(
      (kept) =>
        kept.period.end - kept.period.start >= least && kept.operations.some(isAsked) && texts.every((text) => mayHold(kept.tags, text)),
    );
    found.sort((a, b) => b.outline.start - a.outline.start || (a.outline.id < b.outline.id ? -1 : 1));
    for (const { bytes } of found) yield unpack(bytes);
  }

  #within({ start, end }: Period): Kept[] {
    return [...this.#kept.values()].filter(({ period }) => period.end >= start && period.start <= end);
  }

  services(): string[] {
    return [...new Set(this.operations().map(({ service }) => service))].sort();
  }

  /** Operations of the traces in memory. */
  operations(): Operation[] {
    const all = new Set<Operation>();
    for (const { operations } of this.#kept.values()) for (const operation of operations) all.add(operation);
    return [...all];
  }

  /** Calls between services in all traces of a period. */
  calls(period: Period): Call[] {
    const counts = new Map<string, Call>();
    for (const { calls } of this.#within(period))
      for (const { parent, child, count } of calls) {
        const key = JSON.stringify([parent, child]);
        counts.set(key, { parent, child, count: count + (counts.get(key)?.count ?? 0) });
      }
    return [...counts.values()].sort((a, b) => (a.parent === b.parent ? (a.child < b.child ? -1 : 1) : a.parent < b.parent ? -1 : 1));
  }

  /** Calls back for each new trace. @returns a function that stops it */
  listen(listener: (outline: Outline) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Level 1: five times as fast as the default, and a fifth larger. */
const pack = (trace: FinishedTrace): Uint8Array => {
  const packed = deflateRawSync(JSON.stringify(trace), { level: 1 });
  // zlib's own buffer is larger than its content.
  return new Uint8Array(packed);
};

/** Only for output of `pack`. JSON drops undefined fields, which readers treat the same. */
const unpack = (bytes: Uint8Array): FinishedTrace => {
  const trace: FinishedTrace = JSON.parse(inflateRawSync(bytes).toString());
  return trace;
};

function callsIn(spans: readonly SpanData[]): Call[] {
  const services = new Map(spans.map(({ spanId, service }) => [spanId, service]));
  const calls: { parent: string; child: string; count: number }[] = [];
  for (const { parentSpanId, service: child } of spans) {
    const parent = parentSpanId === undefined ? undefined : services.get(parentSpanId);
    if (parent === undefined) continue;
    const found = calls.find((call) => call.parent === parent && call.child === child);
    if (found === undefined) calls.push({ parent, child, count: 1 });
    else found.count++;
  }
  return calls;
}

/** Spans of both traces, each once. Fields of the action win over those of a part. */
function joined(before: FinishedTrace, trace: FinishedTrace): FinishedTrace {
  const spans = new Map([...before.spans, ...trace.spans].map((span) => [span.spanId, span]));
  const main = before.form === 'action' && trace.form !== 'action' ? before : trace;
  const isRoot = ({ parentSpanId }: { parentSpanId?: string | undefined }): number => (parentSpanId === undefined ? 0 : 1);
  return {
    ...main,
    spans: [...spans.values()].sort(
      (a, b) => isRoot(a) - isRoot(b) || a.start - b.start || a.end - b.end || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    ),
  };
}
