import { type Catalogue, catalogue as ours } from '../catalogue/index.js';
import type { Zone } from '../format/zone.js';
import type { Millis } from '../model/line.js';
import { EnvelopeReader, standsUnder } from '../read/envelope.js';
import type { ReaderOptions, Zoning } from '../read/log-reader.js';
import type { LineReader } from '../read/source.js';
import { ClockNotes } from './notes.js';
import { statedIn } from './stated.js';

const CARRIAGE_RETURN = 13;

/** Reads the clock evidence of a service's lines, and nothing else. */
export class ClockReader implements LineReader {
  readonly service: string;
  readonly host: string;
  /** notes on lines whose time depends on a zone, and on lines in UTC: a log may have both */
  readonly zoned: ClockNotes;
  readonly utc: ClockNotes;
  readonly #options: ReaderOptions;
  readonly #catalogue: Catalogue;
  readonly #envelope = new EnvelopeReader();
  #previous: Millis | undefined;

  constructor(options: ReaderOptions, outerZone: Zone) {
    this.service = options.service;
    this.host = options.host;
    this.zoned = new ClockNotes(options.zone, outerZone);
    this.utc = new ClockNotes(options.zone, outerZone);
    this.#options = options;
    this.#catalogue = options.catalogue ?? ours;
  }

  get newest(): Millis | undefined {
    return this.#previous;
  }

  flushCounts(): void {
    // Nothing is counted: the logs are read again.
  }

  /** As LineReader. */
  readonly line = (bytes: Buffer, start: number, end: number, offset: number, outer?: Millis, isProven = false): void => {
    const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const made = this.#envelope.read(bytes, start, stop, outer);
    const envelope = made === undefined ? undefined : this.#envelope.envelope(made, outer);
    if (envelope === undefined) {
      if (!standsUnder(bytes, start, stop)) this.#options.onBare?.(bytes, start, end, offset);
      return;
    }
    const { local, isUtc, logger, message, context } = envelope;
    const at = outer ?? (isUtc ? local : this.#options.zone.toUtc(local, this.#previous));
    this.#previous = at;
    const zoning: Zoning = outer === undefined ? (isUtc ? 'none' : 'own') : isProven ? 'none' : 'outer';
    const notes = zoning === 'none' ? this.utc : this.zoned;
    notes.time(at, zoning);
    if (context !== undefined) notes.context(context, at);
    if (!isUtc) notes.states(statedIn(logger, message), at);
    const announced = this.#catalogue.recognise(this.service, logger, message);
    if (announced !== undefined) notes.meaning(announced, at);
  };
}
