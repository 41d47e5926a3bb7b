import type { Millis } from '../model/line.js';
import { nativeBucketOf, ZERO_THRESHOLD } from './histograms.js';

/** A family has at most so many series; what comes beyond is put into one whose labels all say `other`. */
export const MOST_SERIES = 2000;
const OTHER = 'other';
/** No label's value is in it, as all of them come from logs' lines and tables. */
const SEPARATOR = '\n';
/** Identifies a series of its metric: the values of its labels. */
export const keyOf = (labels: readonly string[]): string => labels.join(SEPARATOR);

/** The series of one metric, by the values of its labels; bounded. */
class Series<T> {
  readonly #byKey = new Map<string, { readonly labels: readonly string[]; readonly value: T }>();
  readonly #make: (labels: readonly string[]) => T;

  constructor(make: (labels: readonly string[]) => T) {
    this.#make = make;
  }

  of(labels: readonly string[]): T {
    const key = keyOf(labels);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.value;
    const others = labels.map(() => OTHER);
    if (this.#byKey.size >= MOST_SERIES - 1 && key !== keyOf(others)) return this.of(others);
    const value = this.#make(labels);
    this.#byKey.set(key, { labels, value });
    return value;
  }

  all(): Iterable<{ readonly labels: readonly string[]; readonly value: T }> {
    return this.#byKey.values();
  }

  clear(): void {
    this.#byKey.clear();
  }
}

/** A trace to look at, for a bucket that it fell into. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly at: Millis;
}

/** What a histogram has seen under one set of labels. `counts` are per bucket, the last is beyond all bounds. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  /** counts by the buckets of a native histogram, of which there is one */
  readonly native: Map<number, number> | undefined;
  /** how many were nothing, of a native histogram */
  zeros: number;
  sum: number;
}

/** The values of a series as plain JSON: its labels, and its count or its counts per bucket and their sum. */
export type SavedCounter = readonly [labels: readonly string[], value: number];
export type SavedDistribution = readonly [
  labels: readonly string[],
  counts: readonly number[],
  sum: number,
  native?: readonly (readonly [bucket: number, count: number])[],
  zeros?: number,
];

/** Counters that outlive the process. */
export class Counted {
  readonly labels: readonly string[];
  readonly #series = new Series<{ value: number }>(() => ({ value: 0 }));

  /** @param labels their names */
  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  add(labels: readonly string[], by = 1): void {
    this.#series.of(labels).value += by;
  }

  all(): Iterable<{ readonly labels: readonly string[]; readonly value: { readonly value: number } }> {
    return this.#series.all();
  }

  /** Without those at 0. */
  save(): SavedCounter[] {
    return [...this.#series.all()].filter(({ value: { value } }) => value > 0).map(({ labels, value: { value } }) => [labels, value]);
  }

  /** Takes what was saved in place of what is here. What is not as it was saved is left out. */
  restore(saved: unknown): void {
    this.#series.clear();
    for (const entry of listOf(saved)) {
      const [labels, value] = listOf(entry);
      if (areTexts(labels, this.labels.length) && isCount(value)) this.add(labels, value);
    }
  }
}

/**
 * Histograms that outlive the process. prom-client's own cannot be set to what was saved, and their buckets are of one
 * process; these are plain numbers, and prom-client's registry exposes them.
 */
export class Distributions {
  readonly labels: readonly string[];
  readonly isNative: boolean;
  readonly #boundsOf: (labels: readonly string[]) => readonly number[];
  readonly #series: Series<Distribution>;

