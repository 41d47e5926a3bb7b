import { appendFile, readFile } from 'node:fs/promises';
import { writeDurably } from '../model/durable.js';
import type { FilePlace } from './buffered-log.js';

/** Where the lines of a request begin in each log of the receive buffer, by the log's key. */
export type Begun = ReadonlyMap<string, FilePlace>;

/** Requests that are remembered: a sender repeats one within minutes. */
const MOST_REQUESTS = 10_000;
/** When the file is larger it is written anew, with what is remembered alone. */
const MOST_BYTES = 4 * 1024 * 1024;

interface Entry {
  readonly hash: string;
  /** absent once all of the request is on the disk */
  readonly begun?: readonly (readonly [key: string, dev: number, ino: number, offset: number])[];
}

/**
 * Which requests were taken: a sender without an answer sends the same bytes again. Each request is noted before
 * its lines are written and again when they are on the disk, so that after a crash between the two the rest of them can be written
 * behind what is there.
 *
 * One line of JSON per note, in a file that is not synced: a crash of the process does not lose it, and after a power cut the
 * lines of the last seconds may come twice.
 */
export class Requests {
  readonly #path: string;
  readonly #most: number;
  readonly #known = new Map<string, Entry>();
  #bytes = 0;

  private constructor(path: string, most: number) {
    this.#path = path;
    this.#most = most;
  }

  /** @throws what the system says */
  static async open(path: string, most = MOST_REQUESTS): Promise<Requests> {
    const requests = new Requests(path, most);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const line of text.split('\n')) {
      const entry = read(line);
      if (entry !== undefined) requests.#remember(entry);
    }
    await requests.#writeAnew();
    return requests;
  }

  isTaken(hash: string): boolean {
    const entry = this.#known.get(hash);
    return entry !== undefined && entry.begun === undefined;
  }

  /** Where an earlier try to take a request began; undefined where there was none. */
  begun(hash: string): Begun | undefined {
    const begun = this.#known.get(hash)?.begun;
    return begun && new Map(begun.map(([key, dev, ino, offset]) => [key, { dev, ino, offset }]));
  }

  /** @throws what the system says; then the request is not known */
  async begin(hash: string, begun: Begun): Promise<void> {
    const entry: Entry = { hash, begun: [...begun].map(([key, { dev, ino, offset }]) => [key, dev, ino, offset] as const) };
    await this.#note(entry);
    this.#remember(entry);
  }

  /** All of it is on the disk. */
  async taken(hash: string): Promise<void> {
    this.#remember({ hash });
    // Where the note cannot be written, a repeat after a crash finds the lines themselves.
    await this.#note({ hash }).catch(() => undefined);
    if (this.#bytes > MOST_BYTES) await this.#writeAnew().catch(() => undefined);
  }

  async #note(entry: Entry): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    this.#bytes += line.length;
    await appendFile(this.#path, line, { mode: 0o600 });
  }

  #remember(entry: Entry): void {
    this.#known.delete(entry.hash);
    this.#known.set(entry.hash, entry);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value!);
  }

  async #writeAnew(): Promise<void> {
    const text = [...this.#known.values()].map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeDurably(this.#path, text);
    this.#bytes = text.length;
  }
}

/** @returns undefined for what is no note: a crash may have cut one off */
function read(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null;
    return typeof entry?.hash === 'string' && (entry.begun === undefined || Array.isArray(entry.begun)) ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
