import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** Why a body was not read. */
export type BodyFault = 'too large' | 'too much at once' | 'damaged' | 'cut off';

/** Memory that all bodies in progress share. */
export class Room {
  #free: number;

  constructor(bytes: number) {
    this.#free = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#free += bytes;
  }
}

/**
 * Reads a body to its end. A body that is too large is neither kept nor read to its end.
 * @param room memory is taken as bytes arrive, and returned after `use`
 * @param use must not keep the bytes after it resolves
 */
export async function withBody<T>(
  request: IncomingMessage,
  { most, room }: { readonly most: number; readonly room: Room },
  use: (body: Buffer | BodyFault) => Promise<T>,
): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const fault = await new Promise<BodyFault | undefined>((resolve) => {
      if (Number(request.headers['content-length'] ?? 0) > most) return resolve('too large');
      request.on('data', (chunk: Buffer) => {
        if (bytes + chunk.length > most) return resolve('too large');
        if (!room.take(chunk.length)) return resolve('too much at once');
        bytes += chunk.length;
        chunks.push(chunk);
      });
      request.on('end', () => resolve(undefined));
      request.on('error', () => resolve('cut off'));
      request.on('close', () => resolve('cut off'));
    });
    request.removeAllListeners('data');
    return await use(fault ?? Buffer.concat(chunks));
  } finally {
    room.give(bytes);
  }
}

/** Unpacks gzip up to a size: a small body can unpack to a large one. */
export async function unpack(body: Buffer, most: number): Promise<Buffer | BodyFault> {
  try {
    return await unzip(body, { maxOutputLength: most });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'damaged';
  }
}
