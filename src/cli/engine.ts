import type { Messages, Table } from '../catalogue/define.js';
import type { CheckOptions } from '../check/check.js';
import type { CheckReport } from '../check/report.js';
import type { ResendOptions, Resent } from '../deliver/resend.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones, WrongZone } from '../model/wrong-zone.js';
import type { Io } from './command.js';

export type { Resent };

/** A line of an action that has no request. */
export interface Requestless {
  readonly at: Millis;
  readonly text: string;
}

export interface ReplayOptions {
  /** files, folders and globs; `-` is `stdin` */
  readonly paths: readonly string[];
  readonly service?: string;
  readonly host?: string;
  /** how the logs are written; told from their lines where it is not given */
  readonly form?: LogForm;
  /** IANA name of the zone that oslo.log lines are in; `auto` for what the logs prove */
  readonly zone: string;
  /** Takes, before the logs are read, the zones that they prove, and how; of `auto`. */
  readonly onProven?: (proven: ProvenZones) => void;
  /** False where `zone` is only this machine's. */
  readonly isZoneGiven?: boolean;
  readonly onZone?: (zone: string, host: string | undefined) => void;
  /** `numbered`: as events, with the name of the file and the number of the line in it */
  readonly lines: 'events' | 'numbered' | 'off';
  /** Takes every request id that a trace's lines have, own and global, before the trace is given. */
  readonly onRequests?: (trace: FinishedTrace, requests: ReadonlySet<string>) => void;
  /** files of users' own messages and phases */
  readonly rules?: readonly string[];
  readonly count: Count;
  /** Takes, when all is read, which times were read in a wrong zone, and what to give instead. */
  readonly onWrongZone?: (wrong: WrongZone) => void;
  /** Takes what looked like logs by name and is not read. */
  readonly onNotRead?: (notRead: readonly { readonly path: string; readonly why: string }[]) => void;
  /** Takes each log whose lines were cut off, and where. */
  readonly onCutOff?: (path: string, seen: string) => void;
  /** Takes each log of whose lines none could be read, and what it looks like. */
  readonly onUnread?: (log: UnreadLog) => void;
  /** lines of an action that name its instance and have no request */
  readonly onRequestless?: (line: Requestless) => void;
  /** lines of a request that show no name of an action */
  readonly onUnnamed?: (unnamed: Unnamed) => void;
  readonly signal?: AbortSignal;
  onProgress?(readBytes: number, totalBytes: number): void;
  readonly stdin?: NodeJS.ReadableStream;
  readonly onStalls?: (stalls: readonly StallsOfDaemon[]) => void;
  /** Two threads share the work, where logs and options allow it. */
  readonly jobs?: {
    /** What traces are written as: then those of the other thread are outlines, and `onWritten` takes their lines. */
    readonly format: 'otlp' | 'json' | undefined;
    readonly onWritten: (trace: FinishedTrace, line: () => Uint8Array) => void;
    /** Takes why the work was not shared, or what came of it. */
    readonly onNote: (said: string) => void;
  };
}

export interface Explanation {
  readonly stages: readonly { readonly name: string; readonly said: string }[];
  /** false where a stage had nothing to say, so that the line leads to no span */
  readonly understood: boolean;
}

export interface ViewOptions {
  /** LISTEN_FORM; undefined for the usual address, or a free port where something else listens there */
  readonly listen: string | undefined;
  readonly clock: Clock;
  /** Takes what went wrong with a request. */
  readonly onFault: (reason: string) => void;
}

export interface OpenView {
  readonly url: string;
  add(trace: FinishedTrace): void;
  /** Says to the page how far the reading is. */
  say(status: { readonly state: 'reading' | 'done'; readonly read: number; readonly total: number }): void;
  close(): Promise<void>;
}

/** What `tail` was told on the command line; the configuration file and the environment have their say below it. */
export interface TailOptions {
  readonly config: string | undefined;
  readonly paths: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * All that commands need of the rest of the program. Handed in, so that a command is tested without it, and loaded
 * when first called, so that no command waits for what it does not use. `bound.ts` binds it.
 */
export interface Engine {
  replay(options: ReplayOptions): AsyncIterable<FinishedTrace>;
  explainLine(
    line: string,
    options: { readonly service?: string; readonly form?: LogForm; readonly zone: string; readonly rules?: readonly string[] },
  ): Promise<Explanation>;
  /** What is known of the phases that a text names; undefined where it names none. */
  explainPhase(text: string): Promise<Explanation['stages'] | undefined>;
  /** Runs until `io.signal` aborts, then stops gracefully. @returns the exit code */
  runTail(options: TailOptions, io: Io): Promise<number>;
  check(options: CheckOptions): Promise<CheckReport>;
  /** One for each file, as it is done with. */
  resend(options: ResendOptions): AsyncIterable<Resent>;
  /** names of all actions, as traces give them */
  actionNames(): Promise<readonly string[]>;
  /** Each writes a trace as one line, without the newline; bytes are the caller's until the next call. */
  formats(): Promise<Record<'otlp' | 'json', (trace: FinishedTrace) => string | Uint8Array>>;
  /** Serves the page, of which traces that are given to it are shown. */
  openView(options: ViewOptions): Promise<OpenView>;
  /** Traces as one HTML file that needs nothing else, piece by piece. */
  htmlReport(traces: readonly FinishedTrace[]): Promise<Iterable<string>>;
  catalogue(): Promise<{
    readonly messages: readonly Table<Messages>[];
    readonly actions: readonly ActionSpec[];
    /** docs/catalogue.md: the messages */
    readonly markdown: string;
    /** docs/releases.md and docs/actions.md */
    readonly pages: { readonly releases: string; readonly actions: string; readonly phases: string };
  }>;
}
