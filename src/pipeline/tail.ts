import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { defaultStateDir } from '../config/state-dir.js';
import { SetAside } from '../deliver/dead-letters.js';
import { Delivery } from '../deliver/delivery.js';
import type { Exporter, ExportResult } from '../export/exporter.js';
import { toJson } from '../export/json.js';
import { createOtlpHttpExporter } from '../export/otlp-http.js';
import { toOtlpJson } from '../export/otlp-json.js';
import { tracesUrl } from '../export/otlp-settings.js';
import { parseResourceAttributes } from '../export/resource.js';
import { discreet, hiding, secretsOf } from '../export/secrets.js';
import { traceText } from '../export/terminal/trace-text.js';
import { version } from '../export/version.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { exitCodes } from '../model/errors.js';
import type { Vitals } from '../model/gauges.js';
import type { FinishedTrace } from '../model/span.js';
import { loadRules } from '../read/rules.js';
import { type Health, healthOf } from '../telemetry/health.js';
import { createLog, type Log } from '../telemetry/log.js';
import { createMetrics, type MetricsState } from '../telemetry/metrics.js';
import { serveTelemetry } from '../telemetry/server.js';
import { StateFolder } from './checkpoint/checkpoint.js';
import { Checkpointer } from './checkpoint/checkpointer.js';
import { type FirstStart, holdsLines, sayWhatIsNotRead } from './first-start.js';
import { followLogs, type LiveLogs, type LiveTrace, type SavedLogs, type Start } from './live.js';
import { type LiveView, openLiveView } from './live-view.js';
import { NotableActions } from './notable.js';
import { pauseAfter } from './pause.js';
import { openReceiving } from './receive.js';
import { Totals } from './totals.js';

/** What `tail` was told on the command line; the configuration file and the environment have their say below it. */
export interface TailOptions {
  readonly config: string | undefined;
  readonly paths: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

export interface TailIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** aborts when the process is to stop */
  readonly signal: AbortSignal;
}

/** How often what has been counted is said, while something was. */
const SUMMARY_EVERY = 60_000;

const MOST_UNOBSERVED = 1000;

/** What a checkpoint holds. */
interface SavedState {
  readonly logs: SavedLogs;
  readonly metrics: MetricsState;
}

/**
 * Follows logs until it is told to stop, and delivers a trace of every action that ends. Stopping is graceful: what is
 * finished is delivered; the rest, and actions under way, are told after the next start.
 *
 * @returns the exit code
 * @throws OperatorError for a configuration or a state folder that cannot be used
 */
export async function runTail(options: TailOptions, io: TailIo): Promise<number> {
  const config = loadConfig({ file: options.config, env: io.env, flags: options.flags, paths: options.paths });
  const stateDir = stateDirOf(config, io.env);
  const folder = stateDir === undefined ? undefined : StateFolder.open<SavedState>(stateDir);
  try {
    return await sidecar(config, folder, { ...io, configured: options.config ?? 'the configuration (--timezone does the same)' });
  } finally {
    folder?.close();
  }
}

/** What goes to a pipe is looked at: nobody asked to have it only once. */
function stateDirOf({ stateDir, output }: Config, env: TailIo['env']): string | undefined {
  const dir = stateDir ?? (output === 'otlp' ? defaultStateDir(env) : 'none');
  return dir === 'none' ? undefined : dir;
}

/** `configured`: where the zones of logs are given, to be named. */
type SidecarIo = TailIo & { readonly configured: string };

