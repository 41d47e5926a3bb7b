import type { Catalogue } from '../catalogue/index.js';
import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import type { ReaderOptions, Zoning } from './log-reader.js';
import type { Processes } from './mixed.js';
import type { Workers } from './uwsgi.js';

/** Reads the lines of one of those who write to a log. */
export interface LineReader {
  readonly service: string;
  readonly host: string;
  /** the newest time of any line so far */
  readonly newest: Millis | undefined;
  /** Whether the last line is so far ahead that it is not clear yet whether it moves `newest`. */
  readonly isUnsure?: boolean;
  /** Lines that are missing are counted by the numbers of the others. */
  readonly isNumbered?: boolean;
  readonly workers?: Workers | undefined;
  /** as `LogReader.whole` */
  readonly comparableState?: unknown;
  /** what the time of the last line rests on */
  readonly zoning?: Zoning;
  /**
   * Takes one line. As LineSink.
   *
   * @param at its UTC time, where what wraps it knows better than its own stamp
   * @param isProven that time needed no zone
   */
  readonly line: (bytes: Buffer, start: number, end: number, offset: number, at?: Millis, isProven?: boolean) => void;
  /** As LogReader's: what need not be given to `line`. */
  readonly skim?: (piece: Buffer, start: number, offset: number) => number;
  /** A piece of the log is over: hands over what has been counted. */
  flushCounts(): void;
}

/** One of those whose lines are in a log. */
export interface Writing {
  readonly service: string;
  readonly host: string;
}

export interface SourceOptions {
  /** the log's base path */
  readonly path: string;
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** detected from its lines if not given */
  readonly form?: LogForm | undefined;
  /** how they were written when they were last read: holds until they show another form */
  readonly likelyForm?: LogForm | undefined;
  /** who wrote to it before now, where its name does not say: the result must not depend on who writes first */
  readonly knownWriters?: readonly Writing[] | undefined;
  /** the services of processes that earlier lines showed, by writer */
  readonly knownProcesses?: Readonly<Record<string, Processes>> | undefined;
  /** a time shortly before the first line, where it is known: distinguishes the two passes of a repeated hour */
  readonly after?: Millis | undefined;
  /** The operator named this very log: it is read where its lines, and not its name, say whose they are. */
  readonly isNamed: boolean;
  /** whose lines they are where nothing says */
  readonly anyHost: string;
  /** of a service's own lines; without one, of what wraps them */
  readonly zone: (service?: string) => Zone;
  /** a time that no line lies after, for wrappers that print no year */
  readonly latest: () => Millis;
  readonly count: Count;
  /** with what users added to it; else novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  readonly onEvent: (event: Event, zoning: Zoning) => void;
  /** Makes what reads a writer's lines, where it is not the reader that gives events. */
  readonly readerFor?: ((options: ReaderOptions) => LineReader) | undefined;
  /** Called with lines of a plain log whose service is unknown. */
  readonly onUnknown?: LineSink | undefined;
}
