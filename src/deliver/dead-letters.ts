import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../model/durable.js';
import type { FinishedTrace } from '../model/span.js';

/** A file of the folder: one JSON document. */
interface DeadLetter {
  /** reason of the backend, with its address and without secrets */
  readonly reason: string;
  /** when it was written, in ISO 8601 */
  readonly at: string;
  /** HTTP status, if there was one */
  readonly status?: number | undefined;
  /** the request, as OTLP JSON */
  readonly trace: object;
}

/** Why the backend refused a trace. */
export interface Refusal {
  readonly reason: string;
  readonly at: string;
  readonly status?: number | undefined;
}

/** Limits of the folder; a new trace beyond them is dropped. */
export interface DeadLetterLimits {
  readonly limitBytes?: number;
  readonly limitFiles?: number;
}

const FOLDER = 'dead-letter';
/** Name of the folder in version 0.1. */
const FORMER = 'set-aside';

/**
 * Folder of dead letters in a state folder. A folder of version 0.1 is renamed once.
 * @returns the path of the folder, which may not exist yet
 */
export function deadLetterFolder(stateDir: string): string {
  const folder = join(stateDir, FOLDER);
  const former = join(stateDir, FORMER);
  if (existsSync(former) && !existsSync(folder)) renameSync(former, folder);
  return folder;
}

const LIMIT_BYTES = 256 * 1024 * 1024;
const LIMIT_FILES = 10_000;

/**
 * The folder of refused traces (`dead-letter` in the state folder): one file per trace, until `novaspan resend` has
 * sent it.
 * When the folder is full, old files stay and a new trace is dropped: the log lines of the new trace still exist, so
 * `novaspan replay` can build it again, while those of old traces are rotated away first.
 */
export class DeadLetters {
  readonly folder: string;
  readonly #limitBytes: number;
  readonly #limitFiles: number;
  /** file sizes by name, as of the last listing; other processes only remove files */
  #sizes: Map<string, number> | undefined;

  constructor(folder: string, { limitBytes = LIMIT_BYTES, limitFiles = LIMIT_FILES }: DeadLetterLimits = {}) {
    this.folder = folder;
    this.#limitBytes = limitBytes;
    this.#limitFiles = limitFiles;
  }

  /**
   * Writes a trace to the folder. When this resolves with `kept`, the file is synced. The same trace replaces its own
   * file.
   * @param document the trace as OTLP JSON, one line
   * @throws the system's error if the folder cannot be written
   */
  async keep(trace: FinishedTrace, document: string, { reason, at, status }: Refusal): Promise<'kept' | 'full'> {
    const name = nameOf(trace);
    const head = JSON.stringify({ reason, at, status });
    const text = `${head.slice(0, -1)},"trace":${document}}\n`;
    const size = Buffer.byteLength(text);
    // The folder is listed again only when it seems full: files may have been sent or removed meanwhile.
    if (!this.#hasRoom(name, size)) this.#sizes = undefined;
    this.#sizes ??= await this.#list();
    if (!this.#hasRoom(name, size)) return 'full';
    await writeDurably(join(this.folder, name), text);
    this.#sizes.set(name, size);
    return 'kept';
  }

  #hasRoom(name: string, size: number): boolean {
    if (this.#sizes === undefined) return false;
    let bytes = size;
    let files = 1;
    for (const [other, otherSize] of this.#sizes) {
      if (other === name) continue;
      bytes += otherSize;
      files++;
    }
    return bytes <= this.#limitBytes && files <= this.#limitFiles;
  }

  async #list(): Promise<Map<string, number>> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const found = new Map<string, number>();
    for (const name of await readdir(this.folder)) {
      // Left by a process that was killed while it wrote.
      if (name.endsWith('.json.new')) await unlink(join(this.folder, name)).catch(() => undefined);
      if (!name.endsWith('.json')) continue;
      const size = await stat(join(this.folder, name)).then(
        (stats) => stats.size,
        () => undefined,
      );
      if (size !== undefined) found.set(name, size);
    }
    return found;
  }
}

/** File name of a trace. The span id is part of it, because fragments of other hosts have the same trace id. */
const nameOf = ({ traceId, spans }: FinishedTrace): string =>
  `${traceId}-${(spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0])?.spanId ?? 'root'}.json`;

/** The files of the folder, sorted by name; empty if there is no folder. */
export async function deadLetterFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Reads one file of the folder.
 *
 * @throws Error where `keep` did not write it
 */
export function readDeadLetter(text: string): { readonly reason: string; readonly document: string } {
  const { reason, trace } = JSON.parse(text) as Partial<DeadLetter>;
  if (typeof trace !== 'object' || trace === null) throw new Error('it holds no dead letter');
  return { reason: String(reason), document: JSON.stringify(trace) };
}
