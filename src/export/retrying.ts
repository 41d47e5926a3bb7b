import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { hours } from '../model/time.js';
import type { Exporter, Retryable } from './exporter.js';

/** The longest wait that a backend may ask for. Far longer ones would overflow the timer and come back at once. */
const LONGEST_WAIT_MS = hours(1);

export interface RetryOptions {
  readonly clock: Clock;
  readonly count: Count;
  /** uniform in [0, 1) */
  readonly random: () => number;
  readonly baseMs?: number;
  readonly maxMs?: number;
  /** the only way to make it give up */
  readonly signal: AbortSignal;
  /** told of every failed attempt before the wait, so that an operator can see why nothing arrives */
  readonly waiting?: (failed: Retryable, waitMs: number) => void;
}

/**
 * Sends again what may be sent again, without end: the log files are the queue, and reading stops while we wait.
 *
 *     waits   rand * 0.5 s, rand * 1 s, rand * 2 s, ... rand * 30 s, rand * 30 s, ...      (full jitter)
 *     after a Retry-After of r:  r + the same, so that a fleet told to come back at one moment does not
 */
export function retrying(exporter: Exporter, options: RetryOptions): Exporter {
  const { clock, count, random, baseMs = 500, maxMs = 30_000, signal, waiting } = options;

  return {
    async export(trace) {
      for (let attempt = 0; ; attempt++) {
        const result = await exporter.export(trace);
        if (result.outcome !== 'retryable' || signal.aborted) return result;

        const backoff = random() * Math.min(maxMs, baseMs * 2 ** attempt);
        const waitMs = Math.min(LONGEST_WAIT_MS, (result.retryInMs ?? 0) + backoff);
        waiting?.(result, waitMs);
        await clock.sleep(waitMs, signal);
        if (signal.aborted) return result;
        count('exports_retried');
      }
    },

    shutdown: () => exporter.shutdown(),
  };
}
