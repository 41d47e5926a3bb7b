import { type Count, type CounterName, counterNames, counters } from '../model/counters.js';

/** Maximum number of label values of a counter; further values are counted together, so that sums stay right. */
const MOST_LABELS = 200;
const OTHER = 'other';

/** Counters of this process since its start: by label, `''` without a label. */
export class Tallies {
  readonly #counted = new Map<CounterName, Map<string, number>>(
    counterNames.map((name) => [name, new Map(counters[name].label === undefined ? [['', 0]] : [])]),
  );

  readonly count: Count = (name, by = 1, label) => {
    const values = this.#counted.get(name)!;
    const key = counters[name].label === undefined ? '' : bounded(values, label);
    values.set(key, (values.get(key) ?? 0) + by);
  };

  of(name: CounterName): ReadonlyMap<string, number> {
    return this.#counted.get(name)!;
  }
}

const bounded = (values: ReadonlyMap<string, number>, label: string | undefined): string =>
  label === undefined || label === '' || (!values.has(label) && values.size >= MOST_LABELS - 1) ? OTHER : label;
