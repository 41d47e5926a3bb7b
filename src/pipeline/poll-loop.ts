import type { Delivery } from '../deliver/delivery.js';
import type { Clock } from '../model/clock.js';
import type { PollReport } from '../tail/tailer.js';
import type { Log } from '../telemetry/log.js';
import type { DecisionLog } from './decisions.js';
import { type FirstStart, holdsLines, sayWhatIsNotRead } from './first-start.js';
import type { LiveView } from './live-view.js';
import type { LogFollower } from './log-follower.js';
import type { NotableActions } from './notable.js';
import { pauseAfter } from './pause.js';
import type { LiveTrace } from './saved-logs.js';
import type { Totals } from './totals.js';

/** Interval of log lines with counters, while there are any. */
const SUMMARY_EVERY = 60_000;

export interface PollLoopOptions {
  readonly follower: LogFollower;
  /** paths at which logs may appear later: a missing one is normal */
  readonly mayAppear: readonly string[];
  readonly delivery: Pick<Delivery<LiveTrace>, 'offer' | 'isFull' | 'waiting'>;
  readonly view: LiveView;
  /** where the zones of logs are set */
  readonly configured: string;
  /** set if the existing lines of the logs are not exported */
  readonly firstStart: FirstStart | undefined;
  /** @param isQuiet this cycle read nothing and closed nothing */
  readonly onCycle: (isQuiet: boolean) => Promise<void>;
  readonly pollInterval: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly notable: NotableActions;
  readonly totals: Totals;
  readonly decisions: DecisionLog | undefined;
}

/**
 * Polls the logs and passes finished traces on, until the signal. While the queue is full it does not read: the files
 * keep the lines.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  /** unreadable paths that were logged */
  readonly #unreadable = new Set<string>();
  /** missing paths that were logged or need no log line */
  readonly #absent: Set<string>;
  #summaryAt: number;
  #firstStart: FirstStart | undefined;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#absent = new Set(options.mayAppear);
    this.#summaryAt = options.clock.now();
    this.#firstStart = options.firstStart;
  }

  async run(): Promise<void> {
    const { clock, pollInterval, signal } = this.#options;
    while (!signal.aborted) await clock.sleep(pauseAfter(await this.#cycle(), pollInterval), signal);
  }

  async #cycle(): Promise<readonly PollReport[]> {
    const { follower, delivery, notable, view, onCycle } = this.#options;
    const { traces, reports } = delivery.isFull ? { traces: [], reports: await follower.look() } : await follower.cycle();
    delivery.offer(traces);
    for (const { trace } of traces) notable.note(trace);
    view.show(traces);
    this.#logFirstStart(reports);
    for (const report of reports) this.#logTrouble(report);
    this.#logWrongZone();
    const isQuiet = reports.every(({ readBytes }) => readBytes === 0);
    await onCycle(isQuiet && traces.length === 0);
    this.#logTotals();
    return reports;
  }

  #logFirstStart(reports: readonly PollReport[]): void {
    const { log } = this.#options;
    if (this.#firstStart !== undefined && reports.some(({ sources }) => sources.some(holdsLines))) sayWhatIsNotRead(this.#firstStart, log);
    // Lines written from now on are exported.
    this.#firstStart = undefined;
  }

  #logTrouble({ sources, missing }: PollReport): void {
    const { log } = this.#options;
    for (const path of missing) {
      if (!this.#absent.has(path)) log.warn({ path }, 'this log does not exist yet: novaspan looks for it at each poll');
      this.#absent.add(path);
    }
    for (const { path, readable, reason, lost } of sources) {
      if (lost !== undefined) log.warn({ path, reason: lost }, 'a part of a log was missed');
      if (!readable && !this.#unreadable.has(path)) log.error({ path, reason }, 'a log cannot be read: novaspan tries again at each poll');
      if (readable) this.#unreadable.delete(path);
      else this.#unreadable.add(path);
    }
  }

  #logWrongZone(): void {
    const { follower, configured, log } = this.#options;
    const wrong = follower.wrongZone(configured);
    if (wrong !== undefined) log.warn({ why: wrong.why, paths: wrong.logs.map(({ path }) => path) }, `${wrong.what}: ${wrong.remedy}`);
  }

  #logTotals(): void {
    const { clock, totals, log, follower, delivery, decisions } = this.#options;
    if (clock.now() - this.#summaryAt < SUMMARY_EVERY) return;
    this.#summaryAt = clock.now();
    decisions?.standing(follower.vitals);
    const counted = totals.since();
    if (Object.keys(counted).length > 0) log.info({ ...counted, open: follower.open, waiting: delivery.waiting }, 'in the last minute');
  }
}
