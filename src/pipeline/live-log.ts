import type { Source } from '../correlate/watermark.js';
import { JournalTailer } from '../journal/tailer.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { LogSource } from '../read/source.js';
import type { LogPosition, Place } from '../tail/position.js';
import type { SourceReport, Tailer } from '../tail/tailer.js';
import { ResumePoints } from './checkpoint/resume-points.js';
import type { SavedLog } from './saved-logs.js';
import type { SenderLag } from './sender-lag.js';

/** How long the others wait for a log that cannot be read, or whose last line is incomplete. */
const PATIENCE = seconds(30);

/** The state of one log after the last cycle. */
export interface LogStanding {
  readonly path: string;
  /** where reading continues */
  readonly place: Place;
  readonly lagBytes: number;
  /** as SourceReport's */
  readonly behind?: Millis | undefined;
  readonly readable: boolean;
  readonly newest: Millis | undefined;
}

export interface LiveLogOptions {
  /** the path of the configuration that led to the log */
  readonly under: string;
  readonly source: LogSource;
  /** Called only after the tailer was made: a journal's log is opened while its tailer is being made. */
  readonly tailer: () => Tailer;
  /** of a log whose lines are sent here */
  readonly senderLag: SenderLag | undefined;
}

/** One log that is followed: what reads its lines, and what the last poll found. */
export class LiveLog {
  readonly source: LogSource;
  /** where reading continues, and how much is left; undefined before the first poll */
  standing: LogStanding | undefined;
  readonly #options: LiveLogOptions;
  /** undefined before the first poll */
  #resumePoints: ResumePoints | undefined;
  /** A poll that finds nothing new gives the same object again. */
  #report: SourceReport | undefined;
  #unreadableSince: Millis | undefined;
  /** The last line while it is incomplete. Its time is not known, so the lines behind it must wait. */
  #unended: (Place & { readonly since: Millis }) | undefined;

  constructor(options: LiveLogOptions) {
    this.#options = options;
    this.source = options.source;
  }

  /** Takes the result of a poll. @returns what the watermark must know; undefined where nothing changed */
  observe(report: SourceReport, now: Millis): Source | undefined {
    const { senderLag } = this.#options;
    // The state of a sender changes with the clock, without any new line.
    if (report === this.#report && senderLag === undefined) return undefined;
    this.#report = report;
    const { path, begun, place, lagBytes, behind, readable, readBytes, atEnd } = report;
    this.source.flushCounts();
    const { newest, isUnsure } = this.source;
    this.#resumePoints ??= new ResumePoints(begun);
    // After a long silence the first line does not move the log's time. A point behind it would be taken for one before it.
    if (newest !== undefined && !isUnsure) this.#resumePoints.note(newest, place);
    this.standing = { path, place, lagBytes, behind, readable, newest };
    if (readBytes > 0) senderLag?.received(newest, now);
    return {
      newest,
      atEnd: atEnd && !this.#isBeingWritten(report, now),
      live: this.#isStillWaitedFor(readable, now),
      sent: senderLag?.at(now),
    };
  }

  #isStillWaitedFor(readable: boolean, now: Millis): boolean {
    this.#unreadableSince = readable ? undefined : (this.#unreadableSince ?? now);
    return now - (this.#unreadableSince ?? now) < PATIENCE;
  }

  #isBeingWritten({ partial, place }: SourceReport, now: Millis): boolean {
    if (!partial) this.#unended = undefined;
    else if (this.#unended?.offset !== place.offset || this.#unended.file !== place.file) this.#unended = { ...place, since: now };
    return this.#unended !== undefined && now - this.#unended.since < PATIENCE;
  }

  /** Takes the result of a poll that read nothing. */
  noteUnread({ readable, lagBytes, behind }: SourceReport): void {
    if (this.standing !== undefined) this.standing = { ...this.standing, readable, lagBytes, behind };
  }

  /** Forgets files whose lines are all older than this. */
  release(path: string, before: Millis): void {
    if (this.#resumePoints !== undefined) this.#options.tailer().release(path, this.#resumePoints.before(before).place.file);
  }

  /** What a restart needs to read all lines since a time again; undefined before the first poll. */
  save(position: LogPosition | undefined, since: Millis): SavedLog | undefined {
    if (this.#resumePoints === undefined || position === undefined) return undefined;
    const { place, newest } = this.#resumePoints.before(since);
    const { form, processes, readers } = this.source;
    // A journal can be entered only at an entry whose cursor is known, not at any offset.
    const tailer = this.#options.tailer();
    const entry = tailer instanceof JournalTailer ? tailer.comeBack(place) : undefined;
    const writers = [...new Map([...readers].map(({ service, host }) => [`${service}@${host}`, { service, host }])).values()];
    return {
      under: this.#options.under,
      position,
      at: entry?.place ?? place,
      writers,
      ...(entry && { from: entry.from }),
      ...(newest !== undefined && { newest }),
      ...(form !== undefined && { form }),
      ...(Object.keys(processes).length > 0 && { processes }),
    };
  }
}
