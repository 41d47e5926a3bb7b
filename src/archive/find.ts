import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, findLogsAndFaults, type LogSet } from '../tail/discover.js';
import { LIMITS, type Limits, Meter } from './limits.js';
import { type AboutHost, aboutHost, sosreportOf } from './sosreport.js';
import { unpack } from './unpack.js';

/** What lies under paths, the archives there unpacked. */
export interface Found {
  /** a log of an archive is called `ARCHIVE/NAME` */
  readonly logs: readonly LogSet[];
  readonly faults: readonly Fault[];
  /** archives that were not read to their end, and why */
  readonly cutOff: readonly { readonly path: string; readonly why: string }[];
  /** Removes what was unpacked. */
  close(): void;
}

/** An archive may hold others, as `sos collect` makes them, but not without end. */
const DEEPEST = 3;

/**
 * The logs under paths, as `findLogs` finds them, and those in archives. These are unpacked into a folder of this process's
 * own: a tar cannot be read at several places at once, as merging its logs by time needs.
 */
export async function findInArchives(paths: readonly string[], limits: Limits = LIMITS, signal?: AbortSignal): Promise<Found> {
  const room = new Room();
  const meter = new Meter(limits, signal);
  const logs: LogSet[] = [];
  const faults: Fault[] = [];
  const cutOff: { path: string; why: string }[] = [];
  const known = new Map<string, AboutHost>();

  const look = async (at: readonly string[], nameOf: (path: string) => string, depth: number): Promise<void> => {
    const found = await findLogsAndFaults(at);
    for (const { path, cause } of found.faults) if (depth === 0) faults.push({ path, cause });
    for (const set of found.logs) logs.push({ ...set, ...about(set, known), path: nameOf(set.path) });
    for (const archive of depth < DEEPEST ? found.archives : []) {
      const name = nameOf(archive);
      const folder = room.folder();
      try {
        const before = logs.length;
        const why = await unpack(archive, folder, name, meter);
        if (why !== undefined) cutOff.push({ path: name, why });
        if (depth > 0) rmSync(archive);
        await look([folder], (path) => name + path.slice(folder.length), depth + 1);
        if (logs.length === before && depth === 0)
          faults.push({ path: name, cause: new Error(why ?? 'the archive holds no logs (files called SERVICE.log)') });
      } catch (cause) {
        faults.push({ path: name, cause });
      }
    }
  };
  try {
    await look(paths, (path) => path, 0);
  } catch (error) {
    room.close();
    throw error;
  }
  logs.sort(({ path: a }, { path: b }) => (a < b ? -1 : 1));
  return { logs, faults, cutOff, close: () => room.close() };
}

function about({ parts }: LogSet, known: Map<string, AboutHost>): Partial<AboutHost> {
  const sosreport = parts[0] === '-' ? undefined : sosreportOf(parts[0]!);
  if (sosreport === undefined) return {};
  const told = known.get(sosreport) ?? aboutHost(sosreport);
  known.set(sosreport, told);
  return told;
}

/** The hosts whose sosreports say a zone, each once. */
export function zonesSaid(logs: readonly LogSet[]): { readonly zone: string; readonly host: string | undefined }[] {
  const said = new Map<string, { readonly zone: string; readonly host: string | undefined }>();
  for (const { zone, host } of logs) if (zone !== undefined) said.set(`${host} ${zone}`, { zone, host });
  return [...said.values()];
}

/** A temporary folder that nobody else can read, there while it is needed and not longer than the process. */
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
