import { normalize } from 'node:path';
import { Compactor } from '../correlate/compact.js';
import { Correlator } from '../correlate/correlator.js';
import { type Saved, wasSaved } from '../correlate/saved.js';
import { LEAD } from '../correlate/times.js';
import { REMEMBERED, REREAD, type Told, told } from '../correlate/told.js';
import { Watermark } from '../correlate/watermark.js';
import { createZone, type Zone } from '../format/zone.js';
import { type From, isJournalPath, journalName } from '../journal/place.js';
import { JournalTailer } from '../journal/tailer.js';
import type { Event } from '../lifecycle/event.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { Vitals } from '../model/gauges.js';
import type { LineSink, Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import { minutes, seconds } from '../model/time.js';
import type { Processes } from '../read/mixed.js';
import { timeIn } from '../read/probe.js';
import type { Rules } from '../read/rules.js';
import { type LogSource, openSource, type SourceOptions, type Writing } from '../read/source.js';
import type { LogPosition, Place } from '../tail/position.js';
import { type Begin, createTailer, type PollReport, type SourceReport, type Tailer } from '../tail/tailer.js';
import { buildTrace } from '../trace/build.js';
import { Arrival } from './arrival.js';
import { Ledger } from './checkpoint/ledger.js';
import { Marks } from './checkpoint/marks.js';
import { type FollowedZone, ZoneWatch } from './clock/watch.js';
import type { ZoneProblem } from './clock/zone-problem.js';

/** Logs to follow, and what their names do not say of them. */
export interface LogsToFollow {
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** how they are written; told from their lines where it is not given */
  readonly form?: LogForm | undefined;
  /** IANA name; OVS and OVN are UTC whatever it says */
  readonly timezone: string;
  /** of logs that are sent here and not written by their services: how late their lines may come */
  readonly delay?: Millis | undefined;
}

/**
 * Where following begins.
 *
 * - `backfill`: with the oldest line there is; everything is told.
 * - `look-back`: actions that began at most `lookBack` before now, and end after it, are told.
 * - `again`: where an earlier life stopped.
 */
export type Start =
  | { readonly from: 'backfill' }
  | { readonly from: 'look-back'; readonly lookBack: Millis }
  | { readonly from: 'again'; readonly saved: SavedLogs };

export interface LiveOptions {
  readonly logs: readonly LogsToFollow[];
  /** whose logs they are where neither their names nor `logs` tell */
  readonly host: string;
  readonly start: Start;
  readonly lines: 'events' | 'off';
  /** what users added */
  readonly rules?: Rules | undefined;
  readonly clock: Clock;
  readonly count: Count;
}

/** A trace on its way out, and what is remembered of it once it is delivered. */
export interface LiveTrace {
  readonly trace: FinishedTrace;
  /** the earliest of its lines */
  readonly from: Millis;
  readonly told: Told;
}

/** What a restart must know. Plain data (docs/decisions/0010-restart-by-reading-again.md). */
export interface SavedLogs {
  /** all that began before it is dealt with; null when nothing is yet */
  readonly horizon: Millis | null;
  readonly logs: readonly SavedLog[];
  readonly long: Saved;
  readonly told: readonly Told[];
  /** what is over and not delivered, and has lines before those that are read again: it cannot be built again */
  readonly undelivered: readonly LiveTrace[];
}

export interface SavedLog {
  /** the path of the configuration that led to it */
  readonly under: string;
  readonly position: LogPosition;
  /** where reading goes on */
  readonly at: Place;
  /** a time that no line before `at` lies after: tells the two passes of a repeated hour apart */
  readonly newest?: Millis;
  readonly form?: LogForm;
  readonly writers: readonly Writing[];
  /** of a log of several services: whose each process is */
  readonly processes?: Readonly<Record<string, Processes>>;
  /** of a journal: how to come back to `at` */
  readonly from?: From;
}

/** How long a log that cannot be read holds up the others, or one whose last line has no end. */
const PATIENCE = 30_000;
/** What has been open for longer does not hold the horizon: its lines are written into the checkpoint. */
const LONG: Millis = minutes(10);

/** The most that one cycle reads of one log while there is much to read, and the least that is worth it. */
const MOST_READ = 1024 * 1024;
const PIECE = 64 * 1024;
/** After a pause as long as this there may be much to read of any log. */
const PAUSE: Millis = minutes(1);
/** All logs are looked at at each poll for so long after something was read. */
const LIVELY: Millis = seconds(10);
/** So far the others go ahead of a journal, of which no bytes are known that are left. */
const AHEAD_OF_JOURNAL: Millis = minutes(10);

/**
 * How much of each log to read, so that they come to the same moment together when there is much to read. After an outage a small log
 * would otherwise be read to its end while a large one is still in the first hour, and its lines would wait for that until the room is full.
 *
 * How many bytes an hour of a log has is taken from what is left of it, up to now.
 *
 * @returns undefined where nothing holds a log back
 */
function paceOf(standings: readonly LogStanding[], now: Millis, isAfterPause: boolean): (path: string) => number | undefined {
  const known = new Set(standings.map(({ path }) => path));
  const lagging = standings.flatMap(({ path, lagBytes, behind, readable, newest = now }) => {
    if (!readable || newest >= now || (lagBytes === 0 && behind === undefined)) return [];
    return { path, newest, bytesPerMs: lagBytes === 0 ? undefined : lagBytes / (now - newest) };
  });
  if (lagging.length === 0) return (path) => (isAfterPause && known.has(path) ? PIECE : undefined);
  const stride = Math.min(...lagging.map(({ bytesPerMs }) => (bytesPerMs === undefined ? AHEAD_OF_JOURNAL : MOST_READ / bytesPerMs)));
  const moment = Math.min(...lagging.map(({ newest }) => newest)) + stride;
  const budgets = new Map(
    lagging.map(({ path, newest, bytesPerMs }) => [
      path,
      newest >= moment ? 0 : Math.ceil(Math.min(MOST_READ, Math.max(PIECE, (moment - newest) * (bytesPerMs ?? Number.POSITIVE_INFINITY)))),
    ]),
  );
  return (path) => budgets.get(path) ?? (known.has(path) ? PIECE : undefined);
}

/** How one log stands, as of the last cycle. */
export interface LogStanding {
  readonly path: string;
  /** where reading goes on */
  readonly place: Place;
  readonly lagBytes: number;
  /** as SourceReport's */
  readonly behind?: Millis | undefined;
  readonly readable: boolean;
  readonly newest: Millis | undefined;
}

/** The logs of one process while they are written: what has been read of them, and the actions under way. */
export interface LiveLogs {
  /** One cycle: reads what is new in every log and gives what closed by it and is to be sent. */
  cycle(): Promise<{ readonly traces: LiveTrace[]; readonly reports: readonly PollReport[] }>;
  /** Looks at every log and reads nothing: `vitals` then tell what waits to be read. For while there is no room for more traces. */
  look(): Promise<readonly PollReport[]>;
  /** Notes that a trace is done with: it is not sent again when its lines are read again. */
  settle(trace: LiveTrace): void;
  /**
   * Lets go of what no restart will ask for.
   *
   * @param undelivered traces given that are not settled
   * @returns false where nothing can go yet: while what an earlier life left is read again
   */
  forget(undelivered: readonly LiveTrace[]): boolean;
  /**
   * What a restart must know, as of now; forgets the rest.
   *
   * @param undelivered traces given that are not settled
   * @returns undefined where what an earlier life left holds better: while its lines are read again
   */
  save(undelivered: readonly LiveTrace[]): SavedLogs | undefined;
  /** Whether logs look to be read in a wrong zone, where that is to be said now. @param config where the zones were given */
  wrongZone(config: string): ZoneProblem | undefined;
  /** Actions that have begun and not ended. */
  readonly open: number;
  readonly vitals: LiveVitals;
  close(): Promise<void>;
}

/** How following stands, as of the last cycle; moments are of the logs' own time. */
export interface LiveVitals {
  /** by nova's name of the action */
  readonly openActions: Vitals['openActions'];
  readonly buildHosts: Vitals['buildHosts'];
  readonly computeHosts: Vitals['computeHosts'];
  /** lines that wait for a link */
  readonly linesKept: number;
  readonly watermark: Millis | undefined;
  readonly horizon: Millis | undefined;
  /** log files that are held open */
  readonly descriptors: number;
  /** `zoneOffset`: by how much a log's times look to be ahead, as its zone is wrong */
  readonly logs: readonly (LogStanding & { readonly zoneOffset: Millis | undefined })[];
}

/** One log that is followed. */
interface Followed {
  readonly under: string;
  readonly owner: () => Tailer;
  readonly source: LogSource;
  /** undefined until something has been read */
  marks: Marks | undefined;
  /** the last one: a poll that finds the same gives it again */
  report: SourceReport | undefined;
  standing: LogStanding | undefined;
  /** The last line, while it is incomplete: where it begins, and since when. Its time is not known, and those behind it wait for it. */
  unended: (Place & { readonly since: Millis }) | undefined;
  readonly arrival: Arrival | undefined;
}

/** Follows logs. Nothing happens between cycles: whoever calls them decides how often. */
export function followLogs(options: LiveOptions): LiveLogs {
  const { clock, count, start } = options;
  const startedAt = clock.now();
  const saved = start.from === 'again' ? start.saved : undefined;
  const savedLogs = new Map(saved?.logs.map((log) => [log.position.path, log]));
  const ledger = new Ledger(saved?.told);
  const correlator = new Correlator(count, { kept: new Compactor().of });
  const watermark = new Watermark();
  const followed = new Map<string, Followed>();
  let lastCycle = Number.POSITIVE_INFINITY;
  /** when something was last read of any log */
  let readAt = startedAt;
  /** of each tailer: what the last cycle saw */
  let observed: (readonly SourceReport[])[] = [];
  /** A log that is sent and not followed changes with the clock. */
  const isSentNone = options.logs.every(({ delay }) => delay === undefined);
  const unreadableSince = new Map<string, number>();
  const zoneOf = new Map<string, FollowedZone>();
  const zoneWatch = new ZoneWatch((path) => zoneOf.get(path)!, startedAt);
  const reads = (service: string, host?: string): boolean => [...followed.values()].some(({ source }) => source.reads(service, host));

  let horizon = firstHorizon(start, startedAt);
  /** What began before this life is told where an earlier one did not: it held these open. */
  const since = horizon;
  let reached = Number.NEGATIVE_INFINITY;
  if (saved !== undefined) {
    const known = [...saved.told, ...saved.undelivered.map((trace) => trace.told)];
    for (const { told: each } of saved.undelivered) ledger.add(each);
    correlator.restore({ saved: saved.long, told: known, before: since - REREAD, wasRead: (event) => isReadAgain(event) });
  }

  /** Whether an earlier life had read a line: only of a log that was far behind it had not. */
  const isReadAgain = ({ origin: { path, offset } }: Event): boolean => {
    const before = savedLogs.get(path);
    const last = before?.position.files.at(-1);
    if (before === undefined || last === undefined) return false;
    const place = followed.get(path)?.standing?.place ?? before.at;
    if (place.file !== last.file) return place.file < last.file;
    return offset < last.offset;
  };

  const sourceOptions = (logs: LogsToFollow, zone: Zone, path: string): SourceOptions => {
    const before = savedLogs.get(path);
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
      anyHost: options.host,
      zone: () => zone,
      latest: () => clock.now(),
      catalogue: options.rules?.catalogue,
      count,
      onEvent(event, zoning) {
        zoneWatch.note(event, zoning);
        if (logs.delay !== undefined && event.at < reached) count('received_late', 1, event.host);
        correlator.accept(event);
      },
    };
  };

  const follow = (logs: LogsToFollow): Tailer => {
    const zone = createZone(logs.timezone);
    const beginOf = (path: string, isFirst: boolean): Begin => {
      const before = savedLogs.get(path);
      if (before !== undefined) return { position: before.position, at: before.at, since: since - REREAD };
      // A log that comes later holds nothing that is old.
      if (!isFirst) return 'beginning';
      if (!Number.isFinite(since)) return 'oldest';
      return { since: since - REREAD, timeIn: timeIn(sourceOptions(logs, zone, path)) };
    };
    const under = logs.paths;
    let tailer: Tailer;
    const open = (path: string): LineSink | undefined => {
      // Where two entries name one log, the first has it.
      if (followed.has(path)) return undefined;
      const source = openSource(sourceOptions(logs, zone, path));
      if (source === undefined) return undefined;
      zoneOf.set(path, { zones: () => zone, isSent: logs.delay !== undefined });
      const arrival = logs.delay === undefined ? undefined : new Arrival(logs.delay, clock.now());
      // Built when it is asked for: a journal's is opened while its tailer is made.
      followed.set(path, {
        under: under[0]!,
        owner: () => tailer,
        source,
        marks: undefined,
        report: undefined,
        standing: undefined,
        unended: undefined,
        arrival,
      });
      return source.line;
    };
    const [path = ''] = under;
    if (isJournalPath(path)) {
      tailer = new JournalTailer({ path, open, begin: beginOf, from: savedLogs.get(journalName(path))?.from, clock, count });
      return tailer;
    }
    const known = [...savedLogs.values()].filter((log) => under.includes(log.under)).map(({ position }) => position.path);
    tailer = createTailer({ paths: under, known, clock, count, begin: beginOf, open });
    return tailer;
  };
  const tailers = options.logs.map(follow);

  const standings = (): LogStanding[] => [...followed.values()].flatMap(({ standing }) => standing ?? []);

  /** Sees how a log stands after a poll. */
  const observe = (report: SourceReport, now: Millis): void => {
    const { path, begun, place, atEnd, readable, lagBytes, behind, readBytes } = report;
    const log = followed.get(path);
    if (log === undefined) return;
    if (report === log.report && log.arrival === undefined) return;
    log.report = report;
    log.source.flushCounts();
    const { newest } = log.source;
    log.marks ??= new Marks(begun);
    // After a long silence the first line does not move the log's time: a place behind it would be taken for one before it.
    if (newest !== undefined && !log.source.isUnsure) log.marks.note(newest, place);
    log.standing = { path, place, lagBytes, behind, readable, newest };
    zoneWatch.saw({ ...report, readers: log.source.readers, atEnd: atEnd && readable && !report.partial }, now);
    if (readable) unreadableSince.delete(path);
    else if (!unreadableSince.has(path)) unreadableSince.set(path, now);
    const live = now - (unreadableSince.get(path) ?? now) < PATIENCE;
    if (readBytes > 0) log.arrival?.came(newest, now);
    if (!report.partial) log.unended = undefined;
    else if (log.unended?.offset !== place.offset || log.unended.file !== place.file) log.unended = { ...place, since: now };
    const isBeingWritten = log.unended !== undefined && now - log.unended.since < PATIENCE;
    watermark.observe(path, { newest, atEnd: atEnd && !isBeingWritten, live, sent: log.arrival?.at(now) });
  };

  const observeAll = (reports: readonly PollReport[], now: Millis): void => {
    const seen = new Set<string>();
    for (const source of reports.flatMap(({ sources }) => sources)) {
      seen.add(source.path);
      observe(source, now);
    }
    for (const path of followed.keys()) if (!seen.has(path)) watermark.forget(path);
    observed = reports.map(({ sources }) => sources);
  };

  /** Whether a thing is news: not one that an earlier life has told, or would have. */
  const isNews = (thing: Told): boolean => {
    if (ledger.has(thing)) {
      count('traces_known');
      return false;
    }
    const isOld = thing.began < since && !wasSaved(saved?.long, thing);
    if (isOld || (start.from === 'look-back' && thing.to < startedAt)) {
      count('traces_before_start');
      return false;
    }
    return true;
  };

  const forget = (undelivered: readonly LiveTrace[]): boolean => {
    if (reached < horizon || reached === Number.NEGATIVE_INFINITY) return false;
    // What has lines before the horizon cannot be built again as it is: it is kept, and holds nothing.
    const held = undelivered.map(({ from }) => from).filter((from) => from >= horizon);
    // Lines may turn out later to be the first of an action: until then it is not open, and holds nothing.
    horizon = Math.max(horizon, Math.min(reached - LEAD, correlator.neededSince(reached - LONG), ...held));
    const again = horizon - REREAD;
    ledger.forget(again - REMEMBERED);
    for (const [path, { owner, marks }] of followed) if (marks !== undefined) owner().release(path, marks.before(again).place.file);
    return true;
  };

  return {
    forget,
    wrongZone: (config) => zoneWatch.wrong(clock.now(), config),

    get open() {
      return correlator.open;
    },

    async cycle() {
      const reports: PollReport[] = [];
      const begun = clock.now();
      const isAfterPause = begun - lastCycle > PAUSE;
      lastCycle = begun;
      let pace: ReturnType<typeof paceOf> | undefined;
      const budgetOf = (path: string): number | undefined => {
        pace ??= paceOf(standings(), begun, isAfterPause);
        return pace(path);
      };
      // What is read may close an action, which waits for all logs.
      const isWhole = begun - readAt < LIVELY;
      for (const tailer of tailers) reports.push(await tailer.poll(budgetOf, isWhole));
      const now = clock.now();
      // A log is at its end as of when it was looked at, not as of now.
      const looked = Math.min(now, ...reports.map(({ at }) => at));
      if (reports.some(({ readBytes }) => readBytes > 0)) readAt = now;
      const isSame = isSentNone && reports.every(({ sources }, i) => sources === observed[i]);
      if (!isSame) observeAll(reports, now);
      reached = watermark.at(looked);
      const traces: LiveTrace[] = [];
      for (const closed of correlator.advance(reached)) {
        const thing = told(closed);
        if (!isNews(thing)) continue;
        const trace = buildTrace(closed, { lines: options.lines, reads, phasesOf: options.rules?.phasesOf, count });
        if (trace.spans.length === 0) {
          // What has nothing to say has been told.
          ledger.add(thing);
          continue;
        }
        if (trace.form !== 'network-ready') count(trace.form === 'action' ? 'actions' : 'fragments');
        traces.push({ trace, from: thing.from, told: thing });
      }
      return { traces, reports };
    },

    async look() {
      const reports: PollReport[] = [];
      for (const tailer of tailers) reports.push(await tailer.poll(() => 0));
      for (const { path, readable, lagBytes, behind } of reports.flatMap(({ sources }) => sources)) {
        const log = followed.get(path);
        // The watermark stands still meanwhile: what it closes would have no room.
        if (log?.standing !== undefined) log.standing = { ...log.standing, readable, lagBytes, behind };
      }
      return reports;
    },

    settle(trace) {
      ledger.add(trace.told);
    },

    save(undelivered) {
      if (!forget(undelivered)) return undefined;
      const again = horizon - REREAD;
      const positions = new Map(tailers.flatMap((tailer) => tailer.positions()).map((position) => [position.path, position]));
      // A log that is not there now, but was, may be back after the next restart.
      const logs: SavedLog[] = [...savedLogs.values()].filter(({ position: { path } }) => !positions.has(path));
      for (const [path, { under, owner, source, marks }] of followed) {
        if (marks === undefined) continue;
        const { place, newest } = marks.before(again);
        const position = positions.get(path);
        if (position === undefined) continue;
        const { form, processes } = source;
        // A journal is begun again at an entry whose cursor is known, and not at any offset.
        const tailer = owner();
        const back = tailer instanceof JournalTailer ? tailer.comeBack(place) : undefined;
        const writers = [...new Map([...source.readers].map(({ service, host }) => [`${service}@${host}`, { service, host }])).values()];
        logs.push({
          under,
          position,
          at: back?.place ?? place,
          writers,
          ...(back && { from: back.from }),
          ...(newest !== undefined && { newest }),
          ...(form !== undefined && { form }),
          ...(Object.keys(processes).length > 0 && { processes }),
        });
      }
      return {
        horizon: Number.isFinite(horizon) ? horizon : null,
        logs,
        long: correlator.save(reached - LONG, again),
        told: ledger.entries,
        undelivered: undelivered.filter(({ from }) => from < horizon),
      };
    },

    get vitals() {
      return {
        openActions: correlator.openByAction,
        buildHosts: hostsOf(followed.values(), ENDS_BUILDS),
        computeHosts: hostsOf(followed.values(), SPAWNS),
        linesKept: correlator.kept,
        watermark: finite(reached),
        horizon: finite(horizon),
        descriptors: tailers.reduce((sum, { openFiles }) => sum + openFiles, 0),
        logs: standings().map((log) => ({ ...log, zoneOffset: zoneWatch.offsets.get(log.path) })),
      };
    },

    async close() {
      for (const tailer of tailers) await tailer.close();
    },
  };
}

function firstHorizon(start: Start, now: Millis): Millis {
  switch (start.from) {
    case 'backfill':
      return Number.NEGATIVE_INFINITY;
    case 'look-back':
      return now - start.lookBack;
    case 'again':
      return start.saved.horizon ?? Number.NEGATIVE_INFINITY;
    default:
      return start satisfies never;
  }
}

const finite = (moment: Millis): Millis | undefined => (Number.isFinite(moment) ? moment : undefined);

/** Who writes the root of a build: its compute host, or the conductor where no host could be had. */
const ENDS_BUILDS: ReadonlySet<string> = new Set(['nova-compute', 'nova-conductor']);

const SPAWNS: ReadonlySet<string> = new Set(['nova-compute']);

function hostsOf(followed: Iterable<Followed>, services: ReadonlySet<string>): string[] {
  const hosts = new Set<string>();
  for (const { source } of followed) for (const { service, host } of source.readers) if (services.has(service)) hosts.add(host);
  return [...hosts];
}
