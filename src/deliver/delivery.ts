import { Circuit, type CircuitState } from '../export/circuit.js';
import type { Delivered, Exporter, ExportResult, Refused, Retryable } from '../export/exporter.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { reasonOf } from '../model/errors.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import { minutes, seconds } from '../model/time.js';
import type { Log } from '../telemetry/log.js';
import type { SetAside } from './dead-letters.js';
import { weightOf } from './estimated-bytes.js';
import { kindOf, Seldom } from './log-throttle.js';
import { Outage } from './outage.js';

/** A trace on its way, and the earliest moment of its lines: from there they must be readable until it is done with. */
export interface Parcel {
  readonly trace: FinishedTrace;
  readonly from: Millis;
}

/** What became of a trace in the end. */
export type Done = 'delivered' | 'set-aside' | 'dropped';

export interface DeliveryOptions<P extends Parcel> {
  /** tries once; what is worth another try is tried again here */
  readonly exporter: Exporter;
  /** so many traces may wait; reading pauses when they do */
  readonly limit: number;
  /** about so many bytes of memory may wait; default 64 MiB */
  readonly limitBytes?: number | undefined;
  /** where traces go that the backend will never take; without it they are dropped */
  readonly setAside?: SetAside | undefined;
  /** Called once for each trace that is done with: acknowledged, on disk for good, or lost. Never for one that is left over. */
  readonly onDone: (parcel: P, how: Done) => void;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
  /** uniform in [0, 1) */
  readonly random?: () => number;
}

interface Entry<P> {
  readonly parcel: P;
  readonly bytes: number;
  /** how often it failed in a way that may be its own fault */
  doubts: number;
  /** of these, after another trace had been taken */
  strikes: number;
  /** how many others had been taken when it failed last */
  takenThen: number;
}

const LIMIT_BYTES = 64 * 1024 * 1024;
/** After so many doubtful failures, every other request is for another trace: is it the backend that fails, or this trace? */
const SUSPECT = 5;
/** So often must it fail while others are taken. */
const STRIKES = 3;
/** How long to wait before the disk is tried again. */
const DISK_WAIT = seconds(30);
const DISK_REMINDER = minutes(10);
/** When the process is to stop there is no time to wait longer. */
const LAST_WAITS = seconds(1);

/**
 * Traces on their way out, in order, one request at a time. One is done with when the backend has acknowledged it, when it has
 * been set aside on disk, or, where there is no folder for that or no room in it, when it has been dropped, with a line that names it.
 * A backend that is away holds the queue, and a full queue holds the reading: docs/delivery.md.
 *
 * Order is left for one reason: a trace that fails again and again without the backend saying whose fault it is. Then others are tried
 * in turn with it. If they are taken and it is not, it is set aside.
 */
export class Delivery<P extends Parcel> {
  readonly #options: DeliveryOptions<P>;
  readonly #limitBytes: number;
  readonly #circuit: Circuit;
  readonly #outage: Outage;
  readonly #seldom = new Seldom(minutes(1));
  readonly #queue: Entry<P>[] = [];
  /** refused, and not on disk yet, because that cannot be written */
  #unwritten: { readonly entry: Entry<P>; readonly why: Refused | Retryable }[] = [];
  #bytes = 0;
  readonly #stop = new AbortController();
  #pause: AbortController | undefined;
  /** until when a wait lasts that must not be cut short */
  #heldUntil = Number.NEGATIVE_INFINITY;
  #drainUntil: Millis | undefined;
  #running: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #taken = 0;
  #probed = 0;
  #triedHead = false;
  #hasAnswered = false;
  #lastSuccess: Millis | undefined;
  #fault: string | undefined;
  #failingSince: Millis | undefined;
  #diskSaidAt = Number.NEGATIVE_INFINITY;

  constructor(options: DeliveryOptions<P>) {
    this.#options = options;
    this.#limitBytes = options.limitBytes ?? LIMIT_BYTES;
    this.#circuit = new Circuit(options.random ?? Math.random);
    this.#outage = new Outage(options.log);
  }

  /** Traces that are not done with. */
  get waiting(): number {
    return this.#queue.length + this.#unwritten.length;
  }

