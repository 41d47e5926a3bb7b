import { constants } from 'node:os';
import type { Writable } from 'node:stream';

/** What a shell expects of a program that a signal ended: 128 and the signal's number. Says so, too. */
export function interruptedBy(signal: AbortSignal, stderr: Writable, so = 'only what had been read until then is shown'): number {
  const name = typeof signal.reason === 'string' ? signal.reason : 'SIGINT';
  stderr.write(`interrupted by ${name}: ${so}\n`);
  return 128 + (constants.signals[name as NodeJS.Signals] ?? constants.signals.SIGINT);
}
