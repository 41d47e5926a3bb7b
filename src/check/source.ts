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
  /** as `--timezone` has it; undefined for this machine's */
  readonly zone: string;
  /** False where `zone` is only this machine's: then what a sosreport says of its host's goes before it. */
  readonly isZoneGiven?: boolean | undefined;
  /** the configuration of `tail`: its logs are checked, and its own faults are reported first */
  readonly config?: string | undefined;
  /** what the lines are wrapped in; detected if not given */
  readonly form?: LogForm | undefined;
  /** files of users' own messages and phases, in place of those of the configuration */
  readonly rules?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the whole of every log, not only its end */
  readonly all: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

/** Where logs say nothing of the host they come from, as replay calls it. */
export const NO_HOST = 'localhost';

/** What one service wrote, on one host, into one log that was read. */
export interface Source extends Omit<Read, 'surveys' | 'unknown'> {
  readonly set: LogSet;
  readonly survey: Survey;
  readonly clock: ClockNotes;
  /** others write to the log too */
  readonly isShared: boolean;
  readonly service: string;
  readonly serviceToldBy: string;
  readonly host: string;
  readonly hostToldBy: string;
  readonly zone: string;
  /** what wraps its lines says when each was written */
  readonly isProven: boolean;
  readonly isUtc: boolean;
  readonly isSent: boolean;
}
