import type { Clock } from '../../model/clock.js';
import type { Count } from '../../model/counters.js';
import { reasonOf } from '../../model/errors.js';
import type { Millis } from '../../model/line.js';
import { minutes } from '../../model/time.js';
import type { Log } from '../../telemetry/log.js';
import type { StateFolder } from './checkpoint.js';

export interface CheckpointerOptions<State> {
  readonly folder: Pick<StateFolder<State>, 'path' | 'save'>;
  /** how often one is written while something changes */
  readonly interval: Millis;
  /** the state to save now; undefined if the last checkpoint is still right */
  readonly take: () => State | undefined;
  /** called when that state is durably on the disk */
  readonly onWritten: () => void;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
}

/** How often one is written if nothing was read or exported since the last one: it keeps the checkpoint's time current. */
const QUIET_INTERVAL = minutes(1);

/** Writes a checkpoint periodically. A failed write stops nothing: it is logged once, counted, and retried. */
export class Checkpointer<State> {
  readonly #options: CheckpointerOptions<State>;
  #tried: Millis = Number.NEGATIVE_INFINITY;
  #written: Millis | undefined;
  #fault: string | undefined;
  #hasChanged = true;

  constructor(options: CheckpointerOptions<State>) {
    this.#options = options;
  }

  /** Time of the last checkpoint. */
  get written(): Millis | undefined {
    return this.#written;
  }

  /** Why the last checkpoint could not be written. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Call when something was read or exported: the next checkpoint is then written after the normal interval. */
  note(): void {
    this.#hasChanged = true;
  }

  /** Writes a checkpoint if its time has come. Never rejects. */
  async writeIfDue(): Promise<void> {
    const { clock, interval } = this.#options;
    if (clock.now() - this.#tried >= (this.#hasChanged ? interval : Math.max(interval, QUIET_INTERVAL))) await this.write();
  }

  /** Writes a checkpoint. Never rejects. */
  async write(): Promise<void> {
    const { folder, take, onWritten, clock, count, log } = this.#options;
    this.#tried = clock.now();
    try {
      const state = take();
      if (state === undefined) return;
      this.#hasChanged = false;
      await folder.save(state);
      onWritten();
      if (this.#fault !== undefined) log.info({ stateDir: folder.path }, 'the checkpoint can be written again');
      this.#written = clock.now();
      this.#fault = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      this.#hasChanged = true;
      count('checkpoints_failed');
      if (this.#fault === undefined)
        log.error(
          { stateDir: folder.path, reason },
          'the checkpoint cannot be written: novaspan continues and tries again; after a crash, traces sent since then are sent again. Check the disk',
        );
      this.#fault = reason;
    }
  }
}
