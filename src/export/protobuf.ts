import type { Millis } from '../model/line.js';
import { micros } from './instant.js';

const INITIAL = 64 * 1024;
/** A varint of 64 bits has ten bytes. */
const LONGEST_VARINT = 10;
/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const SIZED = 2;
const FIXED32 = 5;

/** A message of protobuf in the making. */
export class ProtobufBytes {
  #bytes = Buffer.allocUnsafeSlow(INITIAL);
  #length = 0;

  /** What has been written. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
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

  /** A message within the message. Its size stands before it, and is known behind it: it is moved on by the size's bytes. */
  message(field: number, write: () => void): void {
    this.#tag(field, SIZED);
    const from = this.#length;
    write();
    const content = Buffer.from(this.#bytes.subarray(from, this.#length));
    this.#length = from;
    this.bytesOf(content);
  }

  /** A size, and so many bytes. */
  bytesOf(content: Uint8Array): void {
    this.#varint(content.length);
    this.#reserve(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  text(field: number, value: string): void {
    this.#tag(field, SIZED);
    this.bytesOf(Buffer.from(value));
  }

  hex(field: number, digits: string): void {
    this.#tag(field, SIZED);
    this.bytesOf(Buffer.from(digits, 'hex'));
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

  /** Nanoseconds since 1970. */
  nanos(field: number, at: Millis): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(micros(at)) * 1000n), this.#length);
  }
}
