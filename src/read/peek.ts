import { services } from '../catalogue/index.js';
import { formOf } from '../format/wrap/index.js';
import { reasonOf } from '../model/errors.js';
import { openLog } from '../tail/read-file.js';
import { diagnose } from './diagnose.js';
import { MixedLog } from './mixed.js';

/** Lines, and bytes, at the head of a file that are looked at. */
const LINES = 400;
const BYTES = 128 * 1024;

const STRANGER = 'its lines are not from a service that novaspan reads';

/** @returns why a file is no readable log, by its first lines; undefined if it is one */
export async function whyNotRead(path: string): Promise<string | undefined> {
  try {
    const input = await openLog(path);
    try {
      const pieces: Buffer[] = [];
      let length = 0;
      for (let piece = await input.read(); piece !== undefined && length < BYTES; piece = await input.read()) {
        pieces.push(Buffer.from(piece.bytes));
        length += piece.bytes.length;
      }
      return whyNotLog(Buffer.concat(pieces).subarray(0, BYTES));
    } finally {
      await input.close();
    }
  } catch (error) {
    return reasonOf(error);
  }
}

function whyNotLog(head: Buffer): string | undefined {
  const lines = linesOf(head);
  const mixed = new MixedLog();
  let wrapped = 0;
  let records = 0;
  for (const line of lines) {
    const form = formOf(line, 0, line.length);
    if (form === 'plain') {
      const service = mixed.serviceOf(line, 0, line.length);
      if (service !== undefined && services.includes(service)) return undefined;
      records++;
    } else if (form !== undefined) wrapped++;
  }
  // In a wrapped log each line names its service, and a service may write its first line late.
  if (wrapped > 0 && wrapped * 2 >= lines.length) return undefined;
  return records * 4 >= lines.length && records > 0 ? STRANGER : (diagnose(lines.map(String)) ?? STRANGER);
}

function linesOf(head: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < head.length && lines.length < LINES; ) {
    const newline = head.indexOf(NEWLINE, start);
    const end = newline === -1 ? head.length : newline;
    if (end > start) lines.push(head.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

const NEWLINE = 10;
