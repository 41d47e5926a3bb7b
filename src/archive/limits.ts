import { OperatorError } from '../model/errors.js';

/** Limits of unpacking, against archive bombs. */
export interface Limits {
  readonly bytes: number;
  readonly members: number;
  /** maximum ratio of unpacked to packed bytes, after the first `freeBytes` */
  readonly ratio: number;
  readonly freeBytes: number;
}

const GIB = 1024 ** 3;
/** Logs seldom compress to less than a fiftieth; archive bombs compress to a thousandth or less. */
export const LIMITS: Limits = { bytes: 32 * GIB, members: 500_000, ratio: 200, freeBytes: GIB / 4 };

/** Counts unpacked files and bytes. @throws OperatorError LOG_UNREADABLE at a limit */
export class Meter {
  readonly #limits: Limits;
  #written = 0;
  #members = 0;

  readonly #signal: AbortSignal | undefined;

  #stop: () => void = () => undefined;

  constructor(limits: Limits, signal?: AbortSignal) {
    this.#limits = limits;
    this.#signal = signal;
    signal?.addEventListener('abort', () => this.#stop(), { once: true });
  }

  /** Whether the user interrupted the command. */
  get isStopped(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** Registers a callback for an interrupt. */
  onStop(stop: () => void): void {
    this.#stop = stop;
  }

  member(archive: string): void {
    if (++this.#members > this.#limits.members) throw tooMuch(archive, `it holds more than ${this.#limits.members} files`);
  }

  /** Counts bytes written into the temporary folder. */
  wrote(archive: string, bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#limits.bytes) throw tooMuch(archive, `its logs are larger than ${this.#limits.bytes} bytes`);
  }

  /** Checks the compression ratio of an archive so far. */
  ratio(archive: string, unpacked: number, packed: number): void {
    const { ratio, freeBytes } = this.#limits;
    if (unpacked > freeBytes && unpacked > packed * ratio) throw tooMuch(archive, `it unpacks to more than ${ratio} times its size`);
  }
}

/** An archive exceeds a limit; this ends the search. */
export class PastLimit extends OperatorError {}

const tooMuch = (archive: string, why: string): PastLimit =>
  new PastLimit('LOG_UNREADABLE', `cannot read ${archive}: ${why}, which is the limit`, {
    remedy: 'if you trust the archive, unpack it yourself and give the folder: folders have no such limit',
  });
