import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { compressionOf, MAGIC_BYTES } from '../tail/packed/unpack.js';
import { openLog } from '../tail/read-file.js';
import { isArchiveName } from '../tail/rotated.js';

const ZIP = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('PK\x05\x06', 'latin1')];
const TAR = Buffer.from('ustar', 'latin1');
const TAR_AT = 257;
/** Number of first bytes that identify the format. */
const HEAD = TAR_AT + TAR.length;

const isZip = (head: Buffer): boolean => ZIP.some((magic) => head.subarray(0, magic.length).equals(magic));
const isTar = (head: Buffer): boolean => head.subarray(TAR_AT, HEAD).equals(TAR);

/** Whether a file with these first bytes is compressed, or an archive. */
export const isPacked = (head: Buffer): boolean => isZip(head) || isTar(head) || compressionOf(head.subarray(0, MAGIC_BYTES)) !== undefined;

export function isZipFile(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4);
    return isZip(head.subarray(0, readSync(fd, head, 0, 4, 0))) || /\.zip$/i.test(path);
  } finally {
    closeSync(fd);
  }
}

/** Whether a file is an archive, by its first bytes and not by its name: `sosreport.bin`, or a tar named `logs.gz`. */
export async function isArchive(path: string): Promise<boolean> {
  try {
    if (isArchiveName(path)) return true;
    if (!statSync(path).isFile()) return false;
    if (isZipFile(path)) return true;
    const input = await openLog(path);
    try {
      const piece = await input.read();
      return piece !== undefined && isTar(piece.bytes);
    } finally {
      await input.close();
    }
  } catch {
    // What reads it as a log says what is wrong.
    return false;
  }
}
