/** Bits for each text: one text in a hundred that is not in a filter is taken for one that is. */
const BITS = 10;
const HASHES = 6;

/**
 * A set of texts in ten bits each (Bloom filter): what it says is not in it is not. So thousands of packed traces need not be unpacked to
 * find the few that have a tag.
 */
export function bloomOf(texts: ReadonlySet<string>): Uint8Array {
  const filter = new Uint8Array(Math.max(8, Math.ceil((texts.size * BITS) / 8)));
  for (const text of texts) for (const bit of bitsOf(text, filter.length * 8)) filter[bit >> 3]! |= 1 << (bit & 7);
  return filter;
}

export const mayHold = (filter: Uint8Array, text: string): boolean =>
  bitsOf(text, filter.length * 8).every((bit) => (filter[bit >> 3]! & (1 << (bit & 7))) !== 0);

/** Two hashes (FNV-1a from two beginnings) make as many as are wanted. */
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
