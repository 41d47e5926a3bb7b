import { basename, dirname, join } from 'node:path';

/** Suffixes of compressed files. */
const PACKED = String.raw`\.(?:gz|xz|zst|bz2)`;
const PACKED_END = new RegExp(`${PACKED}$`);

/** Whether a file is named like a compressed one. */
export const isPackedName = (path: string): boolean => PACKED_END.test(path);

/** The name without a compression suffix. */
export const unpackedName = (path: string): string => path.replace(PACKED_END, '');

const ARCHIVE = /\.(?:tar(?:\.(?:gz|xz|zst|bz2))?|tgz|txz|tzst|tbz2?|zip)$/i;

/** Whether a file is named like an archive. */
export const isArchiveName = (path: string): boolean => ARCHIVE.test(path);

/** Whether both the file and its compressed copy exist: the compressed one is not complete yet. */
export const isBeingPacked = (path: string, has: (other: string) => boolean): boolean => isPackedName(path) && has(unpackedName(path));

/** Rotation suffixes: `.1`, `.2.gz`, `-20261121`, `.2026-11-21`, `.1.2017-05-16_13:53:08`. */
const SUFFIX = String.raw`(?<mark>(?:[.-]\d{1,4}|[.-]\d{4}-?\d\d-?\d\d(?:[T_-][\d:]{1,10})?)*)(?:${PACKED})?$`;
const NAME = new RegExp(String.raw`^(?<name>.+?\.(?:log|jsonl?))${SUFFIX}`);
const SUFFIX_ALONE = new RegExp(`^${SUFFIX}`);
const DATE = /(\d{4})-?(\d\d)-?(\d\d)(?:[T_-]([\d:]+))?$/;
const NUMBER = /(\d+)$/;

/**
 * Whether a file is named like a log, rotated or not. Most `.json` files are documents: such a log must be named by the
 * user.
 */
export const isLogName = (path: string): boolean => {
  const name = NAME.exec(basename(path))?.groups?.['name'];
  return name !== undefined && !name.endsWith('.json');
};

/** Whether a file is named like a live log. */
export const isLiveName = (path: string): boolean => isLogName(path) && basePath(path) === path;

/** The path without a rotation suffix: `nova-compute.log` for `nova-compute.log.2.gz`. Other names are unchanged. */
export function basePath(path: string): string {
  const found = NAME.exec(basename(path))?.groups;
  if (found === undefined) return unpackedName(path);
  return found['name'] === basename(path) ? path : join(dirname(path), found['name']!);
}

/**
 * Names in a folder that are rotated files of a log with any name, oldest first. An incomplete compressed copy is left
 * out.
 */
export function rotatedNames(name: string, names: readonly string[]): string[] {
  const suffixes = new Map<string, string>();
  for (const other of names) {
    if (other.length <= name.length || !other.startsWith(name)) continue;
    const found = SUFFIX_ALONE.exec(other.slice(name.length))?.groups;
    if (found?.['mark']) suffixes.set(other, found['mark']);
  }
  return [...suffixes]
    .filter(([other]) => !isBeingPacked(other, (unpacked) => suffixes.has(unpacked)))
    .sort(([a, suffixOfA], [b, suffixOfB]) => {
      const [groupA, rankA] = ageOfSuffix(suffixOfA);
      const [groupB, rankB] = ageOfSuffix(suffixOfB);
      return groupA - groupB || rankA - rankB || (a < b ? -1 : 1);
    })
    .map(([other]) => other);
}

/** Sorts the files of one log, oldest first: numbers count down, dates count up, and the live file comes last. */
export function byAge(a: string, b: string): number {
  const [groupA, rankA] = ageOf(a);
  const [groupB, rankB] = ageOf(b);
  return groupA - groupB || rankA - rankB || (a < b ? -1 : 1);
}

function ageOf(path: string): readonly [group: number, rank: number] {
  return ageOfSuffix(NAME.exec(basename(path))?.groups?.['mark'] ?? '');
}

function ageOfSuffix(suffix: string): readonly [group: number, rank: number] {
  if (suffix === '') return [2, 0];
  const date = DATE.exec(suffix);
  if (date === null) return [0, -Number(NUMBER.exec(suffix)?.[1])];
  const [, year, month, day, time = ''] = date;
  // The time is as long as one rotation policy makes it: padded on the right, a shorter one is earlier.
  return [1, Number(`${year}${month}${day}.${time.replaceAll(':', '')}`)];
}
