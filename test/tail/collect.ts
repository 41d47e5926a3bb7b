import type { CounterName } from '../../src/model/counters.js';
import type { LineSink } from '../../src/model/line.js';
import type { LogPosition } from '../../src/tail/position.js';
import type { Begin } from '../../src/tail/tailer.js';

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

/** Begins each log where an earlier tailer was when it gave these positions: at the end of what it had read. */
export function goingOn(positions: readonly LogPosition[]): (path: string) => Begin {
  return (path) => {
    const position = positions.find((each) => each.path === path);
    const last = position?.files.at(-1);
    return position === undefined || last === undefined ? 'beginning' : { position, at: { file: last.file, offset: last.offset } };
  };
}
