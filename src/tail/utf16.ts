import { TextDecoder } from 'node:util';
import type { LogInput } from './log-input.js';

/** Byte order marks: what PowerShell's `>` begins a file with, and other tools of Windows. */
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-16le', mark: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', mark: Buffer.from([0xfe, 0xff]) },
] as const;

/** In which encoding of two bytes a text begins, by its mark. */
export const utf16Of = (head: Buffer): 'utf-16le' | 'utf-16be' | undefined =>
  BYTE_ORDER_MARKS.find(({ mark }) => head.subarray(0, mark.length).equals(mark))?.encoding;

/** The same log in UTF-8, which all that reads lines expects. Offsets are those of the text in UTF-8. */
export function decoded(input: LogInput, encoding: 'utf-16le' | 'utf-16be'): LogInput {
  const decoder = new TextDecoder(encoding);
  let offset = 0;
  return {
    get fault() {
      return input.fault;
    },
    async read() {
      const piece = await input.read();
      if (piece === undefined) return undefined;
      const decodedPiece = { bytes: Buffer.from(decoder.decode(piece.bytes, { stream: true })), offset };
      offset += decodedPiece.bytes.length;
      return decodedPiece;
    },
    close: () => input.close(),
  };
}
