import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isPacked } from './kind.js';
import type { Meter } from './limits.js';

/** How what came through standard input is called. */
export const STDIN_NAME = 'stdin';

/**
 * Writes what comes through standard input into a folder where it is packed, as archives cannot be read from a pipe. What is not
 * packed is left in the stream.
 *
 * @param folder makes the folder, where one is needed
 * @returns the file
 */
export async function savePacked(stream: NodeJS.ReadableStream, folder: () => string, meter: Meter): Promise<string | undefined> {
  const head = await firstOf(stream, meter);
  if (head === undefined) return undefined;
  if (!isPacked(head)) {
    stream.unshift(head);
    return undefined;
  }
  const path = join(folder(), STDIN_NAME);
  const fd = openSync(path, 'wx', 0o600);
  try {
    for (let bytes: Buffer | undefined = head; bytes !== undefined; bytes = await firstOf(stream, meter)) {
      meter.wrote(STDIN_NAME, bytes.length);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
  } finally {
    closeSync(fd);
  }
  return path;
}

/** @returns undefined at the end, on a fault, and when the user has had enough */
async function firstOf(stream: NodeJS.ReadableStream, meter: Meter): Promise<Buffer | undefined> {
  for (;;) {
    if (meter.isStopped) return undefined;
    const bytes = stream.read() as Buffer | string | null;
    if (bytes !== null) return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    if (!stream.readable) return undefined;
    const { promise, done } = next(stream);
    meter.onStop(done);
    await promise;
  }
}

const EVENTS = ['readable', 'end', 'error', 'close'] as const;

function next(stream: NodeJS.ReadableStream): { readonly promise: Promise<void>; readonly done: () => void } {
  let done = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    done = () => {
      for (const event of EVENTS) stream.removeListener(event, done);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, done);
  });
  return { promise, done };
}
