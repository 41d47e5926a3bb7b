import { Circuit, type CircuitState } from '../export/circuit.js';
import type { Delivered, Exporter, ExportResult } from '../export/exporter.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { minutes, seconds } from '../model/time.js';
import type { Log } from '../telemetry/log.js';
import type { DeadLetters } from './dead-letters.js';
import { estimatedBytes } from './estimated-bytes.js';
import { kindOf, LogThrottle } from './log-throttle.js';
import { Outage } from './outage.js';
import type { Disposition, Entry, Failure, QueuedTrace } from './queued-trace.js';
import { RefusedTraces } from './refused-traces.js';

export interface DeliveryOptions<T extends QueuedTrace> {
  /** Tries once; Delivery retries. */
  readonly exporter: Exporter;
  /** maximum number of waiting traces; reading pauses at the limit */
  readonly limit: number;
  /** maximum estimated memory of waiting traces, in bytes; default 64 MiB */
  readonly limitBytes?: number | undefined;
  /** destination of traces that the backend refuses for good; without it they are dropped */
  readonly deadLetters?: DeadLetters | undefined;
  /**
   * Called once for each trace that is acknowledged, a dead letter, or dropped; not for traces left over at the stop.
   */
  readonly onSettled: (queued: T, how: Disposition) => void;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
  /** uniform in [0, 1) */
  readonly random?: () => number;
}

const LIMIT_BYTES = 64 * 1024 * 1024;
/**
 * After so many ambiguous failures, every second request sends another trace. It shows whether the backend or this
 * trace is at fault.
 */
const SUSPECT = 5;
/** A trace is poison after so many failures while the backend accepts others. */
const POISON = 3;
/** While the process stops, waits are no longer than this. */
const LAST_WAITS = seconds(1);

/**
 * The queue of traces before the backend: in order, one request at a time. A trace is settled when the backend has
 * acknowledged it, or when it is in the dead-letter folder. Without such a folder, or without room in it, the trace is
 * dropped and a log line names it. While the backend is away the queue fills, and a full queue pauses reading
 * (docs/delivery.md).
 * The order changes only for a trace that fails repeatedly for an ambiguous reason: other traces are tried in between.
 * If they are accepted and this one is not, it is a poison message and becomes a dead letter.
 */
export class Delivery<T extends QueuedTrace> {
  readonly #options: DeliveryOptions<T>;
  readonly #limitBytes: number;
  readonly #circuit: Circuit;
  readonly #outage: Outage;
  readonly #throttle = new LogThrottle(minutes(1));
  readonly #queue: Entry<T>[] = [];
  readonly #refused: RefusedTraces<T>;
  #bytes = 0;
  readonly #stop = new AbortController();
  #pause: AbortController | undefined;
  /** end of a wait that must not be cut short */
  #heldUntil = Number.NEGATIVE_INFINITY;
  #drainUntil: Millis | undefined;
  #running: Promise<void> | undefined;
  #taken = 0;
  #probed = 0;
  #triedHead = false;
  #hasAnswered = false;
  #lastSuccess: Millis | undefined;
  #fault: string | undefined;
  #failingSince: Millis | undefined;

