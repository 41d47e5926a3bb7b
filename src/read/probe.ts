import type { Millis } from '../model/line.js';
import { openSource, type SourceOptions } from './source.js';

const NEWLINE = 10;

/**
 * Finds the newest time in a piece of a log, wherever in the log the piece begins: what a search by time asks. The lines are
 * read as they would be in following, so every form of log is known, and nothing of it is kept or counted.
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
