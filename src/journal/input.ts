import { journalUnreadable } from '../model/errors.js';
import type { LogInput } from '../tail/log-input.js';
import { journalArguments, newestArguments } from './place.js';
import { JournalProcess } from './process.js';

const PIECE = 256 * 1024;

/**
 * Reads the journal from its oldest entry to its newest.
 * @param newest read only so many entries, the newest ones
 * @throws OperatorError LOG_UNREADABLE, from `read`
 */
export function openJournal(path: string, newest = Number.POSITIVE_INFINITY): LogInput {
  const child = new JournalProcess(Number.isFinite(newest) ? newestArguments(path, newest) : journalArguments(path, 'oldest', false));
  let offset = 0;
  return {
    fault: undefined,
    async read() {
      const lines: string[] = [];
      let length = 0;
      for (;;) {
        const line = child.read();
        if (line !== undefined) {
          lines.push(line);
          length += line.length;
          if (length < PIECE) continue;
        }
        if (lines.length > 0) {
          const bytes = Buffer.from(`${lines.join('\n')}\n`);
          const piece = { bytes, offset };
          offset += bytes.length;
          return piece;
        }
        const { ended } = child;
        if (ended?.isClean === true) return undefined;
        if (ended !== undefined) throw journalUnreadable(path, ended.what, ended.remedy);
        await child.moved();
        // All that was written is there now, but the end of the stream comes a moment later.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => child.stop(),
  };
}
