import { normalize } from 'node:path';
import { type FollowedZone, ZoneWatch } from '../clock/watch.js';
import type { ZoneProblem } from '../clock/zone-problem.js';
import { REREAD_LEAD, recordOf } from '../correlate/closed-record.js';
import { Compactor } from '../correlate/compact.js';
import { Correlator } from '../correlate/correlator.js';
import { Watermark } from '../correlate/watermark.js';
import { createZone, type Zone } from '../format/zone.js';
import { isJournalPath, journalName } from '../journal/place.js';
import { JournalTailer } from '../journal/tailer.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import { minutes, seconds } from '../model/time.js';
import { timeIn } from '../read/probe.js';
import type { Rules } from '../read/rules.js';
import { openSource, type SourceOptions } from '../read/source.js';
import { type Begin, createTailer, type PollReport, type SourceReport, type Tailer } from '../tail/tailer.js';
import { buildTrace } from '../trace/build.js';
import type { DecisionLog } from './decisions.js';
import type { FollowerVitals } from './follower-vitals.js';
import { LiveLog, type LogStanding } from './live-log.js';
import { type Pace, paceOf } from './pace.js';
import { ResumePoint, type Start } from './resume.js';
import type { LiveTrace, SavedLog, SavedLogs } from './saved-logs.js';
import { SenderLag } from './sender-lag.js';

/** Logs to follow, with facts that their names may not show. */
export interface LogsToFollow {
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** form of the lines; detected if not given */
  readonly form?: LogForm | undefined;
  /** IANA name; OVS and OVN are always read as UTC */
  readonly timezone: string;
  /** maximum lateness of lines, for received logs */
  readonly delay?: Millis | undefined;
}

export interface FollowerOptions {
  readonly logs: readonly LogsToFollow[];
  /** host of logs whose host neither their name nor `logs` shows */
  readonly host: string;
  readonly start: Start;
  readonly lines: 'events' | 'off';
  /** messages and phases of the user */
  readonly rules?: Rules | undefined;
  readonly clock: Clock;
  readonly count: Count;
  /** logs the decisions, at level debug */
  readonly decisions?: DecisionLog | undefined;
}

/** Lines of actions open longer than this are saved, so that a restart need not read back to their start. */
const LONG: Millis = minutes(10);
/** After a pause this long, any log may have much to read. */
const PAUSE: Millis = minutes(1);
/** After new lines, every poll checks all logs for this long. */
const LIVELY: Millis = seconds(10);

/** Services that write the root of a build: nova-compute, or nova-conductor if no host was found. */
const ENDS_BUILDS: ReadonlySet<string> = new Set(['nova-compute', 'nova-conductor']);
const SPAWNS: ReadonlySet<string> = new Set(['nova-compute']);

/**
 * Follows logs while they are written: reads new lines, keeps open actions, and builds the traces of closed ones.
 * Nothing happens between cycles; the caller sets their pace.
 */
