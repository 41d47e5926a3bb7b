import { setImmediate as nextTick } from 'node:timers/promises';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { minutes, seconds } from '../model/time.js';
import type { LogPosition, Place } from '../tail/position.js';
import type { Begin, PollReport, SourceReport, Tailer } from '../tail/tailer.js';
import { cursorOf, Rejoin, writtenAt } from './cursor.js';
import { type From, journalArguments, journalName } from './place.js';
import { type Ended, JournalProcess } from './process.js';

export interface JournalTailerOptions {
  readonly path: string;
  /** as in TailerOptions */
  readonly open: (path: string) => LineSink | undefined;
  readonly begin: (path: string, isFirst: boolean) => Begin;
  /** where the previous process stopped, for a log that begins at a position */
  readonly from: From | undefined;
  readonly clock: Clock;
  readonly count: Count;
}

/** A place in the output of journalctl, and how to return to it. */
interface Reached {
  readonly place: Place;
  readonly from: From;
}

interface Entry {
  readonly bytes: Buffer;
  readonly cursor: string;
}

const MIB = 1024 * 1024;
/** journalctl blocks when the pipe has this many bytes: a poll that finds less has read everything. */
const PIPE = 32 * 1024;
/** Maximum number of places kept; beyond it, every second one is dropped, and a restart reads a little more. */
const MOST_REACHED = 8192;
const LONGEST_WAIT: Millis = seconds(60);
const SHORTEST_WAIT: Millis = seconds(1);
/** The lines pass two streams, so this many turns of the event loop without data mean the end. */
const QUIET_TURNS = 3;
/**
 * If the last place is unknown, reading starts this long before: traces have fixed ids, so repeated lines do no harm.
 */
const BEFORE: Millis = minutes(1);
/** Maximum time for journalctl to reach the entry at which reading stopped. */
const STARTING: Millis = seconds(30);
const GONE = 'the entry at which reading stopped is no longer in the journal';

/**
 * Follows the journal. Offsets count the bytes of entries that were handed over; the cursor identifies the entry at an offset.
 *
 *     catch up (no --follow) ──ends cleanly──▶ follow ──journalctl ends──▶ wait, longer each time ──▶ catch up
 *
 * Catching up runs without --follow, because only the end of that run proves that no older entry will follow.
 */
export class JournalTailer implements Tailer {
  readonly #options: JournalTailerOptions;
  readonly #name: string;
  readonly #sink: LineSink | undefined;
  readonly #begun: Place;
  #place: Place;
  #from: From;
  #reached: Reached[];
  #child: JournalProcess | undefined;
  /** set until the entry at which reading stopped was found, or is known to be gone */
  #rejoin: Rejoin<Entry> | undefined;
  /** the last line, if it is no whole entry */
  #cut: Buffer | undefined;
  #isFollowing = false;
  #fault: string | undefined;
  #lost: string | undefined;
  #wait = SHORTEST_WAIT;
  #retryAt: Millis = Number.NEGATIVE_INFINITY;
  #startedAt: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: JournalTailerOptions) {
    this.#options = options;
    this.#name = journalName(options.path);
    this.#sink = options.open(this.#name);
    const begin = options.begin(this.#name, true);
    this.#begun = typeof begin === 'object' && 'position' in begin ? begin.at : { file: 0, offset: 0 };
    this.#from = options.from ?? (typeof begin === 'object' && 'timeIn' in begin ? { since: begin.since } : 'oldest');
    this.#place = this.#begun;
    this.#reached = [{ place: this.#place, from: this.#from }];
  }

