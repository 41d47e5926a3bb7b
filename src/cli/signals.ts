import { constants } from 'node:os';
import type { Writable } from 'node:stream';

/** Exit code of a program that a signal ended: 128 plus the signal number. Prints a line about it, too. */
export function interruptedBy(signal: AbortSignal, stderr: Writable, so = 'only what had been read until then is shown'): number {
  const name = typeof signal.reason === 'string' ? signal.reason : 'SIGINT';
  stderr.write(`interrupted by ${name}: ${so}\n`);
  return 128 + (constants.signals[name as NodeJS.Signals] ?? constants.signals.SIGINT);
}