  constructor(options: DeliveryOptions<T>) {
    this.#options = options;
    this.#limitBytes = options.limitBytes ?? LIMIT_BYTES;
    this.#circuit = new Circuit(options.random ?? Math.random);
    this.#outage = new Outage(options.log);
    const { exporter, deadLetters, clock, count, log } = options;
    this.#refused = new RefusedTraces<T>({
      ...{ exporter, deadLetters, clock, count, log },
      onPostponed: (entry) => this.#queue.splice(this.#queue.indexOf(entry), 1),
      onSettled: (entry, how) => this.#settled(entry, how),
      stop: this.#stop.signal,
      throttle: this.#throttle,
    });
  }

  /** Number of traces that are not settled. */
  get waiting(): number {
    return this.#queue.length + this.#refused.waiting;
  }

  /** Traces that are not settled. */
  get queued(): readonly T[] {
    return [...this.#queue, ...this.#refused.entries].map(({ queued }) => queued);
  }

  /** Estimated memory of these traces, in bytes. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Whether reading must pause. Traces offered nevertheless are accepted: one poll cycle may exceed the limit. */
  get isFull(): boolean {
    return this.waiting >= this.#options.limit || this.#bytes >= this.#limitBytes;
  }

  /** The smallest `from` of the traces that are not settled; Infinity if there are none. */
  get oldest(): Millis {
    return this.queued.reduce((oldest, { from }) => Math.min(oldest, from), Number.POSITIVE_INFINITY);
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  /** `unknown` until the backend has answered, or has failed often enough to count as down. */
  get backend(): 'up' | 'down' | 'unknown' {
    if (this.#circuit.state !== 'closed') return 'down';
    return this.#hasAnswered ? 'up' : 'unknown';
  }

  /** Time of the last acknowledgement. */
  get lastSuccess(): Millis | undefined {
    return this.#lastSuccess;
  }

  /** Reason of the last request's failure; undefined after a success. */
  get fault(): string | undefined {
    return this.#fault;
  }

  offer(traces: readonly T[]): void {
    for (const queued of traces) {
      const bytes = estimatedBytes(queued.trace);
      this.#bytes += bytes;
      this.#queue.push({ queued, bytes, ambiguousFailures: 0, rejections: 0, takenBefore: 0 });
    }
    this.#start();
  }

  #start(): void {
    if (this.#queue.length === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What was offered while the last one was on its way out.
      this.#start();
    });
  }

  /**
   * Resolves when no trace waits, after `ms`, or as soon as no more can be accepted in time. Nothing is sent after
   * that.
   * @returns the number of traces that still wait
   */
  async drain(ms: number): Promise<number> {
    const { clock, exporter } = this.#options;
    this.#drainUntil = clock.now() + ms;
    if (this.#heldUntil >= this.#drainUntil) this.#stop.abort();
    else if (this.#heldUntil <= clock.now()) this.#pause?.abort();
    const over = clock.sleep(ms, this.#stop.signal).then(() => this.#stop.abort());
    const written = this.#refused.writeAll();
    while (this.#running !== undefined && !this.#stop.signal.aborted) await Promise.race([this.#running, over]);
    await Promise.race([written, over]);
    const left = this.waiting;
    this.#stop.abort();
    this.#pause?.abort();
    await exporter.shutdown();
    return left;
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined && !this.#stop.signal.aborted; entry = this.#next()) {
      const wait = await this.#send(entry);
      if (wait !== undefined) await this.#sleep(wait);
    }
  }

  /** The oldest trace; while it is suspect, every second time another one. */
  #next(): Entry<T> | undefined {
    const [head] = this.#queue;
    const others = this.#queue.length - 1;
    this.#triedHead = !(this.#triedHead && head !== undefined && head.ambiguousFailures >= SUSPECT && others > 0);
    return this.#triedHead ? head : this.#queue[1 + (this.#probed % others)];
  }

  /** @returns the wait before the next request */
  async #send(entry: Entry<T>): Promise<Wait | undefined> {
    const { exporter } = this.#options;
    this.#circuit.tries();
    const result: ExportResult = await exporter.export(entry.queued.trace);
    // The caller has stopped waiting for it. It is sent again after the next start, with the same bytes.
    if (this.#stop.signal.aborted) return undefined;
    switch (result.outcome) {
      case 'delivered':
        this.#answered(this.#queue.length - 1);
        this.#lastSuccess = this.#options.clock.now();
        this.#taken++;
        this.#logRejectedSpans(entry, result);
        this.#settled(entry, 'delivered');
        return undefined;
      case 'retryable':
        if (result.isDoubtful && this.#isPoison(entry)) {
          await this.#refused.add(entry, result);
          return undefined;
        }
        // The next probe is for the trace behind it.
        if (!this.#triedHead) this.#probed++;
        return this.#failed(result, false);
      case 'refused':
        if (result.about === 'settings') return this.#failed(result, true);
        // A backend that refuses one trace can be reached.
        this.#answered(this.#queue.length - 1, result.reason);
        await this.#refused.add(entry, result);
        return undefined;
      default:
        return result satisfies never;
    }
  }

  #answered(waiting: number, refusal?: string): void {
    this.#circuit.succeeded();
    this.#outage.isOver(waiting, this.#options.clock.now(), refusal);
    this.#hasAnswered = true;
    this.#fault = undefined;
    this.#failingSince = undefined;
  }

  /** Whether a trace has failed often enough while the backend accepted others. */
  #isPoison(entry: Entry<T>): boolean {
    entry.ambiguousFailures++;
    if (entry.ambiguousFailures > SUSPECT && this.#taken > entry.takenBefore) entry.rejections++;
    entry.takenBefore = this.#taken;
    return entry.rejections >= POISON;
  }

  #failed(result: Failure, isHopeless: boolean): Wait {
    const { clock, count } = this.#options;
    const retryInMs = result.outcome === 'retryable' ? result.retryInMs : undefined;
    const ms = this.#circuit.failed({ retryInMs, isHopeless });
    count('exports_retried');
    this.#fault = result.reason;
    this.#failingSince ??= clock.now();
    if (this.#circuit.state !== 'closed') {
      const { reason, fault } = result;
      const trouble = { since: this.#failingSince, reason, fault, isHopeless, waiting: this.waiting, nextAttemptInMs: ms };
      this.#outage.lasts(trouble, clock.now());
    }
    return { ms, isFixed: isHopeless || retryInMs !== undefined };
  }

  /** Waits. A wait that the backend requested is not cut short; others are when the process stops. */
  async #sleep({ ms, isFixed }: Wait): Promise<void> {
    const { clock } = this.#options;
    const end = clock.now() + ms;
    if (isFixed) this.#heldUntil = end;
    if (this.#drainUntil !== undefined && isFixed && end >= this.#drainUntil) return this.#stop.abort();
    this.#pause = new AbortController();
    await clock.sleep(this.#drainUntil === undefined || isFixed ? ms : Math.min(ms, LAST_WAITS), this.#pause.signal);
    this.#pause = undefined;
  }

  #logRejectedSpans({ queued }: Entry<T>, { rejected, message = '' }: Delivered): void {
    const { count, log, clock } = this.#options;
    if (rejected > 0) count('spans_rejected', rejected);
    if (rejected === 0 && message === '') return;
    const notSaid = this.#throttle.shouldLog(`rejected ${kindOf(message)}`, clock.now());
    if (notSaid === undefined) return;
    log.warn(
      { traceId: queued.trace.traceId, rejected, message, ...(notSaid > 0 && { notSaid }) },
      rejected > 0 ? 'the backend rejected spans of a trace' : 'the backend accepted a trace with a warning',
    );
  }

  #settled(entry: Entry<T>, how: Disposition): void {
    const index = this.#queue.indexOf(entry);
    if (index !== -1) this.#queue.splice(index, 1);
    this.#bytes -= entry.bytes;
    this.#options.onSettled(entry.queued, how);
  }
}

interface Wait {
  readonly ms: Millis;
  /** the backend requested this wait */
  readonly isFixed: boolean;
}
