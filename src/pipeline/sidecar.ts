import type { Writable } from 'node:stream';
import type { Config } from '../config/schema.js';
import { DeadLetters, deadLetterFolder } from '../deliver/dead-letters.js';
import { Delivery } from '../deliver/delivery.js';
import type { Disposition } from '../deliver/queued-trace.js';
import { discreet, hiding, secretsOf } from '../export/secrets.js';
import { version } from '../export/version.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { exitCodes } from '../model/errors.js';
import type { Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import { loadRules } from '../read/rules.js';
import { type Health, healthOf } from '../telemetry/health.js';
import { createLog, type Log } from '../telemetry/log.js';
import { createMetrics, type Metrics, type MetricsState } from '../telemetry/metrics.js';
import { serveTelemetry } from '../telemetry/server.js';
import type { StateFolder } from './checkpoint/checkpoint.js';
import { Checkpointer } from './checkpoint/checkpointer.js';
import { type DecisionLog, decisionLog } from './decisions.js';
import { type LiveView, openLiveView } from './live-view.js';
import { LogFollower, type LogsToFollow } from './log-follower.js';
import { NotableActions } from './notable.js';
import { exporterFor } from './output.js';
import { PendingObservations } from './pending-observations.js';
import { PollLoop } from './poll-loop.js';
import { openReceiving, type Receiving } from './receive.js';
import type { Start } from './resume.js';
import type { LiveTrace, SavedLogs } from './saved-logs.js';
import { Totals } from './totals.js';

/** Content of a checkpoint. */
export interface SavedState {
  readonly logs: SavedLogs;
  readonly metrics: MetricsState;
}

export interface TailIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** aborts when the process must stop */
  readonly signal: AbortSignal;
}

export interface SidecarOptions {
  readonly config: Config;
  /** undefined if no state is kept */
  readonly folder: StateFolder<SavedState> | undefined;
  readonly io: TailIo;
  /** where the zones of logs are set, for messages */
  readonly configured: string;
}

/** Objects that the parts of a sidecar share. */
interface Parts extends SidecarOptions {
  readonly saved: SavedState | undefined;
  readonly hide: (text: string) => string;
  readonly log: Log;
  readonly decisions: DecisionLog | undefined;
  readonly metrics: Metrics;
  readonly totals: Totals;
  readonly count: Count;
  readonly receiving: Receiving | undefined;
}

/** Follows logs until the signal. @returns the exit code */
export async function runSidecar(options: SidecarOptions): Promise<number> {
  const { config, folder, io } = options;
  const { clock } = io;
  const hide = hiding(secretsOf({ env: io.env, headers: config.otlp.headers, endpoint: config.otlp.endpoint }));
  const log = createLog(io.stderr, { hide, level: config.logLevel });
  const decisions = decisionLog(log);
  const saved = folder?.load();
  const totals = new Totals();
  const { phaseHistograms } = config.telemetry;
  const metrics = createMetrics({ vitals: () => sidecar.vitals(), now: () => clock.now(), phaseHistograms });
  metrics.restore(saved?.metrics);
  const count: Count = (name, by, label) => {
    totals.count(name, by, label);
    metrics.count(name, by, label);
  };
  const receiving = folder === undefined ? undefined : await openReceiving({ config, folder: folder.path, clock, count, log });
  const sidecar: Sidecar = new Sidecar({ ...options, saved, hide, log, decisions, metrics, totals, count, receiving });
  return sidecar.run();
}