async function sidecar(config: Config, folder: StateFolder<SavedState> | undefined, io: SidecarIo): Promise<number> {
  const { clock } = io;
  const hide = hiding(secretsOf({ env: io.env, headers: config.otlp.headers, endpoint: config.otlp.endpoint }));
  const log = createLog(io.stderr, hide);
  const started = clock.now();
  const saved = folder?.load();
  const totals = new Totals();
  const metrics = createMetrics({ vitals: () => vitals(), now: () => clock.now(), phaseHistograms: config.telemetry.phaseHistograms });
  metrics.restore(saved?.metrics);
  const count: Count = (name, by, label) => {
    totals.count(name, by, label);
    metrics.count(name, by, label);
  };

  const receiving = folder === undefined ? undefined : await openReceiving({ config, folder: folder.path, clock, count, log });
  const live = followLogs({
    logs: [
      ...config.logs.map(({ path, service, host, form, timezone }) => ({
        paths: [path],
        service,
        host,
        form: form === 'auto' ? undefined : form,
        timezone: timezone ?? config.timezone,
      })),
      ...(receiving?.logs ?? []),
    ],
    host: config.host,
    start: startOf(config, saved?.logs),
    lines: config.lines,
    rules: loadRules(config.rules),
    clock,
    count,
  });

  /** Done with, and in no checkpoint yet: an action is observed when the ledger that says so is on the disk, hence once. */
  let unobserved: FinishedTrace[] = [];
  let written = 0;
  /** the logs of the checkpoint that is being written */
  let places: SavedLogs['logs'] = [];
  const delivery = new Delivery<LiveTrace>({
    exporter: discreet(exporterFor(config, io), hide),
    limit: config.queue,
    limitBytes: config.queueBytes,
    setAside: folder === undefined ? undefined : new SetAside(join(folder.path, 'set-aside')),
    onDone(trace) {
      live.settle(trace);
      checkpointer?.note();
      if (folder === undefined) metrics.observe(trace.trace);
      else unobserved.push(trace.trace);
      // A disk that takes no checkpoint must not fill the memory: a scrape may then see what a crash would undo.
      if (unobserved.length > MOST_UNOBSERVED) metrics.observe(unobserved.shift()!);
    },
    clock,
    count,
    log,
  });
  const checkpointer =
    folder === undefined
      ? undefined
      : new Checkpointer<SavedState>({
          folder,
          interval: config.checkpointInterval,
          take() {
            const logs = live.save(delivery.parcels);
            if (logs === undefined) return undefined;
            written = unobserved.length;
            places = logs.logs;
            return { logs, metrics: metrics.save(unobserved) };
          },
          onWritten() {
            for (const trace of unobserved.slice(0, written)) metrics.observe(trace);
            unobserved = unobserved.slice(written);
            void receiving?.release(places);
          },
          clock,
          count,
          log,
        });

  let turned = started;
  let isFirstTurn = true;
  let forgotAt = started;
  const vitals = (): Vitals => {
    const now = clock.now();
    const { logs, ...rest } = live.vitals;
    return {
      version,
      started,
      sources: logs.map(({ path, lagBytes, readable, newest, zoneOffset, behind = lagBytes === 0 ? undefined : newest }) => ({
        path,
        lagBytes,
        lagSeconds: Math.max(0, now - (behind ?? now)) / 1000,
        readable,
        newest,
        zoneOffset,
      })),
      ...rest,
      queueTraces: delivery.waiting,
      queueBytes: delivery.waitingBytes,
      backendUp: delivery.backend === 'unknown' ? undefined : delivery.backend === 'up',
      acknowledged: delivery.lastSuccess,
      checkpointed: checkpointer?.written,
      spool: receiving?.vitals,
    };
  };
  const health = (): Health =>
    healthOf(
      {
        turned,
        unseen: isFirstTurn ? config.logs.map(({ path }) => path) : [],
        checkpointFault: checkpointer?.fault,
        backend: {
          needed: delivery.waiting > 0,
          acknowledged: delivery.lastSuccess !== undefined,
          fault: delivery.fault,
        },
      },
      clock.now(),
    );

  const telemetry = await serveTelemetry({ listen: config.telemetry.listen, metrics, health, log });
  const view = await openLiveView({ ...config.view, clock, log }).catch(async (error: unknown) => {
    await telemetry.close();
    throw error;
  });
  try {
    log.info(
      {
        logs: config.logs.map(({ path }) => path),
        timezone: config.timezone,
        output: config.output,
        stateDir: folder?.path ?? 'none',
        metrics: telemetry.url ?? 'off',
        view: view.url ?? 'off',
        receives: (await receiving?.listen()) ?? 'off',
        begins: saved === undefined ? (config.backfill ? 'with the oldest line' : 'with what is under way') : 'where it stopped',
      },
      'following logs',
    );
    if (saved !== undefined) delivery.offer(saved.logs.undelivered);
    await followUntilStopped({
      live,
      comeLater: receiving?.logs.flatMap(({ paths }) => paths) ?? [],
      delivery,
      view,
      configured: io.configured,
      firstStart: saved === undefined && !config.backfill ? { since: started, lookBack: config.lookBack, folder: folder?.path } : undefined,
      async turnEnded(isQuiet) {
        turned = clock.now();
        isFirstTurn = false;
        if (!isQuiet) checkpointer?.note();
        if (checkpointer !== undefined) return checkpointer.writeIfDue();
        // What only a restart would ask for is let go of by the way: here there is none that knows of this life.
        if (clock.now() - forgotAt < config.checkpointInterval) return;
        forgotAt = clock.now();
        live.forget([]);
      },
      pollInterval: config.pollInterval,
      clock,
      signal: io.signal,
      log,
      notable: new NotableActions({ log, clock, slowerThan: config.telemetry.logSlowerThan }),
      totals,
    });
    await receiving?.close();
    const left = await delivery.drain(config.drainTimeout);
    await checkpointer?.write();
    return farewell({ left, open: live.open, isKept: checkpointer !== undefined && checkpointer.fault === undefined, log, totals });
  } finally {
    await receiving?.close();
    await live.close();
    await view.close();
    await telemetry.close();
  }
}

function startOf({ backfill, lookBack }: Config, saved: SavedLogs | undefined): Start {
  if (saved !== undefined) return { from: 'again', saved };
  return backfill ? { from: 'backfill' } : { from: 'look-back', lookBack };
}

