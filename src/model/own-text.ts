/** Ids and host names are not longer than this (characters). A character takes at most three bytes. */
const MAX_CHARACTERS = 256;
const scratch = Buffer.allocUnsafe(3 * MAX_CHARACTERS);

/** A copy of a text. In JavaScript a substring keeps the whole string in memory, and log lines are long. */
export function ownText(text: string): string {
  if (text.length > MAX_CHARACTERS) return Buffer.from(text).toString();
  return scratch.toString('utf8', 0, scratch.write(text, 'utf8'));
}