  async poll(budgetOf: (path: string) => number | undefined = () => undefined): Promise<PollReport> {
    const { clock } = this.#options;
    const at = clock.now();
    if (this.#sink === undefined) return { at, readBytes: 0, sources: [], missing: [] };
    const budget = budgetOf(this.#name) ?? MIB;
    if (this.#child === undefined && at >= this.#retryAt && budget > 0) this.#start();
    const isFollowing = this.#isFollowing;
    const readBytes = budget > 0 && this.#child !== undefined ? await this.#read(this.#child, this.#sink, budget) : 0;
    const ended = this.#child?.ended;
    if (ended !== undefined) this.#end(ended, this.#sink, at);
    const hasBegun = this.#rejoin === undefined || at - this.#startedAt > STARTING;
    const lost = this.#lost;
    this.#lost = undefined;
    const hasAll = this.#isFollowing && (budget > 0 ? readBytes < Math.min(PIPE, budget) : this.#child?.hasLines === false);
    const behind = hasAll ? undefined : this.#newest;
    if (this.#fault !== undefined) this.#options.count('sources_unreadable', 1, this.#name);
    const source: SourceReport = {
      path: this.#name,
      readBytes,
      lagBytes: 0,
      ...(behind !== undefined && { behind }),
      ...(lost !== undefined && { lost }),
      atEnd: isFollowing && hasBegun && this.#child !== undefined && budget > 0 && readBytes < Math.min(PIPE, budget),
      partial: false,
      begun: this.#begun,
      place: this.#place,
      readable: this.#fault === undefined,
      ...(this.#fault !== undefined && { reason: this.#fault }),
    };
    return { at, readBytes, sources: [source], missing: [] };
  }

  get openFiles(): number {
    return this.#child === undefined ? 0 : 1;
  }

  positions(): LogPosition[] {
    // A journal identifies its place by cursors, not by the file ids of a position.
    return [{ path: this.#name, files: [{ ...this.#place, dev: 0, ino: 0, headBytes: 0, headHash: '', markerHash: '' }] }];
  }

  release(): void {}

  /** Returns how to resume at a place, or at the nearest one before it, and drops earlier places. */
  comeBack({ file, offset }: Place): Reached {
    let last = 0;
    for (const [i, { place }] of this.#reached.entries())
      if (place.file < file || (place.file === file && place.offset <= offset)) last = i;
    this.#reached.splice(0, last);
    return this.#reached[0]!;
  }

  async close(): Promise<void> {
    await this.#child?.stop();
    this.#child = undefined;
  }

  /** Time of writing of the newest entry read. */
  get #newest(): Millis | undefined {
    if (this.#from === 'oldest') return undefined;
    return 'since' in this.#from ? this.#from.since : writtenAt(this.#from.cursor);
  }

  #start(): void {
    const from = this.#from;
    this.#rejoin = from !== 'oldest' && 'cursor' in from ? new Rejoin(from.cursor) : undefined;
    this.#startedAt = this.#options.clock.now();
    this.#child = new JournalProcess(journalArguments(this.#options.path, from, this.#isFollowing));
  }

  async #read(child: JournalProcess, sink: LineSink, budget: number): Promise<number> {
    let readBytes = 0;
    for (let quiet = 0; readBytes < budget && quiet < QUIET_TURNS; ) {
      const line = child.read();
      if (line === undefined) {
        quiet++;
        await nextTick();
        continue;
      }
      quiet = 0;
      const bytes = Buffer.from(line);
      readBytes += bytes.length + 1;
      const cursor = cursorOf(line);
      this.#dropCut(sink);
      if (cursor === undefined) this.#cut = bytes;
      else this.#take({ bytes, cursor }, sink);
    }
    this.#note();
    return readBytes;
  }

  #take(entry: Entry, sink: LineSink): void {
    this.#fault = undefined;
    this.#wait = SHORTEST_WAIT;
    const rejoined = this.#rejoin?.next(entry.cursor, entry);
    if (rejoined === undefined) return this.#handOver(entry, sink);
    if (rejoined.is === 'sought') return;
    this.#rejoin = undefined;
    if (rejoined.is === 'gone') this.#missed('reading continues with the next one', rejoined.entries, sink);
  }

  #handOver({ bytes, cursor }: Entry, sink: LineSink): void {
    const { file, offset } = this.#place;
    sink(bytes, 0, bytes.length, offset, file);
    this.#place = { file, offset: offset + bytes.length + 1 };
    this.#from = { cursor };
  }

  /** The entry at which reading stopped is gone, perhaps with later ones. */
  #missed(goesOn: string, entries: readonly Entry[], sink: LineSink): void {
    this.#options.count('files_lost', 1, this.#name);
    this.#lost = `${GONE}: ${goesOn}, and what was written between may be lost`;
    this.#place = { file: this.#place.file + 1, offset: 0 };
    for (const entry of entries) this.#handOver(entry, sink);
    this.#note();
  }

  /**
   * A line without a cursor counts as damaged once another line follows. At the end it is an entry cut by the end of
   * journalctl, and is read again.
   */
  #dropCut(sink: LineSink): void {
    const bytes = this.#cut;
    this.#cut = undefined;
    if (bytes !== undefined) sink(bytes, 0, bytes.length, this.#place.offset, this.#place.file);
  }

  #note(): void {
    const { file, offset } = this.#reached.at(-1)!.place;
    if (file === this.#place.file && offset === this.#place.offset) return;
    this.#reached.push({ place: this.#place, from: this.#from });
    // The first one stays: nothing else leads back to where reading began.
    if (this.#reached.length > MOST_REACHED) this.#reached = this.#reached.filter((_, i) => i % 2 === 0);
  }

  #end(ended: Ended, sink: LineSink, now: Millis): void {
    this.#child = undefined;
    this.#cut = undefined;
    const rejoin = this.#rejoin;
    this.#rejoin = undefined;
    if (ended.isClean && !this.#isFollowing) {
      this.#fault = undefined;
      // Not even the entry itself was there, nor any later one: it is gone, or the clock was set back since.
      if (rejoin !== undefined) return this.#restartNear(now, sink);
      this.#isFollowing = true;
      this.#start();
      return;
    }
    this.#isFollowing = false;
    if (ended.isCursorGone && this.#from !== 'oldest') return this.#restartNear(now, sink);
    this.#fault = `${ended.what}: ${ended.remedy}`;
    this.#retryAt = now + this.#wait;
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #restartNear(now: Millis, sink: LineSink): void {
    const since = Math.min(now, this.#newest ?? now) - BEFORE;
    this.#from = { since };
    this.#missed(`reading goes on with those since ${new Date(since).toISOString()}`, [], sink);
  }
}
