import type { Exporter } from '../export/exporter.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { reasonOf } from '../model/errors.js';
import { minutes, seconds } from '../model/time.js';
import type { Log } from '../telemetry/log.js';
import type { DeadLetters } from './dead-letters.js';
import { kindOf, type LogThrottle } from './log-throttle.js';
import type { Disposition, Entry, Failure, QueuedTrace } from './queued-trace.js';

/** Wait before the disk is tried again. */
const DISK_WAIT = seconds(30);
const DISK_REMINDER = minutes(10);

export interface RefusedTracesOptions<T extends QueuedTrace> {
  readonly exporter: Exporter;
  /** without it, refused traces are dropped */
  readonly deadLetters: DeadLetters | undefined;
  /** A trace leaves the queue and waits for the disk. */
  readonly onPostponed: (entry: Entry<T>) => void;
  readonly onSettled: (entry: Entry<T>, how: Disposition) => void;
  /** aborts when the process must stop */
  readonly stop: AbortSignal;
  readonly throttle: LogThrottle;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
}

/** Writes refused traces to the dead-letter folder. While the disk cannot be written, they wait here. */
export class RefusedTraces<T extends QueuedTrace> {
  readonly #options: RefusedTracesOptions<T>;
  #waiting: { readonly entry: Entry<T>; readonly why: Failure }[] = [];
  #writing: Promise<void> | undefined;
  #diskFaultLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RefusedTracesOptions<T>) {
    this.#options = options;
  }

  /** Traces that wait for the disk. */
  get entries(): readonly Entry<T>[] {
    return this.#waiting.map(({ entry }) => entry);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async add(entry: Entry<T>, why: Failure): Promise<void> {
    const { count, stop, onPostponed } = this.#options;
    count('traces_refused');
    // Where others wait for the disk already, this one waits behind them.
    if (this.#waiting.length === 0 && (await this.#write(entry, why))) return;
    if (stop.aborted) return;
    onPostponed(entry);
    this.#waiting.push({ entry, why });
    if (this.#waiting.length === 1) void this.#writeLater();
  }

  /** Writes the waiting traces, up to the first that fails. */
  writeAll(): Promise<void> {
    const write = async (): Promise<void> => {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) if (!(await this.#write(next.entry, next.why))) return;
    };
    this.#writing ??= write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Retries in the background. Other traces are delivered meanwhile, until refused traces fill the queue. */
  async #writeLater(): Promise<void> {
    const { clock, log, stop, deadLetters } = this.#options;
    while (this.#waiting.length > 0) {
      await clock.sleep(DISK_WAIT, stop);
      if (stop.aborted) return;
      await this.writeAll();
    }
    this.#diskFaultLoggedAt = Number.NEGATIVE_INFINITY;
    log.info({ folder: deadLetters?.folder }, 'refused traces can be written to the dead-letter folder again');
  }

  /** @returns whether the trace is settled; false if the disk cannot be written */
  async #write(entry: Entry<T>, why: Failure): Promise<boolean> {
    const { deadLetters, exporter, stop } = this.#options;
    const document = deadLetters && exporter.document?.(entry.queued.trace);
    if (deadLetters === undefined || document === undefined) {
      this.#drop(entry, why, 'the backend refused this trace for good, and there is no dead-letter folder: the trace is lost');
      return true;
    }
    try {
      const kept = await this.#keep(deadLetters, document, entry, why);
      if (stop.aborted) return false;
      if (kept === 'full')
        this.#drop(entry, why, 'the backend refused this trace for good, and the dead-letter folder is full: the trace is lost');
      else this.#kept(entry, why);
      return true;
    } catch (cause) {
      this.#logDiskFault(cause);
      return false;
    }
  }

  #keep(deadLetters: DeadLetters, document: string, { queued }: Entry<T>, why: Failure): Promise<'kept' | 'full'> {
    const status = why.outcome === 'refused' ? why.status : undefined;
    const at = new Date(this.#options.clock.now()).toISOString();
    return deadLetters.keep(queued.trace, document, { reason: why.reason, at, status });
  }

  #kept(entry: Entry<T>, { reason, fault = reason }: Failure): void {
    const { count, log, clock, throttle, deadLetters } = this.#options;
    const { traceId } = entry.queued.trace;
    count('traces_dead_lettered');
    const notSaid = throttle.shouldLog(`dead letter ${kindOf(fault)}`, clock.now());
    if (notSaid !== undefined)
      log.error(
        { traceId, reason, folder: deadLetters?.folder, ...(notSaid > 0 && { notSaid }) },
        'the backend refused this trace for good: it is in the dead-letter folder, for `novaspan resend`',
      );
    this.#settled(entry, 'dead-letter');
  }

  #drop(entry: Entry<T>, { reason }: Failure, message: string): void {
    const { count, log } = this.#options;
    count('traces_dropped');
    log.error({ traceId: entry.queued.trace.traceId, reason }, message);
    this.#settled(entry, 'dropped');
  }

  #settled(entry: Entry<T>, how: Disposition): void {
    this.#waiting = this.#waiting.filter((each) => each.entry !== entry);
    this.#options.onSettled(entry, how);
  }

  #logDiskFault(cause: unknown): void {
    const { clock, count, log, deadLetters } = this.#options;
    count('dead_letter_failures');
    if (clock.now() - this.#diskFaultLoggedAt < DISK_REMINDER) return;
    this.#diskFaultLoggedAt = clock.now();
    log.error(
      { folder: deadLetters?.folder, cause: reasonOf(cause) },
      'a refused trace cannot be written to the dead-letter folder: it waits in memory, and the write is tried again',
    );
  }
}
