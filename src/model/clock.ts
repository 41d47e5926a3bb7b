import { setTimeout as delay } from 'node:timers/promises';
import type { Millis } from './line.js';

/** The only access to real time. Code that waits or reads the time gets a clock, so that tests can pass their own. */
export interface Clock {
  now(): Millis;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
