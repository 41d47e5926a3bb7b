/** A power of two. Requests and instances that a service is busy with at a time are fewer. */
const SLOTS = 256;
/** One byte in so many distinguishes texts well enough to find their slot. */
const STRIDE = 5;

/**
 * What was made lately of the same bytes. The lines of one request follow each other and repeat its context, those of one
 * instance its id: they are decoded and read once, and share one value, so that events take less memory too.
 */
export class Recent<T> {
  readonly #make: (text: string) => T;
  readonly #longest: number;
  /** the bytes of all slots, one after the other: an array for each would take longer to make than the text to decode */
  readonly #bytes: Uint8Array;
  readonly #lengths = new Int32Array(SLOTS).fill(-1);
  readonly #values: T[] = [];

  /** @param longest of longer texts nothing is kept */
  constructor(longest: number, make: (text: string) => T) {
    this.#make = make;
    this.#longest = longest;
    this.#bytes = new Uint8Array(SLOTS * longest);
  }

  /** What is made of the bytes, read as latin1. */
  of(bytes: Buffer, start: number, end: number): T {
    const length = end - start;
    let hash = length;
    for (let i = start; i < end; i += STRIDE) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const slot = (hash ^ (hash >>> 8)) & (SLOTS - 1);
    if (this.#lengths[slot] === length && this.#holds(slot, bytes, start, length)) return this.#values[slot]!;
    const value = this.#make(bytes.toString('latin1', start, end));
    if (length <= this.#longest) {
      const from = slot * this.#longest;
      for (let i = 0; i < length; i++) this.#bytes[from + i] = bytes[start + i]!;
      this.#lengths[slot] = length;
      this.#values[slot] = value;
    }
    return value;
  }

  #holds(slot: number, bytes: Buffer, start: number, length: number): boolean {
    const from = slot * this.#longest;
    const kept = this.#bytes;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== kept[from + i]) return false;
    return true;
  }
}

/** Whether the bytes are those of `text`, which holds latin1 only. */
export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
