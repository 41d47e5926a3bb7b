import { type FileHandle, open } from 'node:fs/promises';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { createLineSplitter } from './lines.js';
import { openLog } from './read-file.js';
import { bytesAt, type Found } from './siblings.js';

export interface Since {
  /** the earliest time that is needed */
  readonly since: Millis;
  /** newest time among the lines of some bytes; undefined if none has one */
  readonly timeIn: (chunk: Buffer) => Millis | undefined;
}

const CHUNK = 64 * 1024;
/** Number of chunks searched for a line with a time. */
const WIDEN = 16;
/** Maximum bytes of the last step, line by line. */
const MOST_LINES_BYTES = 4 * 1024 * 1024;
/** Maximum step back of times in one log. */
const GOES_BACK: Millis = seconds(10);
const NEWLINE = 10;

/**
 * Finds the first line of a log since a time: the last file that begins before it, and the offset there.
 * Times go back by `GOES_BACK` at most, so all lines before a line that is older than the time by more than that are
 * older than the time. This property splits the log in two parts, and bisection finds the place.
 * @param files in age order, at least one
 */
export async function findSince(files: readonly Found[], given: Since): Promise<{ readonly file: Found; readonly offset: number }> {
  const limit = given.since - GOES_BACK;
  let oldest: number | undefined;
  for (let i = files.length - 1; i >= 0; i--) {
    const file = files[i]!;
    const first = file.isGzip ? await firstTime(file, given) : await plainTime(file, 0, given);
    if (first !== undefined && first < limit) {
      return firstLine(files, i, file.isGzip ? await unpackedBefore(file, limit, given) : await bisect(file, limit, given), given);
    }
    if (first !== undefined) oldest = i;
  }
  return oldest === undefined ? { file: files.at(-1)!, offset: 0 } : firstLine(files, oldest, 0, given);
}

/** @returns the start of a line before which every line is older than the time */
async function bisect(file: Found, limit: Millis, given: Since): Promise<number> {
  let low = 0;
  let high = file.size;
  while (high - low > CHUNK) {
    const middle = low + Math.floor((high - low) / 2);
    const time = await plainTime(file, middle, given);
    if (time !== undefined && time < limit) low = middle;
    else high = middle;
  }
  if (low === 0) return 0;
  return withHandle(file, async (handle) => {
    for (let at = low; at < file.size; at += CHUNK) {
      const newline = (await bytesAt(handle, at, CHUNK)).indexOf(NEWLINE);
      if (newline !== -1) return at + newline + 1;
    }
    return 0;
  });
}

/** Newest time in the chunk at `from`, or in the first later chunk with a time. */
const plainTime = (file: Found, from: number, { timeIn }: Since): Promise<Millis | undefined> =>
  withHandle(file, async (handle) => {
    for (let i = 0; i < WIDEN; i++) {
      const at = from + i * CHUNK;
      const bytes = await bytesAt(handle, at, CHUNK);
      if (bytes.length === 0) return undefined;
      const start = at === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      const time = timeIn(bytes.subarray(start, bytes.lastIndexOf(NEWLINE) + 1));
      if (time !== undefined) return time;
    }
    return undefined;
  });

async function withHandle<T>({ path }: Found, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** Whole lines of a compressed file, one piece at a time. Stops when the callback returns true, or at the end. */
async function unpack({ path }: Found, use: (lines: Buffer, offset: number) => 'stop' | undefined): Promise<void> {
  const input = await openLog(path);
  try {
    let rest = Buffer.alloc(0);
    for (let piece = await input.read(); piece !== undefined; piece = await input.read()) {
      const from = piece.offset - rest.length;
      const bytes = Buffer.concat([rest, piece.bytes]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0 && use(bytes.subarray(0, end), from) === 'stop') return;
      rest = bytes.length - end > MOST_LINES_BYTES ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end));
    }
  } finally {
    await input.close();
  }
}

async function firstTime(file: Found, { timeIn }: Since): Promise<Millis | undefined> {
  let time: Millis | undefined;
  let tried = 0;
  await unpack(file, (lines) => {
    time = timeIn(lines.subarray(0, lines.lastIndexOf(NEWLINE, CHUNK) + 1 || lines.length));
    return time !== undefined || ++tried === WIDEN ? 'stop' : undefined;
  });
  return time;
}

async function unpackedBefore(file: Found, limit: Millis, { timeIn, since }: Since): Promise<number> {
  let safe = 0;
  await unpack(file, (lines, offset) => {
    const time = timeIn(lines);
    if (time !== undefined && time < limit) safe = offset + lines.length;
    return time !== undefined && time >= since + GOES_BACK ? 'stop' : undefined;
  });
  return safe;
}

/**
 * The last step, line by line. If no line is found near `from`, reading begins where the search stopped: all lines
 * before are older.
 */
async function firstLine(files: readonly Found[], index: number, from: number, given: Since): Promise<{ file: Found; offset: number }> {
  const file = files[index]!;
  const input = await openLog(file.path, from);
  let found: number | undefined;
  let end = from;
  const splitter = createLineSplitter({
    count: () => undefined,
    sink(bytes, start, to, offset) {
      if (found !== undefined) return;
      const time = given.timeIn(bytes.subarray(start, to));
      if (time !== undefined && time >= given.since) found = offset;
      else end = offset + (to - start) + 1;
    },
  });
  try {
    for (let piece = await input.read(); piece !== undefined; piece = await input.read()) {
      const { bytes, offset } = piece;
      if (offset + bytes.length > from) splitter.push(bytes.subarray(Math.max(0, from - offset)), Math.max(from, offset));
      if (found !== undefined || offset + bytes.length - from > MOST_LINES_BYTES) return { file, offset: found ?? end };
    }
  } finally {
    await input.close();
  }
  return index + 1 < files.length ? firstLine(files, index + 1, 0, given) : { file, offset: end };
}
