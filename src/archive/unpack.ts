import { closeSync, mkdirSync, openSync, statSync, utimesSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import { OperatorError, reasonOf } from '../model/errors.js';
import type { LogInput } from '../tail/log-input.js';
import { maybeLog } from '../tail/maybe-log.js';
import { openLog } from '../tail/read-file.js';
import { isArchiveName, isLogName } from '../tail/rotated.js';
import { LOCALTIME } from './host-zone.js';
import { isZipFile } from './kind.js';
import type { Meter } from './limits.js';
import { isAboutHost } from './sosreport.js';

/** Only logs, and files with facts about the host, are written. */
const isWanted = (name: string): boolean => isLogName(name) || maybeLog(`/${name}`) || isArchiveName(name) || isAboutHost(name);

/** Maximum length of a file name. */
const LONGEST = 255;

/**
 * Writes the logs of an archive into a folder. Links, devices and names that lead out of the folder are skipped.
 * @param name name of the archive in errors
 * @returns why the end was not reached, if so; the readable part is written
 * @throws OperatorError LOG_UNREADABLE at a limit
 */
export const unpack = (archive: string, folder: string, name: string, meter: Meter): Promise<string | undefined> =>
  isZipFile(archive) ? unzip(archive, folder, name, meter) : untar(archive, folder, name, meter);

async function untar(archive: string, folder: string, name: string, meter: Meter): Promise<string | undefined> {
  const input = await openLog(archive);
  const members = extract();
  const packed = statSync(archive).size;
  const source = Readable.from(
    piecesOf(input, meter, (unpacked) => meter.ratio(name, unpacked, packed)),
    { objectMode: false },
  );
  source.on('error', (error) => members.destroy(error));
  source.pipe(members);
  let limit: unknown;
  try {
    for await (const member of members) {
      const { type, name: path, mtime, linkname } = member.header;
      const isLink = type === 'symlink' && isZoneLink(path);
      const place = type === 'file' || type === 'contiguous-file' || isLink ? placeOf(path) : undefined;
      try {
        meter.member(name);
        const content = isLink ? [Buffer.from(linkname ?? '')] : member;
        await write(content, place === undefined ? undefined : join(folder, place), mtime, (bytes) => meter.wrote(name, bytes));
      } catch (error) {
        limit = error;
        throw error;
      }
      // A tar goes on only then.
      if (isLink) member.resume();
    }
    return input.fault;
  } catch (error) {
    if (limit !== undefined && isOperators(limit)) throw limit;
    if (isOperators(error)) throw error;
    return input.fault ?? `${name} cannot be read to its end: ${reasonOf(error)}`;
  } finally {
    members.destroy();
    source.destroy();
    await input.close();
  }
}

const isOperators = (error: unknown): boolean => error instanceof Error && error.name === 'OperatorError';

async function* piecesOf(input: LogInput, meter: Meter, onBytes: (total: number) => void): AsyncGenerator<Buffer> {
  for (let piece = await input.read(); piece !== undefined && !meter.isStopped; piece = await input.read()) {
    onBytes(piece.offset + piece.bytes.length);
    // What comes next overwrites the piece, and the other end may keep it.
    yield Buffer.from(piece.bytes);
  }
}

async function unzip(archive: string, folder: string, name: string, meter: Meter): Promise<string | undefined> {
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw new OperatorError(
      'LOG_UNREADABLE',
      `cannot read ${name}: it is cut off or no zip, as the list of its files at its end is missing`,
      {
        remedy: 'copy it again; `zip -FF ARCHIVE.zip --out WHOLE.zip` makes an archive of what is there',
        cause,
      },
    );
  });
  const packed = statSync(archive).size;
  let total = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (meter.isStopped) break;
      meter.member(name);
      const type = (entry.externalFileAttributes >>> 16) & 0o170000;
      const isFile = ([0, 0o100000].includes(type) && !entry.fileName.endsWith('/')) || (type === 0o120000 && isZoneLink(entry.fileName));
      const place = isFile ? placeOf(entry.fileName) : undefined;
      if (place === undefined) continue;
      const stream = await zip.openReadStreamPromise(entry);
      await write(stream, join(folder, place), entry.getLastModDate(), (bytes) => {
        meter.ratio(name, (total += bytes), packed);
        meter.wrote(name, bytes);
      });
    }
    return undefined;
  } catch (error) {
    if (isOperators(error)) throw error;
    return `${name} cannot be read to its end: ${reasonOf(error)}`;
  } finally {
    zip.close();
  }
}

/** Links are skipped, except the one that shows the zone of the host: its target is written as content. */
const isZoneLink = (path: string): boolean => path === LOCALTIME || path.endsWith(`/${LOCALTIME}`);

/** Path of a member below the folder; undefined if it is skipped. */
function placeOf(path: string): string | undefined {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (path.startsWith('/') || names.length === 0 || !isWanted(names.join('/'))) return undefined;
  const isSafe = names.every((name) => name !== '..' && name.length <= LONGEST && !/[\0\\]/.test(name));
  return isSafe ? names.join('/') : undefined;
}

/** Reads a member to its end: a tar continues only then. */
async function write(
  member: AsyncIterable<Buffer> | Iterable<Buffer>,
  path: string | undefined,
  mtime: Date | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const fd = path === undefined ? undefined : create(path);
  try {
    for await (const bytes of member) {
      if (fd === undefined) continue;
      onBytes(bytes.length);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
  } finally {
    if (fd !== undefined) closeSync(fd);
    // Lines without a year get it from this time.
    if (fd !== undefined && path !== undefined && mtime !== undefined) utimesSync(path, mtime, mtime);
  }
}

function create(path: string): number | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, 'w', 0o600);
  } catch (error) {
    // Two members cannot both be a file and the folder of another.
    if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
