import type { Catalogue } from '../catalogue/index.js';
import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import type { ReaderOptions, Zoning } from './log-reader.js';
import type { Processes } from './mixed.js';
import type { Workers } from './uwsgi.js';

/** Reads the lines of one writer of a log. */
export interface LineReader {
  readonly service: string;
  readonly host: string;
  /** the newest time of any line so far */
  readonly newest: Millis | undefined;
  /** Whether the last line is so far ahead that it must be confirmed first. */
  readonly isUnsure?: boolean;
  /** Lines are numbered, so that missing ones are counted. */
  readonly isNumbered?: boolean;
  readonly workers?: Workers | undefined;
  /** as `LogReader.whole` */
  readonly comparableState?: unknown;
  /** what the time of the last line depends on */
  readonly zoning?: Zoning;
  /**
   * Takes one line, as LineSink.
   * @param at its UTC time, if the wrapper has it
   * @param isProven the wrapper's time needed no zone
   */
  readonly line: (bytes: Buffer, start: number, end: number, offset: number, at?: Millis, isProven?: boolean) => void;
  /** As in LogReader: skips lines that `line` need not take. */
  readonly skim?: (piece: Buffer, start: number, offset: number) => number;
  /** Ends a piece of the log: reports the counters. */
  flushCounts(): void;
}

/** A writer of a log. */
export interface Writing {
  readonly service: string;
  readonly host: string;
}

export interface SourceOptions {
  /** the log's base path */
  readonly path: string;
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** form of the lines; detected if not given */
  readonly form?: LogForm | undefined;
  /** form of the last lines of an earlier process: valid until lines show another form */
  readonly likelyForm?: LogForm | undefined;
  /** writers known from an earlier process: the result must not depend on which service writes first */
  readonly knownWriters?: readonly Writing[] | undefined;
  /** services of processes known from earlier lines, by writer */
  readonly knownProcesses?: Readonly<Record<string, Processes>> | undefined;
  /** a time shortly before the first line, if known: distinguishes the two passes of a repeated hour */
  readonly after?: Millis | undefined;
  /** The user named this log: it is read even if only its lines, not its name, show the service. */
  readonly isNamed: boolean;
  /** host of lines that show none */
  readonly anyHost: string;
  /** zone of a service's lines; without a service, of the wrapper's times */
  readonly zone: (service?: string) => Zone;
  /** The zone is that of this machine, as the user gave none: a container's timestamps may show another one. */
  readonly isZoneAssumed?: boolean | undefined;
  /** latest possible time of a line, for wrappers without a year */
  readonly latest: () => Millis;
  readonly count: Count;
  /** the catalogue with the user's messages; default: novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  readonly onEvent: (event: Event, zoning: Zoning) => void;
  /** Creates the reader of a writer's lines; default: the reader that gives events. */
  readonly readerFor?: ((options: ReaderOptions) => LineReader) | undefined;
  /** Called with lines of a plain log whose service is unknown. */
  readonly onUnknown?: LineSink | undefined;
}