interface Farewell {
  /** traces that the backend has not taken */
  readonly left: number;
  /** actions under way */
  readonly open: number;
  /** the next start knows of them */
  readonly isKept: boolean;
  readonly log: Log;
  readonly totals: Totals;
}

/** Says what was not done. @returns the exit code: what is kept for the next start is no failure */
function farewell({ left, open, isKept, log, totals }: Farewell): number {
  const fate = isKept ? 'the next start tells them' : 'they are lost, as there is no checkpoint';
  if (left > 0) log.warn({ traces: left }, `stopped before the backend had taken these traces: ${fate}`);
  if (open > 0) log[isKept ? 'info' : 'warn']({ actions: open }, `actions were still under way: ${fate}`);
  log.info(totals.since(), 'stopped');
  return left > 0 && !isKept ? exitCodes.unavailable : exitCodes.ok;
}

interface Loop {
  readonly live: LiveLogs;
  /** paths at which logs may come to be: that there are none is no news */
  readonly comeLater: readonly string[];
  readonly delivery: Pick<Delivery<LiveTrace>, 'offer' | 'isFull' | 'waiting'>;
  readonly view: LiveView;
  /** where the zones of logs are given */
  readonly configured: string;
  /** where what the logs hold already is not exported */
  readonly firstStart: FirstStart | undefined;
  /** @param isQuiet Nothing was read in this turn, and nothing closed. */
  readonly turnEnded: (isQuiet: boolean) => Promise<void>;
  readonly pollInterval: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly notable: NotableActions;
  readonly totals: Totals;
}

/** Polls and hands on; while the queue is full it only looks, for the files keep what is not read. */
async function followUntilStopped({
  live,
  comeLater,
  delivery,
  view,
  configured,
  firstStart,
  turnEnded,
  pollInterval,
  clock,
  signal,
  log,
  notable,
  totals,
}: Loop): Promise<void> {
  const unreadable = new Set<string>();
  const absent = new Set<string>(comeLater);
  let saidAt = clock.now();
  let unsaid = firstStart;
  while (!signal.aborted) {
    const { traces, reports } = delivery.isFull ? { traces: [], reports: await live.look() } : await live.cycle();
    delivery.offer(traces);
    for (const { trace } of traces) notable.note(trace);
    view.show(traces);
    if (unsaid !== undefined && reports.some(({ sources }) => sources.some(holdsLines))) sayWhatIsNotRead(unsaid, log);
    // What comes to a log from now on is read.
    unsaid = undefined;
    for (const { sources, missing } of reports) {
      for (const path of missing) {
        if (!absent.has(path)) log.warn({ path }, 'there is no such log yet: it is looked for at every poll');
        absent.add(path);
      }
      for (const { path, readable, reason, lost } of sources) {
        if (lost !== undefined) log.warn({ path, reason: lost }, 'a part of a log was missed');
        if (!readable && !unreadable.has(path)) log.error({ path, reason }, 'a log cannot be read: it is tried again at every poll');
        if (readable) unreadable.delete(path);
        else unreadable.add(path);
      }
    }
    const wrong = live.wrongZone(configured);
    if (wrong !== undefined) log.warn({ why: wrong.why, paths: wrong.logs.map(({ path }) => path) }, `${wrong.what}: ${wrong.remedy}`);
    const isQuiet = reports.every(({ readBytes }) => readBytes === 0);
    await turnEnded(isQuiet && traces.length === 0);
    if (clock.now() - saidAt >= SUMMARY_EVERY) {
      saidAt = clock.now();
      const counted = totals.since();
      if (Object.keys(counted).length > 0) log.info({ ...counted, open: live.open, waiting: delivery.waiting }, 'in the last minute');
    }
    await clock.sleep(pauseAfter(reports, pollInterval), signal);
  }
}

function exporterFor(config: Config, io: TailIo): Exporter {
  switch (config.output) {
    case 'otlp': {
      const { endpoint, headers, timeout } = config.otlp;
      return createOtlpHttpExporter({
        ...(endpoint !== undefined && { url: tracesUrl(endpoint) }),
        ...(headers !== undefined && { headers }),
        ...(timeout !== undefined && { timeoutMs: timeout }),
        resourceAttributes: parseResourceAttributes(io.env['OTEL_RESOURCE_ATTRIBUTES']),
      });
    }
    case 'otlp-json':
      return writingTo(io.stdout, toOtlpJson);
    case 'json':
      return writingTo(io.stdout, toJson);
    case 'text':
      return writingTo(io.stdout, traceText);
    default:
      return config.output satisfies never;
  }
}

/** An exporter whose backend is a stream. */
const writingTo = (stream: Writable, say: (trace: FinishedTrace) => string): Exporter => ({
  export: (trace) =>
    new Promise<ExportResult>((resolve) => {
      stream.write(`${say(trace)}\n`, (error) =>
        resolve(error == null ? { outcome: 'delivered', rejected: 0 } : { outcome: 'retryable', reason: error.message }),
      );
    }),
  shutdown: async () => undefined,
});