class Sidecar {
  readonly #parts: Parts;
  readonly #started: Millis;
  readonly #follower: LogFollower;
  readonly #delivery: Delivery<LiveTrace>;
  readonly #checkpointer: Checkpointer<SavedState> | undefined;
  readonly #observations: PendingObservations;
  /** logs in the checkpoint that is being written */
  #savedLogs: SavedLogs['logs'] = [];
  #cycleEndedAt: Millis;
  #isFirstCycle = true;
  #forgotAt: Millis;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#started = parts.io.clock.now();
    this.#cycleEndedAt = this.#started;
    this.#forgotAt = this.#started;
    this.#observations = new PendingObservations(parts.metrics);
    this.#follower = followerOf(parts);
    this.#delivery = this.#openDelivery();
    this.#checkpointer = this.#openCheckpointer();
  }

  async run(): Promise<number> {
    const { config, io, log, metrics, receiving, saved } = this.#parts;
    const { clock } = io;
    const telemetry = await serveTelemetry({ listen: config.telemetry.listen, metrics, health: () => this.#health(), log });
    const view = await openLiveView({ ...config.view, clock, log }).catch(async (error: unknown) => {
      await telemetry.close();
      throw error;
    });
    try {
      await this.#logStart(telemetry.url, view.url);
      if (saved !== undefined) this.#delivery.offer(saved.logs.undelivered);
      await this.#loop(view).run();
      await receiving?.close();
      const left = await this.#delivery.drain(config.drainTimeout);
      await this.#checkpointer?.write();
      return this.#logStop(left);
    } finally {
      await receiving?.close();
      await this.#follower.close();
      await view.close();
      await telemetry.close();
    }
  }

  vitals(): Vitals {
    const now = this.#parts.io.clock.now();
    const { logs, ...rest } = this.#follower.vitals;
    return {
      version,
      started: this.#started,
      sources: logs.map(({ path, lagBytes, readable, newest, zoneOffset, behind = lagBytes === 0 ? undefined : newest }) => ({
        path,
        lagBytes,
        lagSeconds: Math.max(0, now - (behind ?? now)) / 1000,
        readable,
        newest,
        zoneOffset,
      })),
      ...rest,
      queueTraces: this.#delivery.waiting,
      queueBytes: this.#delivery.waitingBytes,
      backendUp: this.#delivery.backend === 'unknown' ? undefined : this.#delivery.backend === 'up',
      acknowledged: this.#delivery.lastSuccess,
      checkpointed: this.#checkpointer?.written,
      receiveBuffer: this.#parts.receiving?.vitals,
    };
  }

  #health(): Health {
    const { config, io } = this.#parts;
    const { waiting, lastSuccess, fault } = this.#delivery;
    return healthOf(
      {
        cycleEndedAt: this.#cycleEndedAt,
        unseen: this.#isFirstCycle ? config.logs.map(({ path }) => path) : [],
        checkpointFault: this.#checkpointer?.fault,
        backend: { needed: waiting > 0, acknowledged: lastSuccess !== undefined, fault },
      },
      io.clock.now(),
    );
  }

  #openDelivery(): Delivery<LiveTrace> {
    const { config, folder, io, hide, count, log } = this.#parts;
    return new Delivery<LiveTrace>({
      exporter: discreet(exporterFor(config, io), hide),
      limit: config.queue,
      limitBytes: config.queueBytes,
      deadLetters: folder === undefined ? undefined : new DeadLetters(deadLetterFolder(folder.path)),
      onSettled: (trace, how) => this.#settled(trace, how),
      clock: io.clock,
      count,
      log,
    });
  }

  #settled(trace: LiveTrace, how: Disposition): void {
    this.#parts.decisions?.done(trace.trace, how);
    this.#follower.settle(trace);
    if (this.#checkpointer === undefined) return this.#parts.metrics.observe(trace.trace);
    this.#checkpointer.note();
    this.#observations.add(trace.trace);
  }

  #openCheckpointer(): Checkpointer<SavedState> | undefined {
    const { folder, config, io, count, log } = this.#parts;
    if (folder === undefined) return undefined;
    return new Checkpointer<SavedState>({
      folder,
      interval: config.checkpointInterval,
      take: () => this.#save(),
      onWritten: () => {
        this.#observations.written();
        void this.#parts.receiving?.release(this.#savedLogs);
      },
      clock: io.clock,
      count,
      log,
    });
  }

  #save(): SavedState | undefined {
    const logs = this.#follower.save(this.#delivery.queued);
    if (logs === undefined) return undefined;
    this.#savedLogs = logs.logs;
    return { logs, metrics: this.#observations.save() };
  }

  #loop(view: LiveView): PollLoop {
    const { config, configured, decisions, folder, io, log, receiving, saved, totals } = this.#parts;
    const { clock, signal } = io;
    const { backfill, lookBack, pollInterval } = config;
    return new PollLoop({
      follower: this.#follower,
      mayAppear: receiving?.logs.flatMap(({ paths }) => paths) ?? [],
      delivery: this.#delivery,
      view,
      configured,
      firstStart: saved === undefined && !backfill ? { since: this.#started, lookBack, folder: folder?.path } : undefined,
      onCycle: (isQuiet) => this.#cycleEnded(isQuiet),
      pollInterval,
      clock,
      signal,
      log,
      notable: new NotableActions({ log, clock, slowerThan: config.telemetry.logSlowerThan }),
      totals,
      decisions,
    });
  }

  async #cycleEnded(isQuiet: boolean): Promise<void> {
    const now = this.#parts.io.clock.now();
    this.#cycleEndedAt = now;
    this.#isFirstCycle = false;
    if (!isQuiet) this.#checkpointer?.note();
    if (this.#checkpointer !== undefined) return this.#checkpointer.writeIfDue();
    // Without a state folder nothing can resume from here, so the resume data is dropped regularly.
    if (now - this.#forgotAt < this.#parts.config.checkpointInterval) return;
    this.#forgotAt = now;
    this.#follower.forget([]);
  }

  async #logStart(metricsUrl: string | undefined, viewUrl: string | undefined): Promise<void> {
    const { config, folder, log, receiving, saved } = this.#parts;
    log.info(
      {
        logs: config.logs.map(({ path }) => path),
        timezone: config.timezone,
        output: config.output,
        stateDir: folder?.path ?? 'none',
        metrics: metricsUrl ?? 'off',
        view: viewUrl ?? 'off',
        receives: (await receiving?.listen()) ?? 'off',
        begins: saved === undefined ? (config.backfill ? 'with the oldest line' : 'with what is under way') : 'where it stopped',
      },
      'following logs',
    );
  }

  /**
   * Logs what was left over at the stop. Data kept for the next start is no failure.
   * @param left number of traces that the backend has not accepted
   * @returns the exit code
   */
  #logStop(left: number): number {
    const { log, totals } = this.#parts;
    const { open } = this.#follower;
    const isKept = this.#checkpointer !== undefined && this.#checkpointer.fault === undefined;
    const fate = isKept ? 'the next start exports them' : 'they are lost, as there is no checkpoint';
    if (left > 0) log.warn({ traces: left }, `stopped before the backend accepted these traces: ${fate}`);
    if (open > 0) log[isKept ? 'info' : 'warn']({ actions: open }, `actions were still open: ${fate}`);
    log.info(totals.since(), 'stopped');
    return left > 0 && !isKept ? exitCodes.unavailable : exitCodes.ok;
  }
}

function followerOf({ config, receiving, saved, io, count, decisions }: Parts): LogFollower {
  const configured = config.logs.map(
    ({ path, service, host, form, timezone }): LogsToFollow => ({
      paths: [path],
      service,
      host,
      form: form === 'auto' ? undefined : form,
      timezone: timezone ?? config.timezone,
    }),
  );
  return new LogFollower({
    logs: [...configured, ...(receiving?.logs ?? [])],
    host: config.host,
    start: startOf(config, saved?.logs),
    lines: config.lines,
    rules: loadRules(config.rules),
    clock: io.clock,
    count,
    decisions,
  });
}

function startOf({ backfill, lookBack }: Config, saved: SavedLogs | undefined): Start {
  if (saved !== undefined) return { from: 'resume', saved };
  return backfill ? { from: 'backfill' } : { from: 'look-back', lookBack };
}
