import { type Catalogue, catalogue as ours } from '../catalogue/index.js';
import { ClockNotes } from '../clock/notes.js';
import { statedIn } from '../clock/stated.js';
import type { Zone } from '../format/zone.js';
import { Stalls } from '../lifecycle/stalls.js';
import type { LineSink, Millis } from '../model/line.js';
import type { Level } from '../model/record.js';
import { type Envelope, EnvelopeReader, standsUnder, type Writing } from '../read/envelope.js';
import type { LineReader } from '../read/source.js';
import { ReleaseClues } from './release.js';
import { shapeOf } from './shape.js';

/** A message that is not in the catalogue. */
export interface Unrecognised {
  readonly logger: string;
  readonly shape: string;
  readonly level: Level;
  count: number;
  /** number of these lines that name an instance, and so may belong to an action */
  withInstance: number;
}

const MOST_SHAPES = 4000;

export interface SurveyOptions {
  /** undefined if the writer is unknown */
  readonly service: string | undefined;
  readonly host?: string | undefined;
  /** zone of its local times */
  readonly zone: Zone;
  /** zone of the wrapper's times, if these have no offset */
  readonly outerZone?: Zone | undefined;
  /** the catalogue with the user's messages; default: novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  /** called with lines that are no records: they may be of another form */
  readonly onBare?: LineSink | undefined;
}

/** Counts and facts of the lines of one service in one log, filled line by line. */
export class Survey implements LineReader {
  readonly writings = new Map<Writing, number>();
  readonly levels = new Map<Level, number>();
  readonly loggers = new Map<string, number>();
  readonly shapes = new Map<string, Unrecognised>();
  /** number of unrecognised lines whose shape was not kept, for lack of room */
  moreShapes = 0;
  readonly clues: ReleaseClues;
  readonly stalls = new Stalls();
  readonly clock: ClockNotes;
  lines = 0;
  records = 0;
  recognised = 0;
  garbage = 0;
  first: Millis | undefined;
  readonly #options: SurveyOptions;
  readonly #catalogue: Catalogue;
  /** for either format: a log may have the name of another service */
  readonly #envelope = new EnvelopeReader();
  #previous: Millis | undefined;
  #moment: Millis | undefined;
  #logger: string | undefined;

  constructor(options: SurveyOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue ?? ours;
    this.clock = new ClockNotes(options.zone, options.outerZone);
    this.clues = new ReleaseClues(options.service ?? '');
  }

  /** Name of the service's binary; empty if unknown. */
  get service(): string {
    return this.#options.service ?? '';
  }

  get host(): string {
    return this.#options.host ?? '';
  }

  get last(): Millis | undefined {
    return this.clock.last;
  }

  get newest(): Millis | undefined {
    return this.clock.last;
  }

  flushCounts(): void {
    // A survey keeps what it counts.
  }

  /** As LineReader. */
  readonly line = (bytes: Buffer, start: number, end: number, offset: number, outer?: Millis, isProven = false): void => {
    this.lines++;
    const made = this.#envelope.read(bytes, start, bytes[end - 1] === 13 ? end - 1 : end, outer);
    const envelope = made === undefined ? undefined : this.#envelope.envelope(made, outer);
    if (envelope === undefined) {
      if (this.records === 0) this.garbage++;
      if (!standsUnder(bytes, start, end)) this.#options.onBare?.(bytes, start, end, offset);
      return;
    }
    if (this.#continues(envelope, outer ?? envelope.local)) return;
    this.records++;
    add(this.writings, envelope.writing);
    // uWSGI prints its own lines whatever the service's level.
    if (envelope.writing !== 'uWSGI') add(this.levels, envelope.level);
    add(this.loggers, envelope.logger);
    const at = this.#time(envelope, outer, isProven);
    this.clues.at(at);
    if (envelope.context !== undefined) this.#context(envelope.context, at);
    this.clues.message(envelope.logger, envelope.message);
    if (!envelope.isUtc) this.clock.states(statedIn(envelope.logger, envelope.message), at);
    this.#meaning(envelope, at);
  };

  /** Whether a line belongs to a traceback: it repeats time and logger of its record, without the brackets. */
  #continues({ writing, context, logger, level }: Envelope, moment: Millis): boolean {
    const repeats =
      context === undefined && writing.startsWith('oslo') && moment === this.#moment && logger === this.#logger && level === 'ERROR';
    this.#moment = moment;
    this.#logger = logger;
    return repeats;
  }

  #time({ local, isUtc }: Envelope, outer: Millis | undefined, isProven: boolean): Millis {
    const at = outer ?? (isUtc ? local : this.#options.zone.toUtc(local, this.#previous));
    this.#previous = at;
    this.clock.time(at, outer === undefined ? (isUtc ? 'none' : 'own') : isProven ? 'none' : 'outer');
    if (this.first === undefined || at < this.first) this.first = at;
    return at;
  }

  #context(context: string, at: Millis): void {
    this.clues.context(context);
    this.clock.context(context, at);
  }

  #meaning(envelope: Envelope, at: Millis): void {
    const { service } = this.#options;
    const announced = service === undefined ? undefined : this.#catalogue.recognise(service, envelope.logger, envelope.message);
    if (announced === undefined) {
      this.#unrecognised(envelope);
      return;
    }
    this.recognised++;
    this.clues.kind(announced.kind, envelope.logger);
    this.stalls.note({ kind: announced.kind, service: this.service, host: this.host, at, fields: announced.fields });
    this.clock.meaning(announced, at);
  }

  #unrecognised({ logger, message, level, instance }: Envelope): void {
    const shape = shapeOf(message);
    const key = `${logger} ${shape}`;
    const withInstance = instance === undefined ? 0 : 1;
    const known = this.shapes.get(key);
    if (known !== undefined) {
      known.count++;
      known.withInstance += withInstance;
    } else if (this.shapes.size < MOST_SHAPES) this.shapes.set(key, { logger, shape, level, count: 1, withInstance });
    else this.moreShapes++;
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
