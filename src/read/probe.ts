import type { Millis } from '../model/line.js';
import { openSource, type SourceOptions } from './source.js';

const NEWLINE = 10;

/**
 * Finds the newest time in a piece of a log, from any place in it, for a search by time. Lines are read as in
 * following, so every form is known; nothing is kept or counted.
 */
export function timeIn(options: SourceOptions): (chunk: Buffer) => Millis | undefined {
  return (chunk) => {
    const source = openSource({ ...options, count: () => undefined, onEvent: () => undefined });
    if (source === undefined) return undefined;
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline === -1 ? chunk.length : newline;
      source.line(chunk, start, end, start);
      start = end + 1;
    }
    source.end();
    return source.newest;
  };
}
