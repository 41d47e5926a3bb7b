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
  /** name of the set, put before its notes */
  readonly name: string | undefined;
  readonly paths: readonly string[];
  /** Receives each trace; the trace is not kept. */
  readonly take: (trace: FinishedTrace) => void;
  /** Receives the zone of local times, before the first trace. */
  readonly onZone: (zone: string) => void;
}

/**
 * Reads one set of logs from start to end, as `replay` does, without their lines.
 * @returns a summary; or an exit code if interrupted, as half a set must not be compared
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