  /**
   * @param labels their names
   * @param boundsOf upper bounds of the buckets, inclusive, rising, by the values of the labels; empty if only sum and count are exposed
   * @param isNative whether a native histogram is kept as well
   */
  constructor(labels: readonly string[], boundsOf: (labels: readonly string[]) => readonly number[], isNative = false) {
    this.labels = labels;
    this.isNative = isNative;
    this.#boundsOf = boundsOf;
    this.#series = new Series((of) => {
      const bounds = boundsOf(of);
      return {
        bounds,
        counts: Array.from({ length: bounds.length + 1 }, () => 0),
        exemplars: Array.from({ length: bounds.length + 1 }, () => undefined),
        native: isNative ? new Map() : undefined,
        zeros: 0,
        sum: 0,
      };
    });
  }

  /** Exposes the series from now on, with 0 until something is observed. */
  begin(labels: readonly string[]): void {
    this.#series.of(labels);
  }

  /** @param isLeast it took longer than this, by an unknown time: counted above all bounds */
  observe(labels: readonly string[], value: number, exemplar?: Omit<Exemplar, 'value'>, isLeast = false): void {
    const series = this.#series.of(labels);
    const within = placeOf(series.bounds, value);
    const place = isLeast ? series.bounds.length : within;
    series.counts[place]! += 1;
    series.sum += value;
    if (value <= ZERO_THRESHOLD) series.zeros += 1;
    else addTo(series.native, nativeBucketOf(value), 1);
    // A bucket's example must lie in the bucket.
    if (exemplar !== undefined && place === within) series.exemplars[place] = { ...exemplar, value };
  }

  all(): Iterable<{ readonly labels: readonly string[]; readonly value: Distribution }> {
    return this.#series.all();
  }

  /** Without those at 0, and without the examples: a scrape has taken them, or they are of no use any more. */
  save(): { readonly bounds: readonly (readonly number[])[]; readonly series: SavedDistribution[] } {
    const series = [...this.#series.all()].filter(({ value: { counts } }) => counts.some((count) => count > 0));
    return {
      bounds: [...new Map(series.map(({ value: { bounds } }) => [bounds.join(), bounds])).values()],
      series: series.map(({ labels, value: { counts, sum, native, zeros } }) => [
        labels,
        [...counts],
        sum,
        ...(native === undefined ? ([] as const) : ([[...native], zeros] as const)),
      ]),
    };
  }

  /**
   * As Counted. Of a series with other buckets, or without the native histogram that is to be kept, nothing can be taken: it begins anew,
   * which Prometheus knows how to read.
   */
  restore(saved: unknown): void {
    this.#series.clear();
    const { bounds, series } = (saved ?? {}) as { bounds?: unknown; series?: unknown };
    const known = new Set(listOf(bounds).map(String));
    for (const entry of listOf(series)) {
      const [labels, counts, sum, native, zeros] = listOf(entry);
      if (!areTexts(labels, this.labels.length) || !isCount(sum)) continue;
      const own = this.#boundsOf(labels);
      if (!known.has(own.join()) || !Array.isArray(counts) || counts.length !== own.length + 1 || !counts.every(isCount)) continue;
      const buckets = listOf(native).filter(isBucket);
      if (this.isNative && (!isCount(zeros) || total(buckets) + zeros !== total(counts.map((count) => [0, count])))) continue;
      const into = this.#series.of(labels);
      counts.forEach((count, place) => {
        into.counts[place]! += count;
      });
      for (const [bucket, count] of buckets) addTo(into.native, bucket, count);
      into.zeros += isCount(zeros) ? zeros : 0;
      into.sum += sum;
    }
  }
}

const addTo = (buckets: Map<number, number> | undefined, bucket: number, count: number): void => {
  buckets?.set(bucket, (buckets.get(bucket) ?? 0) + count);
};

const total = (buckets: readonly (readonly [bucket: number, count: number])[]): number =>
  buckets.reduce((sum, [, count]) => sum + count, 0);

function placeOf(bounds: readonly number[], value: number): number {
  const place = bounds.findIndex((bound) => value <= bound);
  return place === -1 ? bounds.length : place;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isBucket = (value: unknown): value is readonly [bucket: number, count: number] =>
  Array.isArray(value) && value.length === 2 && Number.isInteger(value[0]) && isCount(value[1]);
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const areTexts = (value: unknown, length: number): value is readonly string[] =>
  Array.isArray(value) && value.length === length && value.every((each) => typeof each === 'string');
