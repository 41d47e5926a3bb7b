import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../model/durable.js';
import type { FinishedTrace } from '../model/span.js';

/** What is in a file of the folder: one JSON document. */
export interface SetAsideTrace {
  /** why the backend would not take it, with its address and without secrets */
  readonly reason: string;
  /** when it was set aside, in ISO 8601 */
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

export interface SetAsideLimits {
  readonly limitBytes?: number;
  readonly limitFiles?: number;
}

const LIMIT_BYTES = 256 * 1024 * 1024;
const LIMIT_FILES = 10_000;

/**
 * The folder of traces that the backend would not take: a file for each, until `novaspan resend` has sent it.
 *
 * Where it is full the oldest stay, and a new one finds no room: the log lines of the new one are still there, so `novaspan replay` can
 * tell it again, while those of the oldest are rotated away first.
 */
export class SetAside {
  readonly folder: string;
  readonly #limitBytes: number;
  readonly #limitFiles: number;
  /** sizes by name, as of the last look; others only take away from it */
  #known: Map<string, number> | undefined;

  constructor(folder: string, { limitBytes = LIMIT_BYTES, limitFiles = LIMIT_FILES }: SetAsideLimits = {}) {
    this.folder = folder;
    this.#limitBytes = limitBytes;
    this.#limitFiles = limitFiles;
  }

  /**
   * Keeps a trace. When this resolves to `kept`, it is on the disk for good. The same trace again takes the place of itself.
   *
   * @param document the trace as OTLP JSON, one line
   * @throws what the system says where the folder cannot be written
   */
  async keep(trace: FinishedTrace, document: string, { reason, at, status }: Refusal): Promise<'kept' | 'full'> {
    const name = nameOf(trace);
    const head = JSON.stringify({ reason, at, status });
    const text = `${head.slice(0, -1)},"trace":${document}}\n`;
    const size = Buffer.byteLength(text);
    // Only when it seems full is it looked at again: meanwhile some may have been sent or removed.
    if (!this.#hasRoom(name, size)) this.#known = undefined;
    this.#known ??= await this.#look();
    if (!this.#hasRoom(name, size)) return 'full';
    await writeDurably(join(this.folder, name), text);
    this.#known.set(name, size);
    return 'kept';
  }

  #hasRoom(name: string, size: number): boolean {
    if (this.#known === undefined) return false;
    let bytes = size;
    let files = 1;
    for (const [other, otherSize] of this.#known) {
      if (other === name) continue;
      bytes += otherSize;
      files++;
    }
    return bytes <= this.#limitBytes && files <= this.#limitFiles;
  }

  async #look(): Promise<Map<string, number>> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const found = new Map<string, number>();
    for (const name of await readdir(this.folder)) {
      // A process that was killed while it wrote.
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

/** The files of the folder, or of one that is not there: none. In the order of their names. */
export async function filesSetAside(folder: string): Promise<string[]> {
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
 * @throws Error where it is not what `keep` writes
 */
export function readSetAside(text: string): { readonly reason: string; readonly document: string } {
  const { reason, trace } = JSON.parse(text) as Partial<SetAsideTrace>;
  if (typeof trace !== 'object' || trace === null) throw new Error('it holds no trace that was set aside');
  return { reason: String(reason), document: JSON.stringify(trace) };
}
