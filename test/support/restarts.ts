import { type ClosedRecord, isSameRecord, RECORD_LIFETIME, REREAD_LEAD, recordOf } from '../../src/correlate/closed-record.js';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Saved } from '../../src/correlate/saved.js';
import { wasSaved } from '../../src/correlate/saved.js';
import { LEAD } from '../../src/correlate/times.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { type Event, inOrder } from '../../src/lifecycle/event.js';
import { minutes, seconds } from '../../src/model/time.js';
import { buildTrace } from '../../src/trace/build.js';
import { counting, coverageOf, type Log } from './scenario.js';

/** How far behind the wall clock a log that is read to its end may still be written to. */
const LAG = seconds(3);

/** A log, and the time at which each of its lines is there to be read: no line is before those that stand above it. */
export interface Script {
  readonly log: Log;
  readonly written: readonly number[];
}

export const scriptsOf = (logs: readonly Log[]): Script[] =>
  logs
    .filter(({ events }) => events.length > 0)
    .map((log) => {
      let newest = Number.NEGATIVE_INFINITY;
      return { log, written: log.events.map(({ at }) => (newest = Math.max(newest, at))) };
    });

/** What a checkpoint holds, as decision 0010 has it. All of it has been JSON. */
export interface Checkpoint {
  readonly horizon: number;
  readonly before: number;
  readonly saved: Saved;
  readonly ledger: readonly ClosedRecord[];
  /** traces that the backend has not taken, of what began before the horizon: they cannot be built again */
  readonly kept: readonly { readonly told: ClosedRecord; readonly bytes: string }[];
}

interface Pending {
  readonly told: ClosedRecord;
  readonly bytes: string;
}

/** A whole number from 0, below this. */
export type Chance = (below: number) => number;

/**
 * What the sidecar does with a correlator, without files: logs grow with a clock, what closes is sent, the backend takes it
 * sooner or later, and at any moment all but the checkpoint is lost.
 */
export class Follower {
  /** all that the backend was sent, repeats included */
  readonly sent: string[] = [];
  /** how often lines were saved for an action that was open for long */
  savedLines = 0;
  readonly #scripts: readonly Script[];
  readonly #long: number;
  readonly #reads: ReturnType<typeof coverageOf>;
  #correlator = new Correlator(counting().count);
  #read: number[];
  #horizon = Number.NEGATIVE_INFINITY;
  /** the horizon of the last restart: what began before it, and was not open for long then, has been told */
  #since = Number.NEGATIVE_INFINITY;
  #watermark = Number.NEGATIVE_INFINITY;
  #saved: Saved | undefined;
  #isRestarted = false;
  #ledger: ClosedRecord[] = [];
  #pending: Pending[] = [];

  /** @param long how long an action is open before it is saved rather than waited for */
  constructor(scripts: readonly Script[], long = minutes(10)) {
    this.#scripts = scripts;
    this.#long = long;
    this.#reads = coverageOf(scripts.map(({ log }) => log));
    this.#read = scripts.map(() => 0);
  }

