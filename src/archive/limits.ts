import { OperatorError } from '../model/errors.js';

/** How much one run unpacks before it takes an archive for a bomb. */
export interface Limits {
  readonly bytes: number;
  readonly members: number;
  /** unpacked bytes for one packed, past the first `freeBytes` */
  readonly ratio: number;
  readonly freeBytes: number;
}

const GIB = 1024 ** 3;
/** Logs seldom pack to less than a fiftieth; what is made to fill a disk packs to a thousandth and less. */
export const LIMITS: Limits = { bytes: 32 * GIB, members: 500_000, ratio: 200, freeBytes: GIB / 4 };

/** Counts what is unpacked. @throws OperatorError LOG_UNREADABLE past a limit */
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

  /** Whether the user has had enough. */
  get isStopped(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** Calls once the user has had enough. */
  onStop(stop: () => void): void {
    this.#stop = stop;
  }

  member(archive: string): void {
    if (++this.#members > this.#limits.members) throw tooMuch(archive, `it holds more than ${this.#limits.members} files`);
  }

  /** Bytes that were written into the temporary folder. */
  wrote(archive: string, bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#limits.bytes) throw tooMuch(archive, `its logs are larger than ${this.#limits.bytes} bytes`);
  }

  /** How many bytes of an archive came out of how many, so far. */
  ratio(archive: string, unpacked: number, packed: number): void {
    const { ratio, freeBytes } = this.#limits;
    if (unpacked > freeBytes && unpacked > packed * ratio) throw tooMuch(archive, `it unpacks to more than ${ratio} times its size`);
  }
}

/** An archive is past a limit, which ends the search. */
export class PastLimit extends OperatorError {}

const tooMuch = (archive: string, why: string): PastLimit =>
  new PastLimit('LOG_UNREADABLE', `cannot read ${archive}: ${why}, which is the limit`, {
    remedy: 'if you trust the archive, unpack it yourself and give the folder: folders have no such limit',
  });
