import type { Exporter } from '../export/exporter.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { FinishedTrace } from '../model/span.js';
import { seconds } from '../model/time.js';
import type { Log } from '../telemetry/log.js';

/** How long to wait before asking again a backend whose address or credentials are wrong: only people mend that. */
const SETTINGS_WAIT = seconds(30);

export interface DeliveryOptions {
  /** retries by itself what is worth it: what it gives back as retryable was cut short by the end of the process */
  readonly exporter: Exporter;
  /** so many traces may wait; reading pauses when they do */
  readonly limit: number;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
}

/**
 * Traces on their way out, in order, one request at a time. A trace leaves the queue when the backend has acknowledged it,
 * or has said that it will never take it; an unreachable backend holds the queue, and a full queue holds the reading.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #queue: FinishedTrace[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #lastFault: string | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get isFull(): boolean {
    return this.#queue.length >= this.#options.limit;
  }

  offer(traces: readonly FinishedTrace[]): void {
    this.#queue.push(...traces);
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

  /** Resolves when nothing waits any more, or when `ms` are over. @returns how many still wait */
  async drain(ms: number): Promise<number> {
    const { clock, exporter } = this.#options;
    await Promise.race([this.#running, clock.sleep(ms, this.#stop.signal)]);
    const left = this.#queue.length;
    this.#stop.abort();
    await exporter.shutdown();
    return left;
  }

  async #run(): Promise<void> {
    for (let trace = this.#queue[0]; trace !== undefined && !this.#stop.signal.aborted; trace = this.#queue[0]) {
      if (await this.#send(trace)) this.#queue.shift();
    }
  }

  /** @returns whether the trace is done with */
  async #send(trace: FinishedTrace): Promise<boolean> {
    const { exporter, count, log, clock } = this.#options;
    const result = await exporter.export(trace);
    switch (result.outcome) {
      case 'delivered':
        if (this.#lastFault !== undefined) log.info('the backend takes traces again');
        this.#lastFault = undefined;
        if (result.rejected > 0) {
          count('spans_rejected', result.rejected);
          log.warn({ traceId: trace.traceId, rejected: result.rejected, message: result.message }, 'the backend rejected spans of a trace');
        }
        return true;
      case 'retryable':
        // Only when the process is stopping: the trace stays where it is.
        return false;
      case 'refused':
        if (result.about === 'trace') {
          count('traces_refused');
          log.error({ traceId: trace.traceId, reason: result.reason }, 'the backend will never take this trace: it is given up');
          return true;
        }
        if (this.#lastFault !== result.reason)
          log.error({ reason: result.reason }, 'the backend refuses everything: traces wait until that is mended');
        this.#lastFault = result.reason;
        await clock.sleep(SETTINGS_WAIT, this.#stop.signal);
        return false;
      default:
        return result satisfies never;
    }
  }
}
