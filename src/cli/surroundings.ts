import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../model/clock.js';

/** Process data that every command gets. */
export interface Surroundings {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborts at SIGINT and SIGTERM; the reason is the name of the signal. */
  readonly signal: AbortSignal;
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** columns of the terminal behind stdout */
  readonly columns: number | undefined;
}
