import { accessSync, constants, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { logUnreadable, OperatorError, reasonOf } from '../model/errors.js';
import { basePath, byAge, isArchiveName, isBeingPacked, isLiveName, isLogName, isPackedName } from './rotated.js';

/** One log: its live file and its rotated files. */
export interface LogSet {
  /** the base path: without a rotation suffix */
  readonly path: string;
  /** the files to read, oldest first; `-` is standard input */
  readonly parts: readonly string[];
  /** host by its sosreport, used if nothing else shows it */
  readonly host?: string | undefined;
  readonly zone?: string | undefined;
}

const STDIN = '-';

/**
 * The logs under paths, as sets of a live file and its rotated files: files as named, folders with all logs below,
 * globs, and `-` for standard input. A file with several names is read once.
 * @returns sorted by name, so that the same paths always give the same order
 * @throws OperatorError LOG_UNREADABLE with every path that is missing, unreadable or without logs
 */
export async function findLogs(paths: readonly string[]): Promise<LogSet[]> {
  const { logs, faults } = await findLogsAndFaults(paths);
  if (faults.length > 0) throw unreadable(faults);
  return logs;
}

/** As findLogs, but returns the readable logs beside the faults. */
export async function findLogsAndFaults(
  paths: readonly string[],
  most = MOST_FOLDERS,
  isWanted: (path: string) => boolean = isLogName,
): Promise<{
  readonly logs: LogSet[];
  readonly archives: readonly string[];
  readonly faults: readonly Fault[];
  /** files that may not be logs at all */
  readonly unsure: readonly Fault[];
}> {
  const faults: Fault[] = [];
  const unsure: Fault[] = [];
  const archives: string[] = [];
  const files: string[] = [];
  for (const path of paths) files.push(...(path === STDIN ? [path] : await filesAt(path, { faults, unsure }, most, isWanted)));
  // For two names of one file, the one that shows more is used.
  files.sort((a, b) => Number(isLogName(b)) - Number(isLogName(a)));

  const sets = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const file of files) {
    // A pipe of the shell has no name in the file system.
    const real = file === STDIN || statOf(file)?.isFIFO() ? file : realpathSync(file);
    if (seen.has(real)) continue;
    seen.add(real);
    if (isArchiveName(file)) {
      archives.push(file);
      continue;
    }
    const name = basePath(file);
    const parts = sets.get(name);
    if (parts === undefined) sets.set(name, [file]);
    else parts.push(file);
  }
  const logs = [...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, parts]) => ({ path, parts: parts.filter((part) => !isBeingPacked(part, (other) => parts.includes(other))).sort(byAge) }));
  return { logs, archives, faults, unsure };
}

/** Result of `liveLogs`. */
export interface LiveLogs {
  readonly logs: readonly string[];
  readonly unmatched: readonly string[];
}

type OnFolder = (folder: string | undefined) => void;

/**
 * Live logs under paths, for `tail`; rotated files are left to `findLogs`. A named file is returned even if it does not
 * exist yet; a folder or glob without logs is listed in `unmatched`.
 * @param onFolder called with each folder whose entries decide the result; with undefined if they cannot be named
 * @returns sorted by name
 */
export async function liveLogs(paths: readonly string[], onFolder: OnFolder = () => undefined): Promise<LiveLogs> {
  const logs = new Set<string>();
  const unmatched: string[] = [];
  for (const path of paths) {
    const kind = kindOf(path);
    const named =
      kind === 'file'
        ? [normalize(path)]
        : (kind === 'glob' ? await matching(path) : logsBelow(path, [], MOST_FOLDERS, { isWanted: isLogName, onFolder })).filter(
            (log) => isLive(log) && !isArchiveName(log),
          );
    if (kind !== 'folder') onFolder(isDynamicPattern(dirname(path)) ? undefined : dirname(path));
    // A named file is refused when it is opened, with the reason.
    const found = named.filter((log) => !isNoLog(log) || (kind === 'file' && !ofKernel().has(statOf(log)?.dev ?? 0)));
    if (found.length === 0) unmatched.push(path);
    for (const log of found) logs.add(log);
  }
  return { logs: [...logs].sort(), unmatched };
}

/** A glob may use any file names, such as `*.txt`; only rotated files are excluded. */
const isLive = (path: string): boolean => isLiveName(path) || (!isLogName(path) && !isPackedName(path));

/** Why special files are not read: they may never end, or never give data. */
const NOT_A_LOG = 'it is no ordinary file, but a device, a socket, a pipe that was not named, or a file of the kernel';

/**
 * Links are followed everywhere, as deployments put logs on other file systems. The target must be an ordinary file on
 * a disk: a pipe would block the reader, and /proc shows secrets of other processes.
 */
