import type { LogLevelFloor } from '../lifecycle/visible.js';
import type { LogForm } from '../model/form.js';
import type { Level } from '../model/record.js';
import type { StallsOfDaemon } from '../model/stall.js';

/** One problem: what is wrong, the evidence, and what to do. */
export interface Problem {
  readonly about: 'unreadable' | 'unknown-service' | 'format' | 'unrecognised' | 'zone' | 'no-compute' | 'nothing';
  readonly what: string;
  readonly why: readonly string[];
  readonly remedy: string;
}

/** What one service on one host wrote into one log: files, contents, and how each fact was detected. */
export interface SourceReport {
  readonly path: string;
  /** rotated files of the log */
  readonly parts: readonly string[];
  readonly service: string;
  readonly serviceFrom: string;
  readonly host: string;
  readonly hostFrom: string;
  /** form of its lines */
  readonly form: LogForm;
  /** formats inside the form, with the number of records of each */
  readonly writings: Readonly<Record<string, number>>;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly lines: number;
  readonly records: number;
  /** lines in no known form before the first record */
  readonly garbage: number;
  readonly recognised: number;
  /** undefined for a log without records */
  readonly depth: LogLevelFloor | undefined;
  readonly levels: Partial<Record<Level, number>>;
  readonly release: string;
  /** zone in which it was read; UTC for OVS and OVN; `proven` if the wrapper has the time in UTC */
  readonly zone: string;
  readonly clock: { readonly verdict: 'utc' | 'agrees' | 'off' | 'unknown'; readonly offsetMinutes: number; readonly by: string };
  readonly sizeBytes: number;
  /** less than `sizeBytes` if only the end was read */
  readonly readBytes: number;
  /** why a compressed file could not be read to its end */
  readonly fault: string | undefined;
}

/** How well the logs show one phase of an action. */
export interface PhaseReport {
  readonly name: string;
  readonly service: string;
  readonly seen: 'whole' | 'end' | 'needs-debug' | 'no-log' | 'not-printed';
  /** only its end is visible */
  readonly ends: boolean;
  /** services whose DEBUG lines, or whose logs, would show it */
  readonly needs: readonly string[];
}

/** How well the logs show one action. */
export interface ActionReport {
  readonly name: string;
  /** whether the logs show the action at all; `needs` says what would show it */
  readonly shown: boolean;
  readonly needs: string | undefined;
  /**
   * the name under which the logs show this action instead, whether always or only across hosts, and what would
   * distinguish the two
   */
  readonly namedAs: { readonly action: string; readonly always: boolean; readonly needs: string } | undefined;
  readonly start: boolean;
  readonly end: boolean;
  readonly phases: readonly PhaseReport[];
}

/** A change of settings or logs, with what it would show. */
export interface Advice {
  readonly what: string;
  readonly how: readonly string[];
  /** names of the phases, those of every such action first */
  readonly phases: readonly string[];
  readonly gains: readonly { readonly action: string; readonly phases: readonly string[] }[];
  /** actions that are invisible without the change */
  readonly actions: readonly string[];
  /** actions that the change distinguishes, such as `resize from migrate` */
  readonly apart: readonly string[];
}

/** A message that the catalogue does not know, with its count. */
export interface UnrecognisedReport {
  readonly service: string;
  readonly logger: string;
  readonly shape: string;
  readonly level: Level;
  readonly count: number;
  readonly withInstance: number;
}

/** The possible releases of OpenStack or OVN. */
export interface ReleaseReport {
  readonly family: 'openstack' | 'ovn';
  readonly says: string;
  readonly evidence: readonly string[];
}

/** The whole report of `check`; its JSON is the output of `--format json`. */
export interface CheckReport {
  /** the worst problem first */
  readonly problems: readonly Problem[];
  /** facts worth knowing that are not problems */
  readonly notes: readonly string[];
  readonly sources: readonly SourceReport[];
  /** logs that exist and are not read, because no message of their service is known */
  readonly passedOver: readonly { readonly path: string; readonly why: string }[];
  readonly releases: readonly ReleaseReport[];
  readonly actions: readonly ActionReport[];
  /** stalls that daemons report; the daemon with the longest stall first */
  readonly stalls: readonly StallsOfDaemon[];
  /** the most useful change first */
  readonly advice: readonly Advice[];
  /** the most frequent message first */
  readonly unrecognised: readonly UnrecognisedReport[];
  readonly exitCode: number;
}
