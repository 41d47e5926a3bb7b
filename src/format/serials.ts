import { Recent } from './recent.js';
import type { VlogParts } from './vlog.js';

/** How many lines with consecutive numbers must follow a gap before it is reported. */
const PROOF = 8;
/** How many processes are followed at a time, and threads of each. */
const MAX_RUNS = 4;
const MAX_THREADS = 256;
const MAX_NAME = 32;

/** A run of consecutive numbers of one process. */
interface Run {
  last: number;
  /** the size of the gap before its first line, while that is not proven, and the number before the gap */
  unproven: number;
  readonly after: number;
  /** the number of lines since the gap */
  proof: number;
}

/**
 * Finds missing lines by their serial numbers. Each thread of an OVS or OVN daemon numbers its lines from 1, across all
 * rotations. A rate-limited message has no number.
 *
 *     |00041|…  |00042|…                       nothing missing
 *     |00041|…  |00045|…  … |00053|…           3 missing: reported with the line that proves it
 *     |00041|…  |00001|…                       restarted
 *     |00041|…  |00043|…  |00042|…  |00044|…   out of order: nothing missing
 *     |00041|…  |07001|…  |00042|…  |07002|…   two daemons in one journal: nothing missing
 *
 * Lines before the first one are never reported as missing, because reading may start anywhere.
 */
export class Serials {
  /** the next number of the main thread if there is no unproven gap, which is nearly always so; otherwise -1 */
  #next = -1;
  readonly #main: Run[] = [];
  readonly #threads = new Map<string, Run[]>();
  /** created with the first line of another thread, because most logs have none */
  #names: Recent<string> | undefined;

  /** @returns the number of missing lines that this line proves; nearly always 0 */
  missing(bytes: Buffer, parts: VlogParts): number {
    const { serial } = parts;
    if (parts.threadStart !== parts.threadEnd) {
      this.#names ??= new Recent(MAX_NAME, (name) => name);
      return follow(this.#runsOf(this.#names.of(bytes, parts.threadStart, parts.threadEnd)), serial);
    }
    if (serial === this.#next) {
      this.#next++;
      return 0;
    }
    const [newest] = this.#main;
    if (newest !== undefined && this.#next !== -1) newest.last = this.#next - 1;
    const missing = follow(this.#main, serial);
    const { last, unproven } = this.#main[0]!;
    this.#next = unproven === 0 ? last + 1 : -1;
    return missing;
  }

  #runsOf(thread: string): Run[] {
    const known = this.#threads.get(thread);
    if (known !== undefined) return known;
    if (this.#threads.size >= MAX_THREADS) this.#threads.clear();
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
  if (newest.unproven === 0 || ++newest.proof < PROOF) return 0;
  const { unproven } = newest;
  newest.unproven = 0;
  return unproven;
}

/** Handles a line that does not continue the newest run: it continues another run or starts one. */
function jump(runs: Run[], serial: number): void {
  if (runs.some(({ last }) => last === serial)) return;
  let before = 0;
  for (const run of runs) {
    if (run.last < serial) before = Math.max(before, run.last);
    // The gap after that number was the start of another process.
    if (run.after === serial - 1) run.unproven = 0;
  }
  const continued = runs.findIndex(({ last }) => last === serial - 1);
  const [run] = continued === -1 ? [] : runs.splice(continued, 1);
  const unproven = before === 0 ? 0 : serial - before - 1;
  runs.unshift(run === undefined ? { last: serial, unproven, after: before, proof: 0 } : Object.assign(run, { last: serial }));
  if (runs.length > MAX_RUNS) runs.pop();
}
