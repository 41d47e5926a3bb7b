import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isPacked } from './kind.js';
import type { Meter } from './limits.js';

/** Path under which standard input is shown. */
export const STDIN_NAME = 'stdin';

/** What comes through standard input, piece by piece. */
export type Input = AsyncIterable<Buffer | string>;

/**
 * Saves compressed standard input to a file, because an archive cannot be read from a pipe.
 * @param folder creates the folder if needed
 * @returns the file; or the input itself, if it is not compressed
 */
export async function savePacked(
  input: Input,
  folder: () => string,
  meter: Meter,
): Promise<{ readonly path: string } | { readonly input: Input }> {
  const pieces = input[Symbol.asyncIterator]();
  const stopped = new Promise<undefined>((resolve) => meter.onStop(() => resolve(undefined)));
  const next = async (): Promise<Buffer | undefined> => {
    const piece = meter.isStopped ? undefined : await Promise.race([pieces.next(), stopped]);
    if (piece === undefined || piece.done === true) return undefined;
    return Buffer.isBuffer(piece.value) ? piece.value : Buffer.from(piece.value);
  };
  const head = await next();
  if (head === undefined || !isPacked(head)) return { input: from(head, pieces) };
  const path = join(folder(), STDIN_NAME);
  const fd = openSync(path, 'wx', 0o600);
  try {
    for (let bytes: Buffer | undefined = head; bytes !== undefined; bytes = await next()) {
      meter.wrote(STDIN_NAME, bytes.length);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
  } finally {
    closeSync(fd);
  }
  return { path };
}

async function* from(head: Buffer | undefined, pieces: AsyncIterator<Buffer | string>): AsyncGenerator<Buffer | string> {
  if (head === undefined) return;
  yield head;
  yield* { [Symbol.asyncIterator]: () => pieces };
}
