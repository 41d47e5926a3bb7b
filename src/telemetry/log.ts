import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** novaspan's own log: one JSON object per line, for the journal. Names, counts and reasons; never a header or a secret: `hide` takes those out. */
export const createLog = (stream: Writable, hide: (line: string) => string = (line) => line): Log =>
  pino(
    { name: 'novaspan', base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write: (line) => void stream.write(hide(line)) },
  );
