import { TextDecoder } from 'node:util';
import type { LogInput } from './log-input.js';

/** Byte order marks, as written by PowerShell's `>` and other tools of Windows. */
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-16le', mark: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', mark: Buffer.from([0xfe, 0xff]) },
] as const;

/** UTF-16 encoding of a text, by its byte order mark. */
export const utf16Of = (head: Buffer): 'utf-16le' | 'utf-16be' | undefined =>
  BYTE_ORDER_MARKS.find(({ mark }) => head.subarray(0, mark.length).equals(mark))?.encoding;

/** The same log in UTF-8, as all readers of lines expect. Offsets are those of the UTF-8 text. */
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
