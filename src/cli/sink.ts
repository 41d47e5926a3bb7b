import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { outputUnwritable } from '../model/errors.js';
import { type Io, write } from './command.js';

/** Where a command's result goes: stdout, or the file it was told. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is with the system when this resolves. */
  close(): Promise<void>;
}

/**
 * Opens at once, so that a path that cannot be written is known before hours are spent reading.
 *
 * @throws OperatorError OUTPUT_UNWRITABLE
 */
export async function openSink({ stdout }: Pick<Io, 'stdout'>, file: string | undefined): Promise<Sink> {
  if (file === undefined) return { write: (text) => write(stdout, text), close: async () => {} };

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
  return {
    async write(text) {
      if (fault !== undefined) failed(fault);
      await write(stream, text).catch(failed);
    },
    async close() {
      if (fault !== undefined) failed(fault);
      stream.end();
      await once(stream, 'close').catch(failed);
      if (fault !== undefined) failed(fault);
    },
  };
}
