import { Recent } from './recent.js';
import type { VlogParts } from './vlog.js';

/** Lines that must follow a gap, each numbered by one more than the last, before the gap is believed. */
const PROOF = 8;
/** Processes of one name whose numbers are kept apart, and threads of each. */
const MOST_RUNS = 4;
const MOST_THREADS = 256;
const LONGEST_NAME = 32;

/** Numbers that follow each other: one process's, until it ends or loses some. */
interface Run {
  last: number;
  /** numbers left out before its first line, not believed yet, and the number before those */
  owed: number;
  readonly after: number;
  /** lines since */
  proof: number;
}

/**
 * Finds lines that are missing by their numbers. Every thread of OVS's and OVN's daemons numbers its lines from 1 on, through
 * all rotations; a rate-limited message has no number.
 *
 *     |00041|…  |00042|…                       nothing missing
 *     |00041|…  |00045|…  … |00053|…           3 missing: reported with the line that proves it
 *     |00041|…  |00001|…                       restarted
 *     |00041|…  |00043|…  |00042|…  |00044|…   out of order: nothing missing
 *     |00041|…  |07001|…  |00042|…  |07002|…   two daemons in one journal: nothing missing
 *
 * What is missing before the first line that is seen is not known, and so not reported: reading may begin anywhere.
 */
export class Serials {
  /** what the main thread's next line is, where nothing is owed: nearly always so */
  #next = -1;
  readonly #main: Run[] = [];
  readonly #threads = new Map<string, Run[]>();
  /** made for the first line of another thread: most logs have none, and a process follows many */
  #names: Recent<string> | undefined;

  /** @returns how many lines are now known to be missing that were not before; nearly always 0 */
  missing(bytes: Buffer, parts: VlogParts): number {
    const { serial } = parts;
    if (parts.threadStart !== parts.threadEnd) {
      this.#names ??= new Recent(LONGEST_NAME, (name) => name);
      return follow(this.#runsOf(this.#names.of(bytes, parts.threadStart, parts.threadEnd)), serial);
    }
    if (serial === this.#next) {
      this.#next++;
      return 0;
    }
    const [newest] = this.#main;
    if (newest !== undefined && this.#next !== -1) newest.last = this.#next - 1;
    const missing = follow(this.#main, serial);
    const { last, owed } = this.#main[0]!;
    this.#next = owed === 0 ? last + 1 : -1;
    return missing;
  }

  #runsOf(thread: string): Run[] {
    const known = this.#threads.get(thread);
    if (known !== undefined) return known;
    if (this.#threads.size >= MOST_THREADS) this.#threads.clear();
    const runs: Run[] = [];
    this.#threads.set(thread, runs);
    return runs;
  }
}

function follow(runs: Run[], serial: number): number {
  const newest = runs[0];
  if (newest === undefined || serial !== newest.last + 1) {
    jump(runs, serial);
    return 0;
  }
  newest.last = serial;
  if (newest.owed === 0 || ++newest.proof < PROOF) return 0;
  const { owed } = newest;
  newest.owed = 0;
  return owed;
}

/** A line that does not continue what came last: it continues another run, or begins one. */
function jump(runs: Run[], serial: number): void {
  if (runs.some(({ last }) => last === serial)) return;
  let before = 0;
  for (const run of runs) {
    if (run.last < serial) before = Math.max(before, run.last);
    // What was taken for a gap after that number was another's beginning.
    if (run.after === serial - 1) run.owed = 0;
  }
  const continued = runs.findIndex(({ last }) => last === serial - 1);
  const [run] = continued === -1 ? [] : runs.splice(continued, 1);
  const owed = before === 0 ? 0 : serial - before - 1;
  runs.unshift(run === undefined ? { last: serial, owed, after: before, proof: 0 } : Object.assign(run, { last: serial }));
  if (runs.length > MOST_RUNS) runs.pop();
}
