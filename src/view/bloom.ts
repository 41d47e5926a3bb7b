/** Bits per text: one in a hundred lookups of an absent text gives a false positive. */
const BITS = 10;
const HASHES = 6;

/**
 * A set of texts as a Bloom filter: it has no false negatives. With it, thousands of packed traces need not be unpacked
 * to find those with a tag.
 */
export function bloomOf(texts: ReadonlySet<string>): Uint8Array {
  const filter = new Uint8Array(Math.max(8, Math.ceil((texts.size * BITS) / 8)));
  for (const text of texts) for (const bit of bitsOf(text, filter.length * 8)) filter[bit >> 3]! |= 1 << (bit & 7);
  return filter;
}

/** Whether a text may be in the set; false is certain. */
export const mayHold = (filter: Uint8Array, text: string): boolean =>
  bitsOf(text, filter.length * 8).every((bit) => (filter[bit >> 3]! & (1 << (bit & 7))) !== 0);

/** Derives any number of bit positions from two hashes (FNV-1a with two seeds). */
function bitsOf(text: string, bits: number): number[] {
  let first = 0x811c9dc5;
  let second = 0x9dc5811c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x01000193) ^ (second >>> 13);
  }
  return Array.from({ length: HASHES }, (_, i) => ((first + Math.imul(i, second | 1)) >>> 0) % bits);
}
