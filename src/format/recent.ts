/** A power of two. Requests and instances that a service is busy with at a time are fewer. */
const SLOTS = 256;
/** One byte in so many tells texts apart well enough to find their slot. */
const STRIDE = 5;

interface Slot<T> {
  readonly text: string;
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
    if (known !== undefined && isText(bytes, start, end, known.text)) return known.value;
    const text = bytes.toString('latin1', start, end);
    const value = this.#make(text);
    this.#slots[place] = { text, value };
    return value;
  }
}

/** Whether the bytes are those of `text`, which holds latin1 only. */
export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
