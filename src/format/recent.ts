/** A power of two. A service has fewer active requests and instances at a time. */
const SLOTS = 256;
/** The distance between the hashed bytes: fewer bytes are enough to distribute the texts. */
const STRIDE = 5;

/**
 * A cache from bytes to values. Lines of one request repeat its context, and lines of one instance its id. They are
 * decoded and parsed once and share one value, which also saves memory.
 */
export class Recent<T> {
  readonly #make: (text: string) => T;
  readonly #longest: number;
  /** the bytes of all slots in one array: an array per slot would cost more than the decoding */
  readonly #bytes: Uint8Array;
  readonly #lengths = new Int32Array(SLOTS).fill(-1);
  readonly #values: T[] = [];

  /** @param longest longer texts (bytes) are not cached */
  constructor(longest: number, make: (text: string) => T) {
    this.#make = make;
    this.#longest = longest;
    this.#bytes = new Uint8Array(SLOTS * longest);
  }

  /** The value for the bytes, which are decoded as latin1. */
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

/** Whether the bytes are those of `text`, which contains only latin1. */
export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
