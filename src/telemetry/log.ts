import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../model/log-levels.js';

export type Log = Logger;

export interface LogOptions {
  /** Removes secrets from a line. */
  readonly hide?: (line: string) => string;
  readonly level?: LogLevel;
}

/**
 * novaspan's own log: one JSON object per line. It has names, counts and reasons, and never a header or a secret:
 * `hide` removes them.
 */
export const createLog = (stream: Writable, { hide = (line) => line, level = 'info' }: LogOptions = {}): Log =>
  pino(
    { name: 'novaspan', level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => void stream.write(hide(line)) },
  );
