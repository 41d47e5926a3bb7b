import { outcomeOf } from '../export/terminal/reading.js';
import { type Count, type CounterName, counterNames, counters } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { type FinishedTrace, outcomes as outcomeNames } from '../model/span.js';

/** What a replay found and what it passed over. */
export interface Tally {
  readonly count: Count;
  saw(trace: FinishedTrace): void;
  /** For stderr: outcomes, lines, and every counter that is not zero, since nothing is dropped in silence. */
  summary(facts: { readonly took: Millis; readonly bytes: number }): string;
}

/** Said by the first line of the summary already. */
const SAID: readonly CounterName[] = ['lines', 'actions', 'fragments'];
const MOST_LABELS = 3;

export function createTally(): Tally {
  const totals = new Map<CounterName, { sum: number; labels: Map<string, number> }>();
  const outcomes = new Map<string, number>();
  const forms = { action: 0, fragment: 0, 'network-ready': 0 };

  return {
    count(name, by = 1, label) {
      const total = totals.get(name) ?? { sum: 0, labels: new Map<string, number>() };
      total.sum += by;
      if (label !== undefined) total.labels.set(label, (total.labels.get(label) ?? 0) + by);
      totals.set(name, total);
    },

    saw(trace) {
      forms[trace.form]++;
      const outcome = outcomeOf(trace);
      if (trace.form === 'action' && outcome !== undefined) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },

    summary({ took, bytes }) {
      const by = outcomeNames.filter((outcome) => outcomes.has(outcome)).map((outcome) => `${outcomes.get(outcome)} ${outcome}`);
      const lines = totals.get('lines')?.sum ?? 0;
      const seconds = Math.max(took, 1) / 1000;
      const first = [
        `${many(forms.action, 'action')}${by.length === 0 ? '' : `: ${by.join(', ')}`}`,
        ...(forms.fragment === 0 ? [] : [`${many(forms.fragment, 'part')} of actions whose root is not in these logs`]),
        `${many(lines, 'line')} in ${seconds.toFixed(1)} s${bytes > 0 ? ` (${(bytes / 1e6 / seconds).toFixed(1)} MB/s)` : ''}`,
      ].join('; ');

      const rest = counterNames.filter((name) => !SAID.includes(name) && (totals.get(name)?.sum ?? 0) > 0);
      const width = Math.max(0, ...rest.map((name) => name.length));
      return [
        first,
        ...rest.map((name) => {
          const { sum, labels } = totals.get(name)!;
          return `  ${name.padEnd(width)} ${grouped(sum).padStart(11)}  ${counters[name].help}${largest(labels)}`;
        }),
        '',
      ].join('\n');
    },
  };
}

function largest(labels: ReadonlyMap<string, number>): string {
  if (labels.size === 0) return '';
  const sorted = [...labels].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, MOST_LABELS).map(([label, n]) => `${label} ${grouped(n)}`);
  return ` (${shown.join(', ')}${sorted.length > MOST_LABELS ? `, and ${sorted.length - MOST_LABELS} more` : ''})`;
}

/** `1,234,567`. Written by hand: to load what is known of languages takes longer than all else that is done at the end. */
const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
const many = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;