  /** Reads all that is written by now. */
  poll(now: number): void {
    this.#scripts.forEach(({ log, written }, i) => {
      for (let next = this.#read[i]!; next < log.events.length && written[next]! <= now; next++) {
        this.#correlator.accept(log.events[next]!);
        this.#read[i] = next + 1;
      }
    });
    // Of a log that is read to its end nothing is expected that is older than the clock, but for a little.
    this.#advance(now - LAG);
  }

  /** After a restart: reads what there is in pieces, each log for itself, as a reader would that is fair to all. */
  catchUp(now: number, chance: Chance): void {
    for (;;) {
      const behind = this.#scripts.flatMap(({ log, written }, i) => {
        const next = this.#read[i]!;
        return next < log.events.length && written[next]! <= now ? [i] : [];
      });
      if (behind.length === 0) break;
      const i = behind[chance(behind.length)]!;
      const { log, written } = this.#scripts[i]!;
      for (let left = 1 + chance(200); left > 0; left--) {
        const next = this.#read[i]!;
        if (next >= log.events.length || written[next]! > now) break;
        this.#correlator.accept(log.events[next]!);
        this.#read[i] = next + 1;
      }
      const times = this.#scripts.map(({ log: { events }, written: all }, each) => {
        const next = this.#read[each]!;
        return next < events.length && all[next]! <= now ? (all[next - 1] ?? Number.NEGATIVE_INFINITY) : now - LAG;
      });
      this.#advance(Math.min(...times));
    }
  }

  #advance(watermark: number): void {
    this.#watermark = Math.max(this.#watermark, watermark);
    for (const thing of this.#correlator.advance(watermark)) {
      const what = recordOf(thing);
      const isAgain =
        this.#isRestarted &&
        (this.#ledger.some((each) => isSameRecord(each, what)) || this.#pending.some((each) => isSameRecord(each.told, what)));
      if (isAgain || (what.began < this.#since && !wasSaved(this.#saved, what))) continue;
      const trace = buildTrace(thing, { lines: 'events', reads: this.#reads });
      // What has nothing to say has been told.
      if (trace.spans.length === 0) this.#ledger.push(what);
      else this.#pending.push({ told: what, bytes: toOtlpJson(trace) });
    }
  }

  /** The backend takes some of what waits. */
  deliver(takes: () => boolean): void {
    this.#pending = this.#pending.filter(({ told: what, bytes }) => {
      if (!takes()) return true;
      this.sent.push(bytes);
      this.#ledger.push(what);
      return false;
    });
  }

  /** @returns undefined while what was read before is read again: the checkpoint that there is holds */
  checkpoint(): Checkpoint | undefined {
    if (this.#watermark < this.#horizon || this.#watermark === Number.NEGATIVE_INFINITY) return undefined;
    const longSince = this.#watermark - this.#long;
    const waiting = this.#pending.filter(({ told: { from } }) => from >= this.#horizon).map(({ told: { from } }) => from);
    const horizon = Math.max(this.#horizon, Math.min(this.#watermark - LEAD, this.#correlator.neededSince(longSince), ...waiting));
    const before = horizon - REREAD_LEAD;
    const saved = this.#correlator.save(longSince, before);
    this.savedLines += saved.lines.length;
    this.#ledger = this.#ledger.filter(({ to }) => to >= before - RECORD_LIFETIME);
    this.#horizon = horizon;
    return JSON.parse(
      JSON.stringify({
        horizon,
        before,
        saved,
        ledger: this.#ledger,
        kept: this.#pending.filter(({ told: { from } }) => from < horizon),
      }),
    ) as Checkpoint;
  }

  /** All but the checkpoint is lost; what the backend has it keeps. */
  restart(checkpoint: Checkpoint | undefined, chance: Chance): void {
    this.#correlator = new Correlator(counting().count);
    this.#watermark = Number.NEGATIVE_INFINITY;
    this.#isRestarted = true;
    this.#read = this.#scripts.map(() => 0);
    this.#ledger = [...(checkpoint?.ledger ?? [])];
    this.#pending = [...(checkpoint?.kept ?? [])];
    this.#horizon = checkpoint?.horizon ?? Number.NEGATIVE_INFINITY;
    this.#since = this.#horizon;
    this.#saved = checkpoint?.saved;
    if (checkpoint === undefined) return;
    const { saved, ledger, kept, before } = checkpoint;
    this.#correlator.restore({ saved, records: [...ledger, ...kept.map((each) => each.told)], before });
    // The place to read from has all lines of `before` and later behind it, and some that are older.
    this.#read = this.#scripts.map(({ written }) => {
      const place = written.findIndex((at) => at >= before);
      return Math.max(0, (place === -1 ? written.length : place) - chance(30));
    });
  }
}

/** The same logs later, and with pauses: nothing happens for so long after a moment. The lines keep all else. */
export function moved(
  logs: readonly Log[],
  mark: string,
  later: number,
  pauses: readonly { readonly after: number; readonly long: number }[],
): Log[] {
  const move = (event: Event, newest: number): Event => ({
    ...event,
    at: event.at + later + pauses.reduce((sum, { after, long }) => (newest > after ? sum + long : sum), 0),
    origin: { ...event.origin, path: `${mark}/${event.origin.path}` },
  });
  return logs.map((log) => {
    // Lines of one file are a little out of order: a pause parts them where they stand, not by their times.
    let newest = Number.NEGATIVE_INFINITY;
    const events = log.events.map((event) => {
      newest = Math.max(newest, event.at);
      return move(event, newest);
    });
    return { ...log, path: `${mark}/${log.path}`, events };
  });
}

/** The first and the last moment of logs. */
export function spanOf(logs: readonly Log[]): { first: number; last: number } {
  const times = logs.flatMap(({ events }) => events).sort(inOrder);
  return { first: times[0]!.at, last: times[times.length - 1]!.at };
}
