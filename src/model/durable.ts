import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file atomically: after a crash at any time, either the old or the new file is there, complete.
 *
 *     write NAME.new, fsync, rename to NAME, fsync the folder
 *
 * @throws the system's error; the old file is untouched then
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  try {
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  } catch (error) {
    // On a full disk the half-written file would take the space for the next attempt.
    await unlink(fresh).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Syncs a folder to disk. Some file systems cannot do that: their error is ignored. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}
