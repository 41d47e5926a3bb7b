import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../model/durable.js';
import type { FinishedTrace } from '../model/span.js';

/** A file of the folder: one JSON document. */
interface DeadLetter {
  /** why the backend refused it, with its address and without secrets */
  readonly reason: string;
  /** when it was written, in ISO 8601 */
  readonly at: string;
  /** the status of HTTP; left out where there was none */
  readonly status?: number | undefined;
  /** the request, as OTLP JSON */
  readonly trace: object;
}

export interface Refusal {
  readonly reason: string;
  readonly at: string;
  readonly status?: number | undefined;
}

export interface DeadLetterLimits {
  readonly limitBytes?: number;
  readonly limitFiles?: number;
}

const FOLDER = 'dead-letter';
/** What version 0.1 called the folder. */
const FORMER = 'set-aside';

/**
 * The folder of dead letters in a state folder. One that version 0.1 made gets the new name, once.
 *
 * @returns the path of the folder, which need not exist
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
 * The folder of traces that the backend refuses (`dead-letter` in the state folder): one file per trace, until `novaspan resend` has sent it.
 *
 * Where it is full the old files stay, and a new trace finds no room. The log lines of the new trace are still there, so that
 * `novaspan replay` can build it again; those of the old traces are rotated away first.
 */
export class DeadLetters {
  readonly folder: string;
  readonly #limitBytes: number;
  readonly #limitFiles: number;
  /** sizes by name when the folder was last listed; other processes only remove files */
  #sizes: Map<string, number> | undefined;

  constructor(folder: string, { limitBytes = LIMIT_BYTES, limitFiles = LIMIT_FILES }: DeadLetterLimits = {}) {
    this.folder = folder;
    this.#limitBytes = limitBytes;
    this.#limitFiles = limitFiles;
  }

  /**
   * Keeps a trace. When this resolves to `kept`, it is on the disk for good. The same trace replaces its own file.
   *
   * @param document the trace as OTLP JSON, one line
   * @throws what the system says where the folder cannot be written
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

/** One name for one trace of one process: fragments of other hosts have the same trace id. Both are hexadecimal. */
const nameOf = ({ traceId, spans }: FinishedTrace): string =>
  `${traceId}-${(spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0])?.spanId ?? 'root'}.json`;

/** The files of the folder in the order of their names; none where there is no such folder. */
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
