import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** novaspan's own log: one JSON object per line, for the journal. Names, counts and reasons; never a header or a secret. */
export const createLog = (stream: Writable): Log =>
  pino({ name: 'novaspan', base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } }, stream);
