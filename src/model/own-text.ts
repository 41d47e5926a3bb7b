/** Ids, host names and the like are not longer than this. A character takes at most three bytes. */
const LONGEST = 256;
const scratch = Buffer.allocUnsafe(3 * LONGEST);

/** A copy of a text. In JavaScript a substring keeps the whole string in memory, and a log line is long. */
export function ownText(text: string): string {
  if (text.length > LONGEST) return Buffer.from(text).toString();
  return scratch.toString('utf8', 0, scratch.write(text, 'utf8'));
}
