import type { ClockNotes } from '../clock/notes.js';
import type { LogForm } from '../model/form.js';
import type { LogSet } from '../tail/discover.js';
import type { Read } from './read.js';
import type { Survey } from './survey.js';

export interface CheckOptions {
  /** files, folders and globs */
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** value of `--timezone`; undefined for the zone of this machine */
  readonly zone: string;
  /** False if `zone` is only the zone of this machine: then the zone of a sosreport takes precedence. */
  readonly isZoneGiven?: boolean | undefined;
  /** configuration of `tail`: its own faults are reported first, then its logs are checked */
  readonly config?: string | undefined;
  /** form of the lines; detected if not given */
  readonly form?: LogForm | undefined;
  /** rule files of the user; they replace those of the configuration */
  readonly rules?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** read whole logs, not only their end */
  readonly all: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

/** Host name used where the logs do not show their host, as in `replay`. */
export const NO_HOST = 'localhost';

/** What one service on one host wrote into one log. */
export interface Source extends Omit<Read, 'surveys' | 'unknown'> {
  readonly set: LogSet;
  readonly survey: Survey;
  readonly clock: ClockNotes;
  /** other services write to the log, too */
  readonly isShared: boolean;
  readonly service: string;
  readonly serviceFrom: string;
  readonly host: string;
  readonly hostFrom: string;
  readonly zone: string;
  /** the wrapper of the lines has their time in UTC */
  readonly isProven: boolean;
  readonly isUtc: boolean;
  readonly isSent: boolean;
}
