import { closeSync, readSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { FinishedTrace } from '../../model/span.js';
import { minutes } from '../../model/time.js';
import { PIECE } from '../../tail/read-file.js';
import type { Run } from '../run.js';
import type { Found, Job, Jobs, Report, Thread } from './jobs.js';
import { isAt } from './later.js';
import { whyNot } from './plan.js';
import { startWorker } from './start-worker.js';
import { hasSameWorkers, wholeOf } from './whole.js';

type How = 'there' | 'end' | 'aborted';
type Traces = AsyncGenerator<FinishedTrace, How>;

/** Below this size a second thread would start when half of the work is done. */
const LEAST = 64e6;
/**
 * Share of bytes before the cut: more than half, as the second thread also reads some of it, and hands over its
 * results.
 */
const SHARE = 0.54;
/** If an action is open at the cut for longer than this, the second thread's work is discarded. */
const OVERLAP = minutes(60);

/**
 * Reads the logs up to a cut, while another thread reads from some time before the cut to the end. If the states of
 * both agree at the cut, the results of the other thread follow; if not, or if it fails, this thread reads on. So the
 * result is always that of one thread.
 */
export async function* readInShards(run: Run, jobs: Jobs): Traces {
  const note = (text: string): void => jobs.onNote?.(text);
  const why = whyNot(run, jobs.least ?? LEAST);
  if (why !== undefined) {
    note(`one thread read the logs: ${why}`);
    return yield* run.read(() => false);
  }
  const later = new Later(jobOf(run, jobs), jobs.start ?? startThread, run.options.signal);
  try {
    const cut = await later.next('cut');
    if (cut === undefined) return yield* alone(run, later, note);
    const how = yield* run.read(isAt(cut.at));
    if (how !== 'there') return how;
    const there = await later.next('there');
    if (there === undefined) return yield* alone(run, later, note);
    if (there.whole !== comparable(run)) {
      return yield* alone(run, later, note, 'the states of the two threads differed at the cut');
    }
    const done = await later.next('done');
    if (run.options.signal?.aborted) return 'aborted';
    if (done === undefined) return yield* alone(run, later, note);
    if (!takesOver(run, there.workers, done.found)) {
      return yield* alone(run, later, note, 'the second thread may have had another state');
    }
    const readBytes = run.readBytes + done.found.readBytes;
    yield* tracesOf(run, done.found, jobs);
    run.options.onProgress?.(readBytes, run.totalBytes);
    note('two threads read the logs');
    return 'end';
  } finally {
    later.stop();
  }
}

async function* alone(run: Run, later: Later, note: (text: string) => void, why = later.why): Traces {
  later.stop();
  note(`one thread read the logs: ${why}`);
  return yield* run.read(() => false);
}

/** The state as in `wholeOf`; undefined if it cannot be compared. */
function comparable(run: Run): string | undefined {
  try {
    return wholeOf(run);
  } catch {
    return undefined;
  }
}

function jobOf({ options }: Run, { format, overlap = OVERLAP, at = SHARE }: Jobs): Job {
  const { paths, service, host, form, zone, isZoneGiven, lines, rules, piece = PIECE } = options;
  return {
    options: {
      ...{ paths, zone, isZoneGiven, lines, rules, piece },
      ...(service !== undefined && { service }),
      ...(host !== undefined && { host }),
      ...(form !== undefined && { form }),
    },
    ...{ format, overlap, at },
    wants: { requests: options.onRequests !== undefined, wrongZone: options.onWrongZone !== undefined },
  };
}

/** Whether the other thread's missing knowledge could not affect its results; merges its clock notes. */
function takesOver(run: Run, workers: ReadonlyMap<string, string>, { clocks, askedTooEarly, asked }: Found): boolean {
  const { printed } = run.correlator.allocations;
  if (askedTooEarly.some((host) => printed.has(host)) || !hasSameWorkers(run, workers, asked)) return false;
  return run.zoneHint === undefined || run.zoneHint.add(clocks);
}

async function* tracesOf(run: Run, found: Found, jobs: Jobs): AsyncGenerator<FinishedTrace> {
  const { options, stalls } = run;
  // Missing numbered lines can be counted only from the first line on.
  run.doing = 'reading';
  for (const source of run.sources)
    if ([...source.reader.readers].some(({ isNumbered }) => isNumbered === true)) while (!source.done) await run.readOn(source);
  for (const [name, by, label] of found.counts) options.count(name, by, label);
  for (const call of found.calls) {
    switch (call.of) {
      case 'unnamed':
        options.onUnnamed?.(call.what);
        break;
      case 'requestless':
        options.onRequestless?.(call.what);
        break;
      case 'unread':
        options.onUnread?.(call.what);
        break;
      case 'cut-off':
        options.onCutOff?.(call.path, call.seen);
        break;
      case 'stall':
        stalls.note(call.what);
        break;
      case 'slowed':
        stalls.seen(call.what);
        break;
      default:
        call satisfies never;
    }
  }
  let at = 0;
  for (const { outline, length, requests } of found.traces) {
    const from = at;
    at += length;
    const bytes = (): Buffer => bytesOf(found.file, from, length);
    const trace: FinishedTrace = outline ?? deserialize(bytes());
    if (outline !== undefined) jobs.onWritten(trace, bytes);
    if (requests !== undefined) options.onRequests?.(trace, new Set(requests));
    yield trace;
  }
}

function bytesOf(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length; ) {
    const more = readSync(file, bytes, read, length - read, from + read);
    if (more === 0) throw new Error('the results of a thread cannot be read');
    read += more;
  }
  return bytes;
}

/** Communication with the other thread. */
class Later {
  readonly #reports: Report[] = [];
  readonly #thread: Thread;
  readonly #signal: AbortSignal | undefined;
  #wake: () => void = () => {};
  #isStopped = false;
  why = 'it was stopped';

  constructor(job: Job, start: NonNullable<Jobs['start']>, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#thread = start(job, (report) => {
      this.#reports.push(report);
      this.#wake();
    });
  }

  /** Waits for a report. @returns undefined if there will be none */
  async next<T extends Report['is']>(is: T): Promise<Extract<Report, { is: T }> | undefined> {
    const isIt = (report: Report): report is Extract<Report, { is: T }> => report.is === is;
    for (;;) {
      const found = this.#reports.find(isIt);
      if (found !== undefined) return found;
      const over = this.#reports.find((report) => report.is === 'over');
      if (over !== undefined) this.why = over.why;
      if (over !== undefined || this.#signal?.aborted) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#thread.stop();
    for (const report of this.#reports) if (report.is === 'done') closeSync(report.found.file);
  }
}

function startThread(job: Job, take: (report: Report) => void): Thread {
  const worker = startWorker(job);
  worker.on('message', take);
  worker.on('error', (error) => take({ is: 'over', why: error.message }));
  worker.on('exit', () => take({ is: 'over', why: 'it ended' }));
  return { stop: () => void worker.terminate() };
}
