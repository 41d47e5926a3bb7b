import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../model/clock.js';

/** What the process gives a command, whatever the command does. */
export interface Surroundings {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborts at SIGINT and SIGTERM; its reason is the signal's name. */
  readonly signal: AbortSignal;
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** of the terminal behind stdout */
  readonly columns: number | undefined;
}