  /** What is not done with. */
  get parcels(): readonly P[] {
    return [...this.#queue, ...this.#unwritten.map(({ entry }) => entry)].map(({ parcel }) => parcel);
  }

  /** About how much memory they take. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Whether to stop reading. What is offered nevertheless is taken: the bound is passed by what one turn of reading gives. */
  get isFull(): boolean {
    return this.waiting >= this.#options.limit || this.#bytes >= this.#limitBytes;
  }

  /** The smallest `from` of what is not done with; Infinity when that is nothing. */
  get oldest(): Millis {
    return this.parcels.reduce((oldest, { from }) => Math.min(oldest, from), Number.POSITIVE_INFINITY);
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  /** `unknown` until the backend has answered, or has failed so often that it counts as down. */
  get backend(): 'up' | 'down' | 'unknown' {
    if (this.#circuit.state !== 'closed') return 'down';
    return this.#hasAnswered ? 'up' : 'unknown';
  }

  /** When the backend last acknowledged a trace. */
  get lastSuccess(): Millis | undefined {
    return this.#lastSuccess;
  }

  /** Why the last request failed; undefined after one that did not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  offer(parcels: readonly P[]): void {
    for (const parcel of parcels) {
      const bytes = weightOf(parcel.trace);
      this.#bytes += bytes;
      this.#queue.push({ parcel, bytes, doubts: 0, strikes: 0, takenThen: 0 });
    }
    this.#start();
  }

  #start(): void {
    if (this.#queue.length === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What was offered while the last one was on its way out.
      this.#start();
    });
  }

  /**
   * Resolves when nothing waits any more, or when `ms` are over, or as soon as it is clear that nothing more will be taken by then.
   * Nothing is sent after that. @returns how many still wait
   */
  async drain(ms: number): Promise<number> {
    const { clock, exporter } = this.#options;
    this.#drainUntil = clock.now() + ms;
    if (this.#heldUntil >= this.#drainUntil) this.#stop.abort();
    else if (this.#heldUntil <= clock.now()) this.#pause?.abort();
    const over = clock.sleep(ms, this.#stop.signal).then(() => this.#stop.abort());
    const written = this.#writeRest();
    while (this.#running !== undefined && !this.#stop.signal.aborted) await Promise.race([this.#running, over]);
    await Promise.race([written, over]);
    const left = this.waiting;
    this.#stop.abort();
    this.#pause?.abort();
    await exporter.shutdown();
    return left;
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined && !this.#stop.signal.aborted; entry = this.#next()) {
      const wait = await this.#send(entry);
      if (wait !== undefined) await this.#sleep(wait);
    }
  }

  /** The oldest, or one of the others in turn with an oldest that is suspect. */
  #next(): Entry<P> | undefined {
    const [head] = this.#queue;
    const others = this.#queue.length - 1;
    this.#triedHead = !(this.#triedHead && head !== undefined && head.doubts >= SUSPECT && others > 0);
    return this.#triedHead ? head : this.#queue[1 + (this.#probed % others)];
  }

  /** @returns the wait that must follow */
  async #send(entry: Entry<P>): Promise<Wait | undefined> {
    const { exporter } = this.#options;
    this.#circuit.tries();
    const result: ExportResult = await exporter.export(entry.parcel.trace);
    // Who asked to stop has gone on without it: it is sent again one day, with the same bytes.
    if (this.#stop.signal.aborted) return undefined;
    switch (result.outcome) {
      case 'delivered':
        this.#answered(this.#queue.length - 1);
        this.#lastSuccess = this.#options.clock.now();
        this.#taken++;
        this.#saySpansRejected(entry, result);
        this.#finish(entry, 'delivered');
        return undefined;
      case 'retryable':
        if (result.isDoubtful && this.#isGuilty(entry)) {
          await this.#refuse(entry, result);
          return undefined;
        }
        // The next of the others, next time.
        if (!this.#triedHead) this.#probed++;
        return this.#failed(result, false);
      case 'refused':
        if (result.about === 'settings') return this.#failed(result, true);
        // A backend that says no to one trace is there.
        this.#answered(this.#queue.length - 1, result.reason);
        await this.#refuse(entry, result);
        return undefined;
      default:
        return result satisfies never;
    }
  }

  #answered(waiting: number, refusal?: string): void {
    this.#circuit.succeeded();
    this.#outage.isOver(waiting, this.#options.clock.now(), refusal);
    this.#hasAnswered = true;
    this.#fault = undefined;
    this.#failingSince = undefined;
  }

  /** Whether it failed often enough while others were taken. */
  #isGuilty(entry: Entry<P>): boolean {
    entry.doubts++;
    if (entry.doubts > SUSPECT && this.#taken > entry.takenThen) entry.strikes++;
    entry.takenThen = this.#taken;
    return entry.strikes >= STRIKES;
  }

  #failed(result: Retryable | Refused, isHopeless: boolean): Wait {
    const { clock, count } = this.#options;
    const retryInMs = result.outcome === 'retryable' ? result.retryInMs : undefined;
    const ms = this.#circuit.failed({ retryInMs, isHopeless });
    count('exports_retried');
    this.#fault = result.reason;
    this.#failingSince ??= clock.now();
    if (this.#circuit.state !== 'closed') {
      const { reason, fault } = result;
      const trouble = { since: this.#failingSince, reason, fault, isHopeless, waiting: this.waiting, nextAttemptInMs: ms };
      this.#outage.lasts(trouble, clock.now());
    }
    return { ms, isFixed: isHopeless || retryInMs !== undefined };
  }

  /** One whose length is the backend's wish is not cut short; others are when the process is to stop. */
  async #sleep({ ms, isFixed }: Wait): Promise<void> {
    const { clock } = this.#options;
    const end = clock.now() + ms;
    if (isFixed) this.#heldUntil = end;
    if (this.#drainUntil !== undefined && isFixed && end >= this.#drainUntil) return this.#stop.abort();
    this.#pause = new AbortController();
    await clock.sleep(this.#drainUntil === undefined || isFixed ? ms : Math.min(ms, LAST_WAITS), this.#pause.signal);
    this.#pause = undefined;
  }

  #saySpansRejected({ parcel }: Entry<P>, { rejected, message = '' }: Delivered): void {
    const { count, log, clock } = this.#options;
    if (rejected > 0) count('spans_rejected', rejected);
    if (rejected === 0 && message === '') return;
    const notSaid = this.#seldom.ask(`rejected ${kindOf(message)}`, clock.now());
    if (notSaid === undefined) return;
    log.warn(
      { traceId: parcel.trace.traceId, rejected, message, ...(notSaid > 0 && { notSaid }) },
      rejected > 0 ? 'the backend rejected spans of a trace' : 'the backend took a trace with a warning',
    );
  }

  /** A trace that will not be taken: to the disk with it. */
  async #refuse(entry: Entry<P>, why: Refused | Retryable): Promise<void> {
    this.#options.count('traces_refused');
    // Behind those that wait for the disk already.
    if (this.#unwritten.length === 0 && (await this.#write(entry, why))) return;
    if (this.#stop.signal.aborted) return;
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    this.#unwritten.push({ entry, why });
    if (this.#unwritten.length === 1) void this.#writeLater();
  }

  /** @returns whether the trace is done with: not, where the disk cannot be written */
  async #write(entry: Entry<P>, why: Refused | Retryable): Promise<boolean> {
    const { setAside, exporter, count, log, clock } = this.#options;
    const { traceId } = entry.parcel.trace;
    const document = setAside && exporter.document?.(entry.parcel.trace);
    if (setAside === undefined || document === undefined) {
      this.#drop(entry, why, 'the backend will never take this trace, and no folder keeps it: it is lost');
      return true;
    }
    const { folder } = setAside;
    try {
      const status = why.outcome === 'refused' ? why.status : undefined;
      const kept = await setAside.keep(entry.parcel.trace, document, {
        reason: why.reason,
        at: new Date(clock.now()).toISOString(),
        status,
      });
      if (this.#stop.signal.aborted) return false;
      if (kept === 'full') {
        this.#drop(entry, why, 'the backend will never take this trace, and the folder that keeps such is full: it is lost');
        return true;
      }
    } catch (cause) {
      count('set_aside_failures');
      if (clock.now() - this.#diskSaidAt >= DISK_REMINDER) {
        this.#diskSaidAt = clock.now();
        log.error({ folder, cause: reasonOf(cause) }, 'a refused trace cannot be set aside: it waits in memory until the disk takes it');
      }
      return false;
    }
    count('traces_set_aside');
    const notSaid = this.#seldom.ask(`set aside ${kindOf(why.fault ?? why.reason)}`, clock.now());
    if (notSaid !== undefined)
      log.error(
        { traceId, reason: why.reason, folder, ...(notSaid > 0 && { notSaid }) },
        'the backend will never take this trace: it is set aside, for `novaspan resend`',
      );
    this.#finish(entry, 'set-aside');
    return true;
  }

  #drop(entry: Entry<P>, { reason }: Refused | Retryable, message: string): void {
    this.#options.count('traces_dropped');
    this.#options.log.error({ traceId: entry.parcel.trace.traceId, reason }, message);
    this.#finish(entry, 'dropped');
  }

  /** Other traces go on meanwhile, until these fill the room. */
  async #writeLater(): Promise<void> {
    const { clock, log } = this.#options;
    while (this.#unwritten.length > 0) {
      await clock.sleep(DISK_WAIT, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#writeRest();
    }
    this.#diskSaidAt = Number.NEGATIVE_INFINITY;
    log.info({ folder: this.#options.setAside?.folder }, 'refused traces can be set aside again');
  }

  /** Writes what waits for the disk, up to the first that it does not take. */
  #writeRest(): Promise<void> {
    const write = async (): Promise<void> => {
      for (let next = this.#unwritten[0]; next !== undefined; next = this.#unwritten[0])
        if (!(await this.#write(next.entry, next.why))) return;
    };
    this.#writing ??= write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  #finish(entry: Entry<P>, how: Done): void {
    const at = this.#queue.indexOf(entry);
    if (at !== -1) this.#queue.splice(at, 1);
    else this.#unwritten = this.#unwritten.filter((each) => each.entry !== entry);
    this.#bytes -= entry.bytes;
    this.#options.onDone(entry.parcel, how);
  }
}

interface Wait {
  readonly ms: Millis;
  readonly isFixed: boolean;
}
