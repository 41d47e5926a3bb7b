import type { FinishedTrace } from '../model/span.js';
import type { UnreadLog } from '../model/unread.js';
import { type Io, write } from './command.js';
import { nothingOf } from './notes.js';
import { Overview } from './overview.js';
import { createProgress } from './progress.js';
import { type ReadingValues, readingOf } from './reading.js';
import { interruptedBy } from './signals.js';
import { createTally } from './tally.js';
import { generalZone, zoneTaken } from './zone.js';

export type SourceValues = ReadingValues & { readonly quiet: boolean };

export interface SetReading {
  /** what the set is called, before what is noted of it */
  readonly name: string | undefined;
  readonly paths: readonly string[];
  /** Takes each trace, and forgets it. */
  readonly take: (trace: FinishedTrace) => void;
  /** Takes the zone of times without one, before any trace is given. */
  readonly onZone: (zone: string) => void;
}

/**
 * Reads one set of logs from end to end, as `replay` does, without their lines.
 *
 * @returns what it holds; an exit code where it was interrupted: half a set is not compared
 */
export async function readSet(io: Io, { name, paths, take, onZone }: SetReading, values: SourceValues): Promise<Overview | number> {
  const { engine, signal, stderr, isTTY } = io;
  const reading = readingOf(paths, values, io);
  onZone(reading.zone === 'auto' ? 'UTC' : generalZone(reading.zone));
  const tally = createTally();
  const progress = await createProgress(io, !values.quiet && isTTY.stderr);
  const all = new Overview();
  const unread: UnreadLog[] = [];
  const noted: string[] = [];
  try {
    const found = engine.replay({
      ...reading,
      lines: 'off',
      count: tally.count,
      onProven: ({ zones }) => {
        onZone(generalZone(zones));
        noted.push(`local times are read as ${zones}`);
      },
      onZone: (taken, host) => noted.push(zoneTaken(taken, host)),
      onWrongZone: ({ what, remedy }) => noted.push(`${what}: ${remedy}`),
      onCutOff: (path, what) => noted.push(`of ${path}, ${what}`),
      onUnread: (log) => unread.push(log),
      onProgress: progress.update,
    });
    for await (const trace of found) {
      all.add(trace);
      take(trace);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  if (signal.aborted) return interruptedBy(signal, stderr, 'what was read until then is no whole set, and is not shown');
  const nothing = nothingOf(paths, tally, unread);
  if (nothing !== undefined && all.isEmpty) throw nothing;
  if (!values.quiet) {
    const of = name === undefined ? '' : `${name}: `;
    await write(stderr, [...noted, ...tally.faults()].map((text) => `note: ${of}${text}\n`).join(''));
  }
  return all;
}
