import { appendFile, readFile } from 'node:fs/promises';
import { writeDurably } from '../model/durable.js';
import type { FilePlace } from './buffered-log.js';

/** Where the lines of a request begin in each log of the receive buffer, by the log's key. */
export type Begun = ReadonlyMap<string, FilePlace>;

/** Number of remembered requests: a sender repeats one within minutes. */
const MOST_REQUESTS = 10_000;
/** Above this size the file is rewritten with the remembered requests only. */
const MOST_BYTES = 4 * 1024 * 1024;

interface Entry {
  readonly hash: string;
  /** absent once the whole request is written */
  readonly begun?: readonly (readonly [key: string, dev: number, ino: number, offset: number])[];
}

/**
 * Remembers accepted requests: a sender without an answer repeats the same bytes. Each request is noted before its
 * lines are written and again when they are synced, so that after a crash between the two the rest can be appended.
 * One line of JSON per note, in a file without sync: a process crash loses none, and after a power cut the lines of the
 * last seconds may be there twice.
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

  /** @throws the system's error */
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

  /** Where an earlier attempt to write the request began; undefined if there was none. */
  begun(hash: string): Begun | undefined {
    const begun = this.#known.get(hash)?.begun;
    return begun && new Map(begun.map(([key, dev, ino, offset]) => [key, { dev, ino, offset }]));
  }

  /** @throws the system's error; then the request is not remembered */
  async begin(hash: string, begun: Begun): Promise<void> {
    const entry: Entry = { hash, begun: [...begun].map(([key, { dev, ino, offset }]) => [key, dev, ino, offset] as const) };
    await this.#note(entry);
    this.#remember(entry);
  }

  /** The whole request is synced. */
  async taken(hash: string): Promise<void> {
    this.#remember({ hash });
    // If the note cannot be written, a repetition after a crash finds the lines themselves.
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

/** @returns undefined for an invalid note: a crash may have cut it */
function read(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null;
    return typeof entry?.hash === 'string' && (entry.begun === undefined || Array.isArray(entry.begun)) ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