export class LogFollower {
  readonly #options: FollowerOptions;
  readonly #resume: ResumePoint;
  readonly #correlator: Correlator;
  readonly #watermark = new Watermark();
  readonly #logs = new Map<string, LiveLog>();
  readonly #zones = new Map<string, FollowedZone>();
  readonly #zoneWatch: ZoneWatch;
  readonly #tailers: readonly Tailer[];
  /** Without received logs, a cycle with an unchanged result changes nothing. */
  readonly #isAnySent: boolean;
  /** result of the last cycle, by tailer */
  #observed: (readonly SourceReport[])[] = [];
  #lastCycle = Number.POSITIVE_INFINITY;
  /** when a line was last read */
  #readAt: Millis;
  /** watermark after the last cycle */
  #reached: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: FollowerOptions) {
    const { start, logs, clock, count } = options;
    const now = clock.now();
    this.#options = options;
    this.#readAt = now;
    this.#resume = new ResumePoint(start, now, count, options.decisions);
    this.#correlator = new Correlator(count, { compact: new Compactor().of, decide: options.decisions?.decide });
    this.#zoneWatch = new ZoneWatch((path) => this.#zones.get(path)!, now);
    this.#isAnySent = logs.some(({ delay }) => delay !== undefined);
    this.#restore();
    this.#tailers = logs.map((each) => this.#follow(each));
  }

  /** Number of open actions. */
  get open(): number {
    return this.#correlator.open;
  }

  get vitals(): FollowerVitals {
    return {
      openActions: this.#correlator.openByAction,
      buildHosts: this.#hostsOf(ENDS_BUILDS),
      computeHosts: this.#hostsOf(SPAWNS),
      linesKept: this.#correlator.storedLines,
      watermark: finite(this.#reached),
      horizon: finite(this.#resume.horizon),
      descriptors: this.#tailers.reduce((sum, { openFiles }) => sum + openFiles, 0),
      logs: this.#standings().map((log) => ({ ...log, zoneOffset: this.#zoneWatch.offsets.get(log.path) })),
    };
  }

  /** A zone problem to report now. @param config where the zones are set */
  wrongZone(config: string): ZoneProblem | undefined {
    return this.#zoneWatch.wrong(this.#options.clock.now(), config);
  }

  /** One cycle: reads the new lines of every log. @returns traces to send */
  async cycle(): Promise<{ readonly traces: LiveTrace[]; readonly reports: readonly PollReport[] }> {
    const { clock } = this.#options;
    const reports = await this.#poll(clock.now());
    const now = clock.now();
    // A log counts as read to its end as of its poll, not as of now.
    const polledAt = Math.min(now, ...reports.map(({ at }) => at));
    if (reports.some(({ readBytes }) => readBytes > 0)) this.#readAt = now;
    const isSame = !this.#isAnySent && reports.every(({ sources }, i) => sources === this.#observed[i]);
    if (!isSame) this.#observeAll(reports, now);
    this.#reached = this.#watermark.at(polledAt);
    return { traces: this.#correlator.advance(this.#reached).flatMap((closed) => this.#traceOf(closed) ?? []), reports };
  }

  /** Polls every log without reading, while the queue is full, so that `vitals` show the unread bytes. */
  async look(): Promise<readonly PollReport[]> {
    const reports: PollReport[] = [];
    for (const tailer of this.#tailers) reports.push(await tailer.poll(() => 0));
    // The watermark stays: the queue has no room for traces that it would close.
    for (const report of reports.flatMap(({ sources }) => sources)) this.#logs.get(report.path)?.noteUnread(report);
    return reports;
  }

  /** Notes that a trace is settled: it is not sent again after its lines are read again. */
  settle(trace: LiveTrace): void {
    this.#resume.add(trace.told);
  }

  /**
   * Drops data that no restart needs.
   * @param undelivered traces returned by `cycle` that are not settled
   * @returns false if nothing can be dropped, because lines of the previous process are being read again
   */
  forget(undelivered: readonly LiveTrace[]): boolean {
    const needed = (): Millis => this.#correlator.neededSince(this.#reached - LONG);
    if (!this.#resume.advance(this.#reached, needed, undelivered)) return false;
    for (const [path, log] of this.#logs) log.release(path, this.#resume.rereadSince);
    return true;
  }

  /**
   * What a restart needs; drops the rest.
   * @param undelivered traces returned by `cycle` that are not settled
   * @returns undefined if the saved state of the previous process is better, because its lines are being read again
   */
  save(undelivered: readonly LiveTrace[]): SavedLogs | undefined {
    if (!this.forget(undelivered)) return undefined;
    const { horizon, rereadSince, records } = this.#resume;
    return {
      horizon: finite(horizon) ?? null,
      logs: this.#savedLogs(rereadSince),
      long: this.#correlator.save(this.#reached - LONG, rereadSince),
      told: records,
      undelivered: undelivered.filter(({ from }) => from < horizon),
    };
  }

  async close(): Promise<void> {
    for (const tailer of this.#tailers) await tailer.close();
  }

  #savedLogs(since: Millis): SavedLog[] {
    const positions = new Map(this.#tailers.flatMap((tailer) => tailer.positions()).map((position) => [position.path, position]));
    // A log that is missing now may be back after the next restart.
    const absent = [...this.#resume.logs].filter(({ position: { path } }) => !positions.has(path));
    return [...absent, ...[...this.#logs].flatMap(([path, log]) => log.save(positions.get(path), since) ?? [])];
  }

  #restore(): void {
    const { saved, since } = this.#resume;
    if (saved === undefined) return;
    this.#correlator.restore({
      saved: saved.long,
      records: [...saved.told, ...saved.undelivered.map((trace) => trace.told)],
      before: since - REREAD_LEAD,
      // The previous process had read all lines up to then, except those of a log that was far behind.
      wasRead: ({ origin }) => this.#resume.wasRead(origin, this.#logs.get(origin.path)?.standing?.place),
    });
  }

  #follow(logs: LogsToFollow): Tailer {
    const { clock, count } = this.#options;
    const { paths } = logs;
    const [under = ''] = paths;
    const zone = createZone(logs.timezone);
    const begin = (path: string, isFirst: boolean): Begin => this.#beginOf(logs, zone, path, isFirst);
    const open = (path: string): LineSink | undefined => this.#open(logs, zone, path, () => tailer);
    const known = [...this.#resume.logs].filter((log) => paths.includes(log.under)).map(({ position }) => position.path);
    const tailer: Tailer = isJournalPath(under)
      ? new JournalTailer({ path: under, open, begin, from: this.#resume.logAt(journalName(under))?.from, clock, count })
      : createTailer({ paths, known, clock, count, begin, open });
    return tailer;
  }

  #beginOf(logs: LogsToFollow, zone: Zone, path: string, isFirst: boolean): Begin {
    const since = this.#resume.since - REREAD_LEAD;
    const before = this.#resume.logAt(path);
    if (before !== undefined) return { position: before.position, at: before.at, since };
    // A log that appears later has no old lines.
    if (!isFirst) return 'beginning';
    if (!Number.isFinite(since)) return 'oldest';
    return { since, timeIn: timeIn(this.#sourceOptions(logs, zone, path)) };
  }

  /** @returns undefined for a log that is not read */
  #open(logs: LogsToFollow, zone: Zone, path: string, tailer: () => Tailer): LineSink | undefined {
    // Where two entries name one log, the first has it.
    if (this.#logs.has(path)) return undefined;
    const source = openSource(this.#sourceOptions(logs, zone, path));
    if (source === undefined) return undefined;
    const { delay } = logs;
    this.#zones.set(path, { zones: () => zone, isSent: delay !== undefined });
    const senderLag = delay === undefined ? undefined : new SenderLag(delay, this.#options.clock.now());
    this.#logs.set(path, new LiveLog({ under: logs.paths[0]!, source, tailer, senderLag }));
    return source.line;
  }

  #sourceOptions(logs: LogsToFollow, zone: Zone, path: string): SourceOptions {
    const { clock, count, host, rules } = this.#options;
    const before = this.#resume.logAt(path);
    return {
      path,
      service: logs.service,
      host: logs.host,
      form: logs.paths.some(isJournalPath) ? 'journal-json' : logs.form,
      likelyForm: before?.form,
      knownWriters: before?.writers,
      knownProcesses: before?.processes,
      after: before?.newest,
      isNamed: logs.paths.some((each) => normalize(each) === path),
      anyHost: host,
      zone: () => zone,
      latest: () => clock.now(),
      catalogue: rules?.catalogue,
      count,
      onEvent: (event, zoning) => {
        this.#zoneWatch.note(event, zoning);
        if (logs.delay !== undefined && event.at < this.#reached) count('received_late', 1, event.host);
        this.#correlator.accept(event);
      },
    };
  }

  async #poll(now: Millis): Promise<PollReport[]> {
    const isAfterPause = now - this.#lastCycle > PAUSE;
    this.#lastCycle = now;
    let pace: Pace | undefined;
    const budgetOf: Pace = (path) => {
      pace ??= paceOf(this.#standings(), now, isAfterPause);
      return pace(path);
    };
    // New lines may close an action, which must wait for all logs.
    const isWhole = now - this.#readAt < LIVELY;
    const reports: PollReport[] = [];
    for (const tailer of this.#tailers) reports.push(await tailer.poll(budgetOf, isWhole));
    return reports;
  }

  #observeAll(reports: readonly PollReport[], now: Millis): void {
    const seen = new Set<string>();
    for (const report of reports.flatMap(({ sources }) => sources)) {
      seen.add(report.path);
      this.#observe(report, now);
    }
    for (const path of this.#logs.keys()) if (!seen.has(path)) this.#watermark.forget(path);
    this.#observed = reports.map(({ sources }) => sources);
  }

  #observe(report: SourceReport, now: Millis): void {
    const { path, atEnd, readable, partial } = report;
    const log = this.#logs.get(path);
    const observed = log?.observe(report, now);
    if (log === undefined || observed === undefined) return;
    this.#zoneWatch.saw({ ...report, readers: log.source.readers, atEnd: atEnd && readable && !partial }, now);
    this.#watermark.observe(path, observed);
  }

  /** @returns undefined if there is nothing to send */
  #traceOf(closed: ClosedUnit): LiveTrace | undefined {
    const { lines, rules, count, decisions } = this.#options;
    const record = recordOf(closed);
    if (!this.#resume.isNew(record)) return undefined;
    const reads = (service: string, host?: string): boolean => [...this.#logs.values()].some(({ source }) => source.reads(service, host));
    const trace = buildTrace(closed, { lines, reads, phasesOf: rules?.phasesOf, count });
    if (trace.spans.length === 0) {
      // There is nothing to send, so the record is final.
      decisions?.notSent(record, 'no phase seen');
      this.#resume.add(record);
      return undefined;
    }
    if (trace.form !== 'network-ready') count(trace.form === 'action' ? 'actions' : 'fragments');
    decisions?.made(trace);
    return { trace, from: record.from, told: record };
  }

  #standings(): LogStanding[] {
    return [...this.#logs.values()].flatMap(({ standing }) => standing ?? []);
  }

  #hostsOf(services: ReadonlySet<string>): string[] {
    const hosts = new Set<string>();
    for (const { source } of this.#logs.values())
      for (const { service, host } of source.readers) if (services.has(service)) hosts.add(host);
    return [...hosts];
  }
}

const finite = (time: Millis): Millis | undefined => (Number.isFinite(time) ? time : undefined);
