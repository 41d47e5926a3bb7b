import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../model/errors.js';
import { type Fault, findLogsAndFaults, type LogSet } from '../tail/discover.js';
import { maybeLog } from '../tail/maybe-log.js';
import { isLogName } from '../tail/rotated.js';
import { isArchive } from './kind.js';
import { LIMITS, type Limits, Meter, PastLimit } from './limits.js';
import { type AboutHost, aboutHost, sosreportOf } from './sosreport.js';
import { type Input, STDIN_NAME, savePacked } from './stdin.js';

/** Logs under paths, with archives unpacked. */
export interface Found {
  /** the logs; a log of an archive has the path `ARCHIVE/NAME` */
  readonly logs: readonly LogSet[];
  readonly faults: readonly Fault[];
  /** archives that could not be read to their end, and why */
  readonly cutOff: readonly Unread[];
  /** archives beside logs that contain no log */
  readonly passedOver: readonly Unread[];
  /** standard input, if it is not compressed */
  readonly stdin?: Input;
  /** Removes the unpacked files. */
  close(): void;
}

/** A path that is not read, or only in part, and why. */
interface Unread {
  readonly path: string;
  readonly why: string;
}

/** Maximum depth of archives in archives, as `sos collect` makes them. */
const DEEPEST = 3;

/**
 * The logs under paths, as `findLogs` finds them, files that may be logs, and logs in archives. Archives are unpacked
 * into a temporary folder, because a tar cannot be read at several places at once, which merging its logs by time
 * needs.
 */
export async function findInArchives(
  paths: readonly string[],
  limits: Limits = LIMITS,
  signal?: AbortSignal,
  stdin?: Input,
): Promise<Found> {
  const room = new Room();
  try {
    const meter = new Meter(limits, signal);
    const input = paths.includes(STDIN) && stdin !== undefined ? await savePacked(stdin, () => room.folder(), meter) : undefined;
    const saved = input !== undefined && 'path' in input ? input.path : undefined;
    const search = new Search(room, meter);
    await search.look(
      paths.map((path) => (path === STDIN ? (saved ?? path) : path)),
      (path) => (path === saved ? STDIN : path),
    );
    search.logs.sort(({ path: a }, { path: b }) => (a < b ? -1 : 1));
    const { logs, faults, cutOff, passedOver } = search;
    return {
      ...{ logs, faults, cutOff, passedOver, close: () => room.close() },
      ...(input !== undefined && 'input' in input && { stdin: input.input }),
    };
  } catch (error) {
    room.close();
    throw error;
  }
}

const STDIN = '-';

/** The search through paths and archives. */
class Search {
  readonly logs: LogSet[] = [];
  readonly faults: Fault[] = [];
  readonly cutOff: Unread[] = [];
  readonly passedOver: Unread[] = [];
  readonly #room: Room;
  readonly #meter: Meter;
  readonly #known = new Map<string, AboutHost>();

  constructor(room: Room, meter: Meter) {
    this.#room = room;
    this.#meter = meter;
  }

  async look(paths: readonly string[], nameOf: (path: string) => string, depth = 0): Promise<void> {
    const named = new Set(paths);
    const found = await findLogsAndFaults(paths, undefined, (path) => isLogName(path) || maybeLog(path));
    if (depth === 0) this.faults.push(...found.faults);
    for (const { path, cause } of found.unsure) this.passedOver.push({ path: nameOf(path), why: reasonOf(cause) });
    const archives = [...found.archives];
    for (const set of found.logs) {
      const [part] = set.parts;
      if (depth === 0 && part !== undefined && part !== STDIN && named.has(part) && (await isArchive(part))) archives.push(part);
      else this.logs.push({ ...set, ...about(set, this.#known), path: nameOf(set.path) });
    }
    for (const archive of depth < DEEPEST ? archives : []) await this.#open(archive, nameOf(archive), depth, named.has(archive));
  }

  /** @param isNamed the user named this archive: if it cannot be read, that is an error */
  async #open(archive: string, called: string, depth: number, isNamed: boolean): Promise<void> {
    const name = called === STDIN ? STDIN_NAME : called;
    const folder = this.#room.folder();
    const before = this.logs.length;
    let why: string | undefined;
    try {
      // The archive code is a tenth of the program, and few runs need it.
      const { unpack } = await import('./unpack.js');
      why = await unpack(archive, folder, name, this.#meter);
      if (why !== undefined) this.cutOff.push({ path: name, why });
      await this.look([folder], (path) => name + path.slice(folder.length), depth + 1);
    } catch (cause) {
      if (depth === 0 || cause instanceof PastLimit) this.faults.push({ path: name, cause });
      else this.cutOff.push({ path: name, why: reasonOf(cause) });
      return;
    } finally {
      if (depth > 0) rmSync(archive);
    }
    if (this.logs.length > before || depth > 0) return;
    if (isNamed) this.faults.push({ path: name, cause: new Error(why ?? 'the archive holds no logs (files called SERVICE.log)') });
    else this.passedOver.push({ path: name, why: why ?? 'the archive holds no logs' });
  }
}

function about({ parts }: LogSet, known: Map<string, AboutHost>): Partial<AboutHost> {
  const sosreport = parts[0] === '-' ? undefined : sosreportOf(parts[0]!);
  if (sosreport === undefined) return {};
  const host = known.get(sosreport) ?? aboutHost(sosreport);
  known.set(sosreport, host);
  return host;
}

/** Hosts with the zone of their sosreport, each once. */
export function zonesSaid(logs: readonly LogSet[]): { readonly zone: string; readonly host: string | undefined }[] {
  const zones = new Map<string, { readonly zone: string; readonly host: string | undefined }>();
  for (const { zone, host } of logs) if (zone !== undefined) zones.set(`${host} ${zone}`, { zone, host });
  return [...zones.values()];
}

/** A temporary folder that only this user can read. Removed after use, at the latest when the process exits. */
class Room {
  #path: string | undefined;
  #folders = 0;

  folder(): string {
    if (this.#path === undefined) {
      this.#path = mkdtempSync(join(tmpdir(), 'novaspan-archive-'));
      process.once('exit', this.close);
    }
    const folder = join(this.#path, String(this.#folders++));
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  readonly close = (): void => {
    process.removeListener('exit', this.close);
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  };
}
