import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import type { Unpack } from './compressed-file.js';

/**
 * The library unpacks one stream at a time; every other stream waits until the first is read to its end. A replay reads
 * several logs at once, some only at their heads, so each stream gets its own instance.
 */
const alone = () => ({
  _contextMutex: { acquire: async () => undefined, release: () => undefined },
  _moduleInstance: undefined,
  _moduleInstancePromise: undefined,
});

/** Settles when the last started stream has its instance. */
let begun: Promise<unknown> = Promise.resolve();

export const unxz: Unpack = async function* (compressed) {
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const bytes = compressed.read();
      if (bytes.length > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
  const begin = async () => {
    Object.assign(xz.XzReadableStream, alone());
    const reader = new xz.XzReadableStream(source).getReader();
    return { reader, first: await reader.read() };
  };
  const ready = begun.then(begin);
  begun = ready.catch(() => undefined);
  const { reader, first } = await ready;
  try {
    for (let { value, done } = first; !done; { value, done } = await reader.read())
      // The library reuses its memory.
      if (value !== undefined && value.length > 0) yield Buffer.from(value);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
};
