/** Ids, names of hosts and the like are no longer; each character takes three bytes at most. */
const LONGEST = 256;
const scratch = Buffer.allocUnsafe(3 * LONGEST);

/** An equal text that does not keep what it was cut out of: JavaScript's strings do, and a log's line is long. */
export function ownText(text: string): string {
  if (text.length > LONGEST) return Buffer.from(text).toString();
  return scratch.toString('utf8', 0, scratch.write(text, 'utf8'));
}
