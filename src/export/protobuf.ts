import type { Millis } from '../model/line.js';
import { micros } from './instant.js';

const INITIAL = 64 * 1024;
/** The length of a 64-bit varint (bytes). */
const LONGEST_VARINT = 10;
/** The smallest size that needs two bytes. */
const TWO_BYTES = 0x80;
const MICROS_OF_SECOND = 1_000_000;
const TWO_TO_32 = 0x1_0000_0000;
/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const SIZED = 2;
const FIXED32 = 5;

/**
 * Writes a protobuf message directly as bytes. A nested message is written only once, and moved only if its size needs
 * more than the one reserved byte.
 */
export class ProtobufBytes {
  #bytes = Buffer.allocUnsafeSlow(INITIAL);
  #length = 0;

  /** The written bytes, valid until the next `clear`. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + size));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    if (value >= 0 && value <= 0x7fffffff) {
      let rest = value;
      for (; rest > 0x7f; rest >>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      this.#bytes[this.#length++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #tag(field: number, wireType: number): void {
    this.#varint((field << 3) | wireType);
  }

  /** Starts a nested message. @returns the argument for `close` */
  open(field: number): number {
    this.#tag(field, SIZED);
    this.#reserve(1);
    return ++this.#length;
  }

  /** Ends the nested message that was opened last, and writes its size. */
  close(from: number): void {
    const size = this.#length - from;
    if (size >= TWO_BYTES) {
      const more = widthOf(size) - 1;
      this.#reserve(more);
      this.#bytes.copyWithin(from + more, from, this.#length);
    }
    this.#length = from - 1;
    this.#varint(size);
    this.#length += size;
  }

  /** Writes a piece that was encoded before. */
  add(piece: Uint8Array): void {
    this.#reserve(piece.length);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Writes a nested message that was encoded before, with its size. */
  sized(field: number, piece: Uint8Array): void {
    this.#tag(field, SIZED);
    this.add(piece);
  }

  text(field: number, value: string): void {
    const from = this.open(field);
    // A character takes at most three bytes.
    this.#reserve(3 * value.length);
    this.#length += this.#bytes.write(value, this.#length);
    this.close(from);
  }

  hex(field: number, digits: string): void {
    const from = this.open(field);
    this.#reserve(digits.length / 2);
    this.#length += this.#bytes.write(digits, this.#length, 'hex');
    this.close(from);
  }

  int(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /** Writes a time as nanoseconds since 1970. */
  nanos(field: number, at: Millis): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    const us = micros(at);
    if (us < 0 || us > TWO_TO_32 * MICROS_OF_SECOND) {
      this.#length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(us) * 1000n), this.#length);
      return;
    }
    // No BigInt is needed: each product is below 2^53, so it is exact.
    const upper = Math.floor(us / TWO_TO_32) * 1000;
    const lower = (us % TWO_TO_32) * 1000;
    const carried = Math.floor(lower / TWO_TO_32);
    this.#bytes.writeUInt32LE(lower - carried * TWO_TO_32, this.#length);
    this.#length = this.#bytes.writeUInt32LE(upper + carried, this.#length + 4);
  }
}

/** The length of a varint in bytes. */
function widthOf(value: number): number {
  let width = 1;
  for (let rest = value; rest >= TWO_BYTES; rest = Math.floor(rest / TWO_BYTES)) width++;
  return width;
}
