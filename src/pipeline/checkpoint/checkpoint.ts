import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../model/durable.js';
import { checkpointDamaged, checkpointNewer, reasonOf, stateUnusable } from '../../model/errors.js';
import { lockFolder, type Unlock } from './lock.js';

/** Version of the checkpoint format. A process reads its own version and older ones. */
const VERSION = 1;
const FORMAT = 'novaspan checkpoint';

/**
 * First line of the file; the second line is the state, as JSON. A separate line keeps the version readable for other
 * formats, and the hash covers bytes.
 */
interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** of the second line, without its newline */
  readonly sha256: string;
}

/** The state folder: what a restart needs. One process holds it at a time. */
export class StateFolder<State> {
  readonly path: string;
  readonly #file: string;
  readonly #unlock: Unlock;
  #written: string | undefined;

  private constructor(path: string, unlock: Unlock) {
    this.path = path;
    this.#file = join(path, 'checkpoint');
    this.#unlock = unlock;
  }

  /**
   * Creates the folder if it does not exist, and locks it for this process.
   *
   * @throws OperatorError STATE_UNUSABLE where it cannot be written, STATE_LOCKED where another process has it
   */
  static open<State>(path: string): StateFolder<State> {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
      return new StateFolder<State>(path, lockFolder(path));
    } catch (error) {
      throw error instanceof Error && 'syscall' in error ? stateUnusable(path, error) : error;
    }
  }

  /**
   * The last checkpoint; undefined at the first start. The state is not validated, because the hash shows that a
   * process of this version wrote it.
   * @throws OperatorError CHECKPOINT_DAMAGED, CHECKPOINT_NEWER, STATE_UNUSABLE
   */
  load(): State | undefined {
    const text = this.#read();
    if (text === undefined) return undefined;
    const [first = '', state = ''] = text.split('\n', 2);
    const header = headerOf(first);
    if (header === undefined) throw checkpointDamaged(this.#file, 'its first line is not that of a checkpoint');
    if (header.version > VERSION) throw checkpointNewer(this.#file, header.version, VERSION);
    if (header.sha256 !== hashOf(state)) throw checkpointDamaged(this.#file, 'its bytes are not those that were written');
    this.#written = state;
    return JSON.parse(state) as State;
  }

  /** Replaces the checkpoint durably. @throws the system's error; the previous checkpoint then stays */
  async save(state: State): Promise<void> {
    const text = JSON.stringify(state);
    if (text === this.#written) return;
    const header: Header = { format: FORMAT, version: VERSION, sha256: hashOf(text) };
    await writeDurably(this.#file, `${JSON.stringify(header)}\n${text}\n`);
    this.#written = text;
  }

  close(): void {
    this.#unlock();
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw stateUnusable(this.path, new Error(`${this.#file}: ${reasonOf(error)}`));
    }
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function headerOf(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Header | null;
    return header?.format === FORMAT && Number.isInteger(header.version) ? header : undefined;
  } catch {
    return undefined;
  }
}
