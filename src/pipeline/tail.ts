import type { Writable } from 'node:stream';
import { loadConfig } from '../config/load.js';
import type { Exporter, ExportResult } from '../export/exporter.js';
import { toJson } from '../export/json.js';
import { createOtlpHttpExporter } from '../export/otlp-http.js';
import { toOtlpJson } from '../export/otlp-json.js';
import { tracesUrl } from '../export/otlp-settings.js';
import { parseResourceAttributes } from '../export/resource.js';
import { traceText } from '../export/terminal/trace-text.js';
import type { Clock } from '../model/clock.js';
import { exitCodes } from '../model/errors.js';
import type { FinishedTrace } from '../model/span.js';
import { createLog, type Log } from '../telemetry/log.js';
import { Delivery, type Parcel } from './deliver.js';
import { followLogs, type LiveLogs } from './live.js';
import { loadRules } from './rules.js';
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

/**
 * Follows logs until it is told to stop, and delivers a trace of every action that ends. Stopping is graceful: what is
 * finished is delivered; of actions under way nothing is sent.
 *
 * @returns the exit code
 * @throws OperatorError for a configuration that cannot be used
 */
export async function runTail(options: TailOptions, io: TailIo): Promise<number> {
  const config = loadConfig({ file: options.config, env: io.env, flags: options.flags, paths: options.paths });
  const log = createLog(io.stderr);
  const totals = new Totals();
  const live = followLogs({
    logs: config.logs.map(({ path, service, host, form, timezone }) => ({
      paths: [path],
      service,
      host,
      form: form === 'auto' ? undefined : form,
      timezone: timezone ?? config.timezone,
    })),
    host: config.host,
    startAt: config.startAt,
    lines: config.lines,
    rules: loadRules(config.rules),
    clock: io.clock,
    count: totals.count,
  });
  const delivery = new Delivery({
    exporter: exporterFor(config, io),
    limit: config.queue,
    onDone: () => undefined,
    clock: io.clock,
    count: totals.count,
    log,
  });
  log.info({ logs: config.logs.map(({ path }) => path), timezone: config.timezone, output: config.output }, 'following logs');

  await followUntilStopped(live, delivery, { pollInterval: config.pollInterval, clock: io.clock, signal: io.signal, log, totals });

  const left = await delivery.drain(config.drainTimeout);
  const { open } = live;
  await live.close();
  if (left > 0)
    log.warn({ traces: left }, 'stopped before the backend had taken these traces: they are lost, as no checkpoint is kept yet');
  if (open > 0) log.warn({ actions: open }, 'actions were still under way: nothing of them was sent');
  log.info(totals.since(), 'stopped');
  return left > 0 ? exitCodes.unavailable : exitCodes.ok;
}

interface Loop {
  readonly pollInterval: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly totals: Totals;
}

/** Polls and hands on; pauses while the queue is full, for the files keep what is not read. */
export async function followUntilStopped(
  live: LiveLogs,
  delivery: Delivery<Parcel>,
  { pollInterval, clock, signal, log, totals }: Loop,
): Promise<void> {
  const unreadable = new Set<string>();
  const absent = new Set<string>();
  let saidAt = clock.now();
  while (!signal.aborted) {
    if (!delivery.isFull) {
      const { traces, reports } = await live.cycle();
      delivery.offer(traces.map((trace) => ({ trace, from: Math.min(...trace.spans.map(({ start }) => start)) })));
      for (const { sources, missing } of reports) {
        for (const path of missing) {
          if (!absent.has(path)) log.warn({ path }, 'there is no such log yet: it is looked for at every poll');
          absent.add(path);
        }
        for (const { path, readable, reason } of sources) {
          if (!readable && !unreadable.has(path)) log.error({ path, reason }, 'a log cannot be read: it is tried again at every poll');
          if (readable) unreadable.delete(path);
          else unreadable.add(path);
        }
      }
    }
    if (clock.now() - saidAt >= SUMMARY_EVERY) {
      saidAt = clock.now();
      const counted = totals.since();
      if (Object.keys(counted).length > 0) log.info({ ...counted, open: live.open, waiting: delivery.waiting }, 'in the last minute');
    }
    await clock.sleep(pollInterval, signal);
  }
}

function exporterFor(config: ReturnType<typeof loadConfig>, io: TailIo): Exporter {
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
