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

/** How long other logs wait for a log that cannot be read, or whose last line is incomplete. */
const PATIENCE = seconds(30);

/** State of one log after the last cycle. */
export interface LogStanding {
  readonly path: string;
  /** where reading continues */
  readonly place: Place;
  readonly lagBytes: number;
  /** as in SourceReport */
  readonly behind?: Millis | undefined;
  readonly readable: boolean;
  readonly newest: Millis | undefined;
}

export interface LiveLogOptions {
  /** path in the configuration that led to the log */
  readonly under: string;
  readonly source: LogSource;
  /** A function, because the tailer of a journal opens its log while it is created. */
  readonly tailer: () => Tailer;
  /** for received logs only */
  readonly senderLag: SenderLag | undefined;
}

/** A followed log: its reader, and the result of the last poll. */
export class LiveLog {
  readonly source: LogSource;
  /** next place and unread bytes; undefined before the first poll */
  standing: LogStanding | undefined;
  readonly #options: LiveLogOptions;
  /** undefined before the first poll */
  #resumePoints: ResumePoints | undefined;
  /** The tailer returns the same object if nothing changed. */
  #report: SourceReport | undefined;
  #unreadableSince: Millis | undefined;
  /** The incomplete last line. Its time is unknown, so later lines of other logs must wait. */
  #unended: (Place & { readonly since: Millis }) | undefined;

  constructor(options: LiveLogOptions) {
    this.#options = options;
    this.source = options.source;
  }

  /** Takes the result of a poll. @returns input for the watermark; undefined if nothing changed */
  observe(report: SourceReport, now: Millis): Source | undefined {
    const { senderLag } = this.#options;
    // The lag of a sender changes with the clock, even without new lines.
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

  /** Takes the result of a poll without reading. */
  noteUnread({ readable, lagBytes, behind }: SourceReport): void {
    if (this.standing !== undefined) this.standing = { ...this.standing, readable, lagBytes, behind };
  }

  /** Drops files whose lines are all older than this. */
  release(path: string, before: Millis): void {
    if (this.#resumePoints !== undefined) this.#options.tailer().release(path, this.#resumePoints.before(before).place.file);
  }

  /** What a restart needs to read all lines since a time; undefined before the first poll. */
  save(position: LogPosition | undefined, since: Millis): SavedLog | undefined {
    if (this.#resumePoints === undefined || position === undefined) return undefined;
    const { place, newest } = this.#resumePoints.before(since);
    const { form, processes, readers } = this.source;
    // A journal can be resumed only at an entry with a known cursor, not at any offset.
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
