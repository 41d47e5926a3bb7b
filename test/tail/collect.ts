import type { CounterName } from '../../src/model/counters.js';
import type { LineSink } from '../../src/model/line.js';

/** A sink that keeps lines as text, with their offsets. */
export function collectLines(): { readonly sink: LineSink; readonly lines: string[]; readonly offsets: number[] } {
  const lines: string[] = [];
  const offsets: number[] = [];
  return {
    lines,
    offsets,
    sink(bytes, start, end, offset) {
      lines.push(bytes.toString('latin1', start, end));
      offsets.push(offset);
    },
  };
}

/** A counter that can be asked. */
export function tally() {
  const counts: Partial<Record<CounterName, number>> = {};
  return {
    counts,
    count(name: CounterName, by = 1) {
      counts[name] = (counts[name] ?? 0) + by;
    },
  };
}
