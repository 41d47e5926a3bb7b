import type { Millis } from '../model/line.js';
import { nativeBucketOf, ZERO_THRESHOLD } from './histograms.js';

/** Maximum number of series of a family; further values go to one series with all labels `other`. */
export const MOST_SERIES = 2000;
const OTHER = 'other';
/** A character that no label value contains. */
const SEPARATOR = '\n';
/** Key of a series: its label values. */
export const keyOf = (labels: readonly string[]): string => labels.join(SEPARATOR);

/** The series of one metric, by label values. Bounded. */
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

/** The exemplar of a bucket. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly at: Millis;
}

/** A histogram of one series. `counts` is per bucket; the last one is above all bounds. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  /** counts by native bucket, if a native histogram is kept */
  readonly native: Map<number, number> | undefined;
  /** number of zeros in the native histogram */
  zeros: number;
  sum: number;
}

/** A series as plain JSON: labels and count, or labels, counts per bucket and sum. */
export type SavedCounter = readonly [labels: readonly string[], value: number];
export type SavedDistribution = readonly [
  labels: readonly string[],
  counts: readonly number[],
  sum: number,
  native?: readonly (readonly [bucket: number, count: number])[],
  zeros?: number,
];

/** Counters that are saved across restarts. */
export class Counted {
  readonly labels: readonly string[];
  readonly #series = new Series<{ value: number }>(() => ({ value: 0 }));

  /** @param labels names of the labels */
  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  add(labels: readonly string[], by = 1): void {
    this.#series.of(labels).value += by;
  }

  all(): Iterable<{ readonly labels: readonly string[]; readonly value: { readonly value: number } }> {
    return this.#series.all();
  }

  /** Leaves out series at 0. */
  save(): SavedCounter[] {
    return [...this.#series.all()].filter(({ value: { value } }) => value > 0).map(({ labels, value: { value } }) => [labels, value]);
  }

  /** Replaces the values by saved ones. Invalid entries are left out. */
  restore(saved: unknown): void {
    this.#series.clear();
    for (const entry of listOf(saved)) {
      const [labels, value] = listOf(entry);
      if (areTexts(labels, this.labels.length) && isCount(value)) this.add(labels, value);
    }
  }
}

/**
 * Histograms that are saved across restarts. prom-client's own cannot be set to saved values; these are plain numbers
 * that its registry exposes.
 */
export class Distributions {
  readonly labels: readonly string[];
  readonly isNative: boolean;
  readonly #boundsOf: (labels: readonly string[]) => readonly number[];
  readonly #series: Series<Distribution>;

  /**
   * @param labels names of the labels
   * @param boundsOf rising, inclusive upper bounds of the buckets, by label values; empty if only sum and count are
   * exposed
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

  /** Exposes the series from now on, at 0 until something is observed. */
  begin(labels: readonly string[]): void {
    this.#series.of(labels);
  }

  /** @param isLeast the duration is a lower bound: counted above all bounds */
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

  /** Leaves out series at 0, and exemplars: a scrape has taken them, or they are outdated. */
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
   * Like Counted.restore. A series with other bounds, or without the native histogram that is now kept, starts again
   * from 0; Prometheus handles that as a counter reset.
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
