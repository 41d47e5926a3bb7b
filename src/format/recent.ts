/** A power of two. Requests and instances that a service is busy with at a time are fewer. */
const SLOTS = 256;
/** One byte in so many tells texts apart well enough to find their slot. */
const STRIDE = 5;

interface Slot<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

/**
 * What was made lately of the same bytes. The lines of one request follow each other and repeat its context, those of one
 * instance its id: they are decoded and read once, and share one value, so that events take less memory too.
 */
export class Recent<T> {
  readonly #slots: (Slot<T> | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  readonly #make: (text: string) => T;

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  /** What is made of the bytes, read as latin1. */
  of(bytes: Buffer, start: number, end: number): T {
    let hash = end - start;
    for (let i = start; i < end; i += STRIDE) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const place = (hash ^ (hash >>> 8)) & (SLOTS - 1);
    const known = this.#slots[place];
    if (known !== undefined && known.bytes.length === end - start && isAt(bytes, start, known.bytes)) return known.value;
    const value = this.#make(bytes.toString('latin1', start, end));
    // A copy: the bytes are the reader's, who uses them again.
    this.#slots[place] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), value };
    return value;
  }
}

/** Whether `literal` stands in the bytes. */
export function isAt(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

/** Whether the bytes are those of `text`, which holds latin1 only. */
export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
