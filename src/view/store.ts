import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { boundsOf } from '../export/terminal/reading.js';
import type { FinishedTrace } from '../model/span.js';
import { outlineOf } from './outline.js';
import type { Outline } from './types.js';

interface Kept {
  readonly outline: Outline;
  /** the trace, packed: a tenth of what it takes as JSON */
  readonly bytes: Uint8Array;
  readonly services: ReadonlySet<string>;
  readonly period: Period;
}

/** From the first moment of any span to the last, in epoch milliseconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

export interface StoreLimits {
  readonly traces: number;
  /** of packed traces; their outlines take some 5 kB each beside */
  readonly bytes: number;
}

const DEFAULTS: StoreLimits = { traces: 50_000, bytes: 256 * 1024 * 1024 };

/**
 * Finished traces in memory: each as packed bytes, and an outline for the list and the charts. When there are too many, the oldest
 * by arrival go, and are counted.
 */
export class TraceStore {
  readonly #limits: StoreLimits;
  /** by trace id, in the order of arrival */
  readonly #kept = new Map<string, Kept>();
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

  /** traces that had to go */
  get dropped(): number {
    return this.#dropped;
  }

  /** What one process says of an action joins what another said of it: they have one trace id. */
  add(trace: FinishedTrace): void {
    const before = this.get(trace.traceId);
    const whole = before === undefined ? trace : joined(before, trace);
    this.#remove(trace.traceId);
    const outline = outlineOf(whole);
    const services = new Set(whole.spans.map(({ service }) => service));
    const kept: Kept = { outline, bytes: pack(whole), services, period: boundsOf(whole) };
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

  /**
   * Traces that a service took part in, and that were under way in a period; the last begun first. They are unpacked one at a time.
   *
   * @param service any where it is undefined
   */
  *find(service: string | undefined, { start, end }: Period): Generator<FinishedTrace> {
    const found = [...this.#kept.values()].filter(
      ({ period, services }) => (service === undefined || services.has(service)) && period.end >= start && period.start <= end,
    );
    found.sort((a, b) => b.outline.start - a.outline.start || (a.outline.id < b.outline.id ? -1 : 1));
    for (const { bytes } of found) yield unpack(bytes);
  }

  services(): string[] {
    const all = new Set<string>();
    for (const { services } of this.#kept.values()) for (const service of services) all.add(service);
    return [...all].sort();
  }

  /** Calls back for each trace that comes. @returns what ends it */
  listen(listener: (outline: Outline) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Level 1: five times as fast as the default, and a fifth larger. */
const pack = (trace: FinishedTrace): Uint8Array => {
  const packed = deflateRawSync(JSON.stringify(trace), { level: 1 });
  // zlib's own buffer is larger than what it holds.
  return new Uint8Array(packed);
};

/** What `pack` made, and nobody else. JSON leaves out what is undefined, which reading takes for the same. */
const unpack = (bytes: Uint8Array): FinishedTrace => {
  const trace: FinishedTrace = JSON.parse(inflateRawSync(bytes).toString());
  return trace;
};

/** Spans of both, each once. The action knows more than a part of it. */
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
