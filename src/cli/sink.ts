import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { outputUnwritable } from '../model/errors.js';
import type { Io } from './command.js';

/**
 * Output of a command: stdout or a file. Writes are batched to a quarter of a megabyte to save system calls, and
 * flushed when the process is idle.
 */
export interface Sink {
  /** Waits while the reader is slower. Rejects with EPIPE if the reader has gone. */
  write(piece: string | Uint8Array): Promise<void>;
  /** Resolves when the system has accepted everything. */
  close(): Promise<void>;
}

/**
 * Opens the output at once, so that an unwritable path is reported before the logs are read.
 * @throws OperatorError OUTPUT_UNWRITABLE
 */
export async function openSink({ stdout }: Pick<Io, 'stdout'>, file: string | undefined): Promise<Sink> {
  if (file === undefined) {
    const batches = createBatches(stdout);
    return { write: batches.add, close: batches.flush };
  }

  const stream = createWriteStream(file);
  const failed = (cause: unknown) => {
    throw outputUnwritable(file, cause);
  };
  await once(stream, 'open').catch(failed);
  // `once` rejects while somebody waits; between two waits the error is kept here.
  let fault: unknown;
  stream.on('error', (error) => {
    fault = error;
  });
  const batches = createBatches(stream);
  return {
    async write(piece) {
      if (fault !== undefined) failed(fault);
      await batches.add(piece).catch(failed);
    },
    async close() {
      if (fault !== undefined) failed(fault);
      await batches.flush().catch(failed);
      if (fault !== undefined) failed(fault);
      stream.end();
      await once(stream, 'close').catch(failed);
      if (fault !== undefined) failed(fault);
    },
  };
}

const BATCH = 256 * 1024;

interface Batches {
  add(piece: string | Uint8Array): Promise<void>;
  flush(): Promise<void>;
}

/** Batches writes to a stream. The stream owns a batch once it is written; the next batch has new memory. */
function createBatches(stream: Writable): Batches {
  let batch = Buffer.allocUnsafeSlow(BATCH);
  let length = 0;
  let waiting: NodeJS.Immediate | undefined;

  const give = (): void => {
    clearImmediate(waiting);
    waiting = undefined;
    if (length === 0) return;
    const full = batch.subarray(0, length);
    batch = Buffer.allocUnsafeSlow(BATCH);
    length = 0;
    stream.write(full);
  };
  const drained = async (): Promise<void> => {
    if (stream.writableNeedDrain) await once(stream, 'drain');
  };

  return {
    async add(piece) {
      // What an idle moment gave may be more than the reader has taken.
      await drained();
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + BATCH - length);
        batch.set(part, length);
        length += part.length;
        at += part.length;
        if (length < BATCH) break;
        give();
        await drained();
      }
      if (length > 0) waiting ??= setImmediate(give);
    },
    async flush() {
      give();
      await drained();
    },
  };
}
