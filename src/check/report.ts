import type { LogLevelFloor } from '../lifecycle/visible.js';
import type { LogForm } from '../model/form.js';
import type { Level } from '../model/record.js';
import type { StallsOfDaemon } from '../model/stall.js';

/** What is wrong, why that is thought, and what to do. */
export interface Problem {
  readonly about: 'unreadable' | 'unknown-service' | 'format' | 'unrecognised' | 'zone' | 'no-compute' | 'nothing';
  readonly what: string;
  readonly why: readonly string[];
  readonly remedy: string;
}

/** What one service on one host wrote into one log: its files, its contents and how they were detected. */
export interface SourceReport {
  readonly path: string;
  /** rotated files beside the live one */
  readonly parts: readonly string[];
  readonly service: string;
  readonly serviceToldBy: string;
  readonly host: string;
  readonly hostToldBy: string;
  /** what its lines are wrapped in */
  readonly form: LogForm;
  /** how the lines inside are written, and how many records so */
  readonly writings: Readonly<Record<string, number>>;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly lines: number;
  readonly records: number;
  /** lines in no known form before any record */
  readonly garbage: number;
  readonly recognised: number;
  /** undefined for a log without records */
  readonly depth: LogLevelFloor | undefined;
  readonly levels: Partial<Record<Level, number>>;
  readonly release: string;
  /** the zone it was read in; UTC is what OVS and OVN log in, `proven` where the wrapper of its lines has their time in UTC */
  readonly zone: string;
  readonly clock: { readonly verdict: 'utc' | 'agrees' | 'off' | 'unknown'; readonly offsetMinutes: number; readonly by: string };
  readonly sizeBytes: number;
  /** less than the size where only its end was read */
  readonly readBytes: number;
  /** a compressed part that breaks off */
  readonly fault: string | undefined;
}

export interface PhaseReport {
  readonly name: string;
  readonly service: string;
  readonly seen: 'whole' | 'end' | 'needs-debug' | 'no-log' | 'not-printed';
  /** its end is seen, if not the whole */
  readonly ends: boolean;
  /** whose DEBUG, or whose log, would show it */
  readonly needs: readonly string[];
}

export interface ActionReport {
  readonly name: string;
  /** whether these logs show it at all; if not, what would */
  readonly shown: boolean;
  readonly needs: string | undefined;
  /** the other action's name under which these logs show it: always, or only across hosts; and what would distinguish the two */
  readonly toldAs: { readonly action: string; readonly always: boolean; readonly needs: string } | undefined;
  readonly start: boolean;
  readonly end: boolean;
  readonly phases: readonly PhaseReport[];
}

/** A change that shows more, with what it shows. */
export interface Advice {
  readonly what: string;
  readonly how: readonly string[];
  /** their names, those first that every such action has */
  readonly phases: readonly string[];
  readonly gains: readonly { readonly action: string; readonly phases: readonly string[] }[];
  /** actions that are not shown at all without it */
  readonly actions: readonly string[];
  /** actions that it distinguishes, such as `resize from migrate` */
  readonly apart: readonly string[];
}

export interface UnrecognisedReport {
  readonly service: string;
  readonly logger: string;
  readonly shape: string;
  readonly level: Level;
  readonly count: number;
  readonly withInstance: number;
}

export interface ReleaseReport {
  readonly family: 'openstack' | 'ovn';
  readonly says: string;
  readonly evidence: readonly string[];
}

export interface CheckReport {
  /** the worst first */
  readonly problems: readonly Problem[];
  /** what is not wrong but good to know */
  readonly notes: readonly string[];
  readonly sources: readonly SourceReport[];
  /** logs that are there and not read, as no message of their services is known */
  readonly passedOver: readonly { readonly path: string; readonly why: string }[];
  readonly releases: readonly ReleaseReport[];
  readonly actions: readonly ActionReport[];
  /** what daemons report of themselves: the one with the longest stall first */
  readonly stalls: readonly StallsOfDaemon[];
  /** what gains most first */
  readonly advice: readonly Advice[];
  /** the most frequent first */
  readonly unrecognised: readonly UnrecognisedReport[];
  readonly exitCode: number;
}
