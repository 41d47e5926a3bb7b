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
 *
 * - `backfill`: with the oldest line there is; every action is exported.
 * - `look-back`: actions that began at most `lookBack` before now, and end after now, are exported.
 * - `resume`: where an earlier process stopped.
 */
export type Start =
  | { readonly from: 'backfill' }
  | { readonly from: 'look-back'; readonly lookBack: Millis }
  | { readonly from: 'resume'; readonly saved: SavedLogs };

/** What an earlier process did, and from where on the next one must read again. */
export class ResumePoint {
  /** Actions that began before this process are exported only where an earlier one held them open. */
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

  /** Everything that began before it is finished. */
  get horizon(): Millis {
    return this.#horizon;
  }

  /** From this time on a restart reads all lines again. */
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
   * Whether an earlier process has read a line.
   *
   * @param place where this process reads now; undefined before the first poll
   */
  wasRead({ path, offset }: { readonly path: string; readonly offset: number }, place: Place | undefined): boolean {
    const before = this.#logs.get(path);
    const last = before?.position.files.at(-1);
    if (before === undefined || last === undefined) return false;
    const { file } = place ?? before.at;
    return file === last.file ? offset < last.offset : file < last.file;
  }

  /** Whether an action is to be exported: not one that an earlier process has exported, or would have. */
  isNew(record: ClosedRecord): boolean {
    if (this.#ledger.has(record)) {
      this.#count('duplicate_traces');
      this.#decisions?.notSent(record, 'sent already');
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

  /** An action is finished: it is not exported again when its lines are read again. */
  add(record: ClosedRecord): void {
    this.#ledger.add(record);
  }

  /**
   * Moves the horizon, and forgets what no restart will need.
   *
   * @param needed the least time that open actions need
   * @returns false while the lines that an earlier process had read are read again: then nothing can be forgotten
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
