import { type ClosedRecord, RECORD_LIFETIME, REREAD_LEAD } from '../correlate/closed-record.js';
import { wasSaved } from '../correlate/saved.js';
import { LEAD } from '../correlate/times.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import type { Place } from '../tail/position.js';
import { Ledger } from './checkpoint/ledger.js';
import type { DecisionLog } from './decisions.js';
import type { LiveTrace, SavedLog, SavedLogs } from './saved-logs.js';

/**
 * Where following begins.
 * - `backfill`: at the oldest line; every action is exported.
 * - `look-back`: actions are exported that began at most `lookBack` before now and end after now.
 * - `resume`: where the previous process stopped.
 */
export type Start =
  | { readonly from: 'backfill' }
  | { readonly from: 'look-back'; readonly lookBack: Millis }
  | { readonly from: 'resume'; readonly saved: SavedLogs };

/** State of the previous process, and the point from which the next one must read again. */
export class ResumePoint {
  /** Actions that began before this process are exported only if the previous one held them open. */
  readonly since: Millis;
  readonly saved: SavedLogs | undefined;
  readonly #start: Start;
  readonly #startedAt: Millis;
  readonly #logs: ReadonlyMap<string, SavedLog>;
  readonly #ledger: Ledger;
  readonly #count: Count;
  readonly #decisions: DecisionLog | undefined;
  #horizon: Millis;

  constructor(start: Start, startedAt: Millis, count: Count, decisions?: DecisionLog) {
    this.#start = start;
    this.#startedAt = startedAt;
    this.#count = count;
    this.#decisions = decisions;
    this.saved = start.from === 'resume' ? start.saved : undefined;
    this.#logs = new Map(this.saved?.logs.map((log) => [log.position.path, log]));
    this.#ledger = new Ledger(this.saved?.told);
    for (const { told } of this.saved?.undelivered ?? []) this.#ledger.add(told);
    this.#horizon = firstHorizon(start, startedAt);
    this.since = this.#horizon;
  }

  /** All actions that began before it are finished. */
  get horizon(): Millis {
    return this.#horizon;
  }

  /** A restart reads all lines since this time again. */
  get rereadSince(): Millis {
    return this.#horizon - REREAD_LEAD;
  }

  get records(): ClosedRecord[] {
    return this.#ledger.entries;
  }

  get logs(): Iterable<SavedLog> {
    return this.#logs.values();
  }

  logAt(path: string): SavedLog | undefined {
    return this.#logs.get(path);
  }

  /**
   * Whether the previous process has read a line.
   * @param place current place of this process; undefined before the first poll
   */
  wasRead({ path, offset }: { readonly path: string; readonly offset: number }, place: Place | undefined): boolean {
    const before = this.#logs.get(path);
    const last = before?.position.files.at(-1);
    if (before === undefined || last === undefined) return false;
    const { file } = place ?? before.at;
    return file === last.file ? offset < last.offset : file < last.file;
  }

  /** Whether an action must be exported: the previous process has not exported or skipped it. */
  isNew(record: ClosedRecord): boolean {
    if (this.#ledger.has(record)) {
      this.#count('duplicate_traces');
      this.#decisions?.notSent(record, 'already sent');
      return false;
    }
    const isOld = record.began < this.since && !wasSaved(this.saved?.long, record);
    if (isOld || (this.#start.from === 'look-back' && record.to < this.#startedAt)) {
      this.#count('pre_start_traces');
      this.#decisions?.notSent(record, 'before the start');
      return false;
    }
    return true;
  }

  /** Marks an action as finished: it is not exported again when its lines are read again. */
  add(record: ClosedRecord): void {
    this.#ledger.add(record);
  }

  /**
   * Moves the horizon, and drops data that no restart needs.
   * @param needed earliest time that open actions need
   * @returns false while the previous process's lines are read again: then nothing can be dropped
   */
  advance(reached: Millis, needed: () => Millis, undelivered: readonly LiveTrace[]): boolean {
    if (reached < this.#horizon || reached === Number.NEGATIVE_INFINITY) return false;
    // A trace with lines before the horizon cannot be built again. It is saved as it is, and does not hold the horizon.
    const held = undelivered.map(({ from }) => from).filter((from) => from >= this.#horizon);
    // Lines may turn out later to be the first of an action. Until then it is not open, and holds nothing.
    this.#horizon = Math.max(this.#horizon, Math.min(reached - LEAD, needed(), ...held));
    this.#ledger.forget(this.rereadSince - RECORD_LIFETIME);
    return true;
  }
}

function firstHorizon(start: Start, now: Millis): Millis {
  switch (start.from) {
    case 'backfill':
      return Number.NEGATIVE_INFINITY;
    case 'look-back':
      return now - start.lookBack;
    case 'resume':
      return start.saved.horizon ?? Number.NEGATIVE_INFINITY;
    default:
      return start satisfies never;
  }
}