const isOrdinary = (found: Stats): boolean => found.isFile() && !ofKernel().has(found.dev);

let kernel: ReadonlySet<number> | undefined;
function ofKernel(): ReadonlySet<number> {
  // In a chroot or container these may be plain folders of the root file system.
  const own = statOf('/')?.dev;
  kernel ??= new Set(['/proc', '/sys'].flatMap((path) => statOf(path)?.dev ?? []).filter((dev) => dev !== own));
  return kernel;
}

/** Whether the path exists and is no log. A missing file may become one. */
function isNoLog(path: string): boolean {
  const found = statOf(path);
  return found !== undefined && !isOrdinary(found);
}

/** A path that cannot be read, and why. */
export interface Fault {
  readonly path: string;
  readonly cause: unknown;
  /** a readable folder or pattern without logs */
  readonly isEmpty?: true;
}

async function filesAt(
  path: string,
  { faults, unsure }: { readonly faults: Fault[]; readonly unsure: Fault[] },
  most: number,
  isWanted: (path: string) => boolean,
): Promise<string[]> {
  try {
    const kind = kindOf(path);
    if (kind === 'file') {
      return isReadable(path, faults, true) ? [normalize(path)] : [];
    }
    const found = kind === 'glob' ? await matching(path) : logsBelow(path, faults, most, { isWanted });
    if (found.length === 0) {
      const cause = new Error(kind === 'glob' ? 'no file matches' : 'the folder holds no logs (files called SERVICE.log)');
      faults.push({ path, cause, isEmpty: true });
    }
    // A file that only may be a log does not stop the others.
    return found.filter((file) => isReadable(file, kind === 'glob' || isLogName(file) || isArchiveName(file) ? faults : unsure));
  } catch (cause) {
    faults.push({ path, cause });
    return [];
  }
}

/**
 * @param isNamed a named pipe is read if the user named it, such as the shell's `<(zcat nova-compute.log.gz)`; one
 * found in a folder would block
 */
function isReadable(path: string, faults: Fault[], isNamed = false): boolean {
  try {
    accessSync(path, constants.R_OK);
    if (isNamed && statOf(path)?.isFIFO()) return true;
    if (isNoLog(path)) throw new Error(NOT_A_LOG);
    return true;
  } catch (cause) {
    faults.push({ path, cause });
    return false;
  }
}

/** A file that is really named `a[1].log` is that file, not a pattern. */
function kindOf(path: string): 'file' | 'folder' | 'glob' {
  const found = statOf(path);
  if (found !== undefined) return found.isDirectory() ? 'folder' : 'file';
  return isDynamicPattern(path) ? 'glob' : 'file';
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Absolute paths for an absolute pattern: tinyglobby's are relative to the working directory. Links below `**` are not
 * followed: one to `/` would lead through the whole machine.
 */
const matching = async (pattern: string): Promise<string[]> =>
  (await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern), followSymbolicLinks: !pattern.includes('**') }))
    .map((path) => normalize(path))
    .sort();

/** Maximum number of folders below a given one: it may contain a link to `/`. */
export const MOST_FOLDERS = 5000;
const tooMany = (most: number): string => `there are more than ${most} folders in it: name those that hold logs`;

/** Files below a folder with names of logs. Links to folders are followed, each folder once. */
function logsBelow(
  folder: string,
  faults: Fault[],
  most: number,
  looking: { readonly isWanted: (path: string) => boolean; readonly onFolder?: OnFolder },
  seen = new Set<string>(),
): string[] {
  try {
    looking.onFolder?.(folder);
    const real = realpathSync(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    if (seen.size === most) faults.push({ path: folder, cause: new Error(tooMany(most)) });
    if (seen.size >= most) return [];
    return readdirSync(folder)
      .sort()
      .flatMap((name) => {
        const path = join(folder, name);
        const found = statOf(path);
        if (found === undefined || ofKernel().has(found.dev)) return [];
        if (found.isDirectory()) return logsBelow(path, faults, most, looking, seen);
        return found.isFile() && (looking.isWanted(path) || isArchiveName(path)) ? [path] : [];
      });
  } catch (cause) {
    faults.push({ path: folder, cause });
    return [];
  }
}

/** One error for all faults. Its message has a line per path. */
export function unreadable(faults: readonly Fault[]): OperatorError {
  const [first, ...others] = faults;
  // The error already says what to do.
  if (first!.cause instanceof OperatorError && others.length === 0) return first!.cause;
  const { message, code, remedy } = logUnreadable(first!.path, first!.cause);
  const rest = others.map(({ path, cause }) => `\n            ${path}: ${reasonOf(cause)}`);
  return new OperatorError(code, message + rest.join(''), { remedy, cause: first!.cause });
}
