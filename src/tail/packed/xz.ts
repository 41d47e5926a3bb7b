import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import type { Unpack } from './unpack.js';

export const unxz: Unpack = async function* (compressed) {
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const bytes = compressed.read();
      if (bytes.length > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
  const reader = new xz.XzReadableStream(source).getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read())
    // The library uses its memory again.
    if (value !== undefined && value.length > 0) yield Buffer.from(value);
};
