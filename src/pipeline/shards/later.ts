import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { MOST } from '../../clock/notes.js';
import { toJson } from '../../export/json.js';
import { createOtlpEncoder } from '../../export/otlp-json.js';
import { Stalls, slowedOf } from '../../lifecycle/stalls.js';
import type { CounterName } from '../../model/counters.js';
import { reasonOf } from '../../model/errors.js';
import type { FinishedTrace } from '../../model/span.js';
import type { ReadOptions } from '../read-options.js';
import { Run } from '../run.js';
import type { Source } from '../sources.js';
import type { Found, Job, Jobs, LineCall, Report, Written } from './jobs.js';
import { outlineOf } from './outline.js';
import { type Plan, planOf } from './plan.js';
import { resetUsedWorkers, usedWorkers, wholeOf, workersOf } from './whole.js';

/** Maximum number of callback calls about lines without a trace. */
const MOST_CALLS = 100_000;

/**
 * Reads the later part of the logs, from some time before the cut, and reports its state at the cut and its results.
 */
export async function readLater(job: Job, report: (report: Report) => void, signal?: AbortSignal): Promise<void> {
  const recorder = new Recorder(job);
  const rules = job.options.rules === undefined ? undefined : (await import('../../read/rules.js')).loadRules(job.options.rules);
  const run = new Run({ ...job.options, ...recorder.options, ...(signal && { signal }) }, rules);
  const over = (why: string): void => report({ is: 'over', why });
  try {
    if (!(await run.open())) return over('it was stopped');
    run.doing = 'correlating';
    const plan = planOf(run.sources, { ...job, piece: job.options.piece });
    if (plan === undefined) return over('no times were found in the logs');
    await begin(run, plan, job.options.piece);
    report({ is: 'cut', at: plan.at });
    if ((await drain(run.read(isAt(plan.at)))) !== 'there') return over('the logs end before the cut');
    report({ is: 'there', whole: wholeOf(run), workers: workersOf(run) });
    resetUsedWorkers(run);
    const { askedTooEarly } = run.correlator.allocations;
    run.doing = 'all';
    run.readBytes = 0;
    if (job.wants.wrongZone) run.zoneHint = run.newHint({ ...MOST, moments: Number.POSITIVE_INFINITY });
    recorder.begin();
    const how = await drain(
      run.read(() => false),
      (trace) => recorder.take(trace),
    );
    const clocks = run.zoneHint === undefined ? [] : run.zoneHint.notes;
    if (how !== 'end' || clocks === undefined || recorder.isFull) return over('the results are too large to hand over');
    const found = { ...recorder.found(), clocks, askedTooEarly: [...askedTooEarly], asked: usedWorkers(run), readBytes: run.readBytes };
    report({ is: 'done', found });
  } catch (error) {
    over(reasonOf(error));
  } finally {
    recorder.close();
    await run.close();
  }
}

/** Whether all logs are read up to a time. The place in each log then depends only on the logs. */
export const isAt =
  (moment: number) =>
  ({ reader }: Source): boolean =>
    reader.newest !== undefined && reader.newest >= moment;

async function drain<T>(traces: AsyncGenerator<FinishedTrace, T>, take?: (trace: FinishedTrace) => void): Promise<T> {
  for (;;) {
    const { value, done } = await traces.next();
    if (done === true) return value;
    take?.(value);
  }
}

/** Reads the first piece of each log to detect its form, and continues at the log's place. */
async function begin(run: Run, { from }: Plan, piece: number): Promise<void> {
  for (const [source, { part, offset }] of from) {
    if (part === 0 && offset <= piece) continue;
    run.doing = 'reading';
    await run.readOn(source);
    run.doing = 'correlating';
    if (source.reader.comparableState === undefined)
      throw new Error(`reading ${source.path} depends on more than its first and last lines`);
    await source.input?.close();
    source.splitter = source.split();
    source.begun = part + 1;
    const path = source.allParts[part]!;
    source.parts.splice(0, source.parts.length, ...source.allParts.slice(part + 1));
    source.input = await source.open(path, offset);
    source.offset = offset;
    if (offset === 0) continue;
    // Bytes before the first line end belong to an earlier line.
    const { splitter } = source;
    source.splitter = {
      get pending() {
        return splitter.pending;
      },
      end: () => splitter.end(),
      push(bytes, at) {
        const start = bytes.indexOf(10) + 1;
        if (start === 0) return;
        source.splitter = splitter;
        splitter.push(bytes.subarray(start), at + start);
      },
    };
  }
}

/** Records the results after the cut. */
class Recorder {
  readonly #format: Jobs['format'];
  readonly #encode: ((trace: FinishedTrace) => string | Uint8Array) | undefined;
  readonly #counts = new Map<string, [name: CounterName, by: number, label: string | undefined]>();
  readonly #calls: LineCall[] = [];
  readonly #traces: Written[] = [];
  readonly #wants: Job['wants'];
  #requests: readonly string[] | undefined;
  #file: number | undefined;
  #isOn = false;

  constructor({ format, wants }: Job) {
    this.#format = format;
    this.#wants = wants;
    this.#encode = format === 'otlp' ? createOtlpEncoder() : format === 'json' ? toJson : undefined;
  }

  get options(): Omit<ReadOptions, keyof Job['options']> {
    return {
      // Only a reader from the beginning knows which numbered lines are missing.
      count: (name, by = 1, label) => {
        if (!this.#isOn || name === 'vlog_lines_missing') return;
        const key = label === undefined ? name : `${name} ${label}`;
        const known = this.#counts.get(key);
        if (known === undefined) this.#counts.set(key, [name, by, label]);
        else known[1] += by;
      },
      onUnnamed: (what) => this.#record({ of: 'unnamed', what }),
      onRequestless: (what) => this.#record({ of: 'requestless', what }),
      onUnread: (what) => this.#record({ of: 'unread', what }),
      onCutOff: (path, seen) => this.#record({ of: 'cut-off', path, seen }),
      onEvent: (event) => {
        if (Stalls.isReported(event)) this.#record({ of: 'stall', what: event });
      },
      ...(this.#wants.requests && {
        onRequests: (_trace: FinishedTrace, requests: ReadonlySet<string>) => (this.#requests = [...requests]),
      }),
      ...(this.#wants.wrongZone && { onWrongZone() {} }),
    };
  }

  get isFull(): boolean {
    return this.#calls.length > MOST_CALLS;
  }

  begin(): void {
    this.#isOn = true;
    // An unlinked file disappears with the process, however it ends.
    const folder = mkdtempSync(join(tmpdir(), 'novaspan-'));
    try {
      this.#file = openSync(join(folder, 'traces'), 'w+', 0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  take(trace: FinishedTrace): void {
    const slowed = slowedOf(trace);
    if (slowed !== undefined) this.#record({ of: 'slowed', what: slowed });
    const encoded = this.#encode?.(trace) ?? serialize(trace);
    const bytes = typeof encoded === 'string' ? Buffer.from(encoded) : encoded;
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file!, bytes, written);
    this.#traces.push({
      outline: this.#format === undefined ? undefined : outlineOf(trace),
      length: bytes.length,
      requests: this.#requests,
    });
  }

  found(): Pick<Found, 'file' | 'traces' | 'counts' | 'calls'> {
    const file = this.#file!;
    // The receiver closes the file.
    this.#file = undefined;
    return { file, traces: this.#traces, counts: [...this.#counts.values()], calls: this.#calls };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #record(call: LineCall): void {
    if (this.#isOn && this.#calls.length <= MOST_CALLS) this.#calls.push(call);
  }
}
