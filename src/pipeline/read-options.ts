import type { Event, Member } from '../lifecycle/event.js';
import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones, WrongZone } from '../model/wrong-zone.js';
import type { NotRead } from '../read/found.js';

/** Which logs to read and how, with callbacks for results other than traces. */
export interface ReadOptions {
  /** files, directories, globs, or `-` for standard input */
  readonly paths: readonly string[];
  readonly service?: string;
  readonly host?: string;
  /** form of the logs; detected from their lines if not given */
  readonly form?: LogForm;
  /**
   * IANA name of the zone of OpenStack's services, with exceptions for single services: `Asia/Seoul,placement=UTC`;
   * `auto` for the zones that the logs prove
   */
  readonly zone: string;
  /** False if `zone` is only the zone of this machine: then the zone of a sosreport takes precedence. */
  readonly isZoneGiven?: boolean | undefined;
  readonly onZone?: ((zone: string, host: string | undefined) => void) | undefined;
  /** Called with the proven zones before the logs are read, with `auto`. */
  readonly onProven?: ((proven: ProvenZones) => void) | undefined;
  /** `numbered`: as events, with file name and line number */
  readonly lines: 'events' | 'numbered' | 'off';
  /** Called with all request ids in a trace's lines, own and global, before the trace is returned. */
  readonly onRequests?: (trace: FinishedTrace, requests: ReadonlySet<string>) => void;
  /** Called with the lines of a trace, before the trace is returned. */
  readonly onMembers?: (trace: FinishedTrace, members: readonly Member[]) => void;
  /** rule files of the user */
  readonly rules?: readonly string[] | undefined;
  readonly count: Count;
  /** called with the lines of a request that no line names */
  readonly onUnnamed?: (unnamed: Unnamed) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** Called at the end if times were read in a wrong zone, with the right one. */
  readonly onWrongZone?: (wrong: WrongZone) => void;
  /** Called at the end with stalls that daemons report, with or without an open action. */
  readonly onStalls?: (stalls: readonly StallsOfDaemon[]) => void;
  readonly stdin?: NodeJS.ReadableStream;
  /** Called before reading, with files that looked like logs by name and are not read. */
  readonly onNotRead?: (notRead: readonly NotRead[]) => void;
  /** Called with each log whose lines were cut off, and the column. */
  readonly onCutOff?: (path: string, seen: string) => void;
  /** Called with each log of which no line could be read, and its description. */
  readonly onUnread?: (log: UnreadLog) => void;
  /** Called with each line that names or ends an action and has an instance but no request. */
  readonly onRequestless?: (event: Event) => void;
  /** Called with each event, copies excluded. */
  readonly onEvent?: (event: Event) => void;
  /** Bytes to read at once of a plain log. */
  readonly piece?: number;
}
