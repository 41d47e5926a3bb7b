import type { Event, Member } from '../lifecycle/event.js';
import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones, WrongZone } from '../model/wrong-zone.js';
import type { NotRead } from '../read/found.js';

/** Which logs are read, how, and who takes what is found besides traces. */
export interface ReadOptions {
  /** files, directories, globs, or `-` for standard input */
  readonly paths: readonly string[];
  readonly service?: string;
  readonly host?: string;
  /** how the logs are written; detected from their lines if not given */
  readonly form?: LogForm;
  /** IANA name of the zone that OpenStack's services log in; others for single services behind it: `Asia/Seoul,placement=UTC`; `auto` for what the logs prove */
  readonly zone: string;
  /** False where `zone` is only this machine's: then what a sosreport says of its host's goes before it. */
  readonly isZoneGiven?: boolean | undefined;
  readonly onZone?: ((zone: string, host: string | undefined) => void) | undefined;
  /** Takes, before the logs are read, the zones that they prove, and how; of `auto`. */
  readonly onProven?: ((proven: ProvenZones) => void) | undefined;
  /** `numbered`: as events, with the name of the file and the number of the line in it */
  readonly lines: 'events' | 'numbered' | 'off';
  /** Takes every request id that a trace's lines have, own and global, before the trace is given. */
  readonly onRequests?: (trace: FinishedTrace, requests: ReadonlySet<string>) => void;
  /** Takes the lines of a trace, before the trace is given. */
  readonly onMembers?: (trace: FinishedTrace, members: readonly Member[]) => void;
  /** files of users' own messages and phases */
  readonly rules?: readonly string[] | undefined;
  readonly count: Count;
  /** lines of a request that show no name of an action */
  readonly onUnnamed?: (unnamed: Unnamed) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** Takes, when all is read, which times were read in a wrong zone, and what to give instead. */
  readonly onWrongZone?: (wrong: WrongZone) => void;
  /** Takes, once all is read, what daemons report of themselves, whether or not an action was under way */
  readonly onStalls?: (stalls: readonly StallsOfDaemon[]) => void;
  readonly stdin?: NodeJS.ReadableStream;
  /** Takes what looked like logs by name and is not read, before anything is. */
  readonly onNotRead?: (notRead: readonly NotRead[]) => void;
  /** Takes each log whose lines were cut off, and where. */
  readonly onCutOff?: (path: string, seen: string) => void;
  /** Takes each log of whose lines none could be read, and what it looks like. */
  readonly onUnread?: (log: UnreadLog) => void;
  /** Takes each line that names an action or ends one, names its instance, and has no request */
  readonly onRequestless?: (event: Event) => void;
  /** Takes each event that is not known from another log. */
  readonly onEvent?: (event: Event) => void;
  /** Bytes of a plain log that are read at once. */
  readonly piece?: number;
}
