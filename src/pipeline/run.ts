import { setImmediate as nextTick } from 'node:timers/promises';
import { zonesFor } from '../clock/given.js';
import { ZoneHint, type Zones } from '../clock/hint.js';
import type { MostNotes } from '../clock/notes.js';
import type { KeptInput } from '../clock/prove.js';
import { Correlator } from '../correlate/correlator.js';
import { isJournalPath, journalName } from '../journal/place.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import { Stalls } from '../lifecycle/stalls.js';
import { isOfAction } from '../lifecycle/unnamed.js';
import type { Count } from '../model/counters.js';
import type { FinishedTrace } from '../model/span.js';
import { findReadable } from '../read/found.js';
import type { Rules } from '../read/rules.js';
import type { LogSet } from '../tail/discover.js';
import { unreadable } from '../tail/discover.js';
import { buildTrace } from '../trace/build.js';
import { Copies } from './copies.js';
import type { ReadOptions } from './read-options.js';
import {
  aboutSet,
  endOfLog,
  furthestBehind,
  mayGoBack,
  NO_HOST,
  openPart,
  openSources,
  readOn,
  readsOf,
  releaseUpTo,
  type Source,
  sizeOf,
} from './sources.js';

/** Bytes to read before other events of the process are handled. */
const BETWEEN_TURNS = 8 * 1024 * 1024;

/** What a run does with the lines. */
export type Doing =
  /** returns the traces of closed actions, and counts */
  | 'all'
  /** correlates, but discards closed actions */
  | 'correlating'
  /** only passes lines to their readers */
  | 'reading';

/** A replay in progress: the logs and the correlation. */
export class Run {
  readonly options: ReadOptions;
  readonly correlator: Correlator;
  readonly stalls = new Stalls();
  zoneHint: ZoneHint | undefined;
  sources: Source[] = [];
  copies: Copies | undefined;
  doing: Doing = 'all';
  readBytes = 0;
  totalBytes = Number.NaN;
  readonly #zonesIn = new Map<string, Zones>();
  readonly #begun = new Map<string, KeptInput>();
  readonly #rules: Rules | undefined;
  #reads: (service: string, host?: string) => boolean = () => false;
  #yieldAt = 0;
  #close: () => void = () => {};

  constructor(options: ReadOptions, rules: Rules | undefined) {
    this.options = options;
    this.#rules = rules;
    this.correlator = new Correlator(this.#count, {
      onUnnamed: (unnamed) => this.options.onUnnamed?.(unnamed),
      logEnd: (host) => endOfLog(this.sources, host),
    });
    this.zoneHint = options.onWrongZone && this.newHint();
  }

  newHint(most?: MostNotes): ZoneHint {
    return new ZoneHint((path) => this.#zonesIn.get(path)!, { ...(most && { most }) });
  }

  readonly #count: Count = (name, by, label) => {
    if (this.doing !== 'reading' || name === 'vlog_lines_missing') this.options.count(name, by, label);
  };

  /** @returns false if the signal aborted */
  async open(): Promise<boolean> {
    const { options } = this;
    const found = await findReadable(
      options.paths.filter((path) => !isJournalPath(path)),
      options.stdin,
      options.signal,
    );
    this.#close = () => found.close();
    if (options.signal?.aborted) return false;
    if (found.faults.length > 0) throw unreadable(found.faults);
    for (const { path } of found.cutOff) options.count('cut_off_logs', 1, path);
    if (found.notRead.length > 0) options.onNotRead?.(found.notRead);
    const journals = [...new Set(options.paths.filter(isJournalPath))].map((path) => ({ path: journalName(path), parts: [path] }));
    const sets = [...found.logs, ...journals];
    const proving = {
      about: (set: LogSet) => aboutSet(set, found, options),
      open: (part: string) => openPart(part, found),
      signal: options.signal,
    };
    const zonesOf = await zonesFor(sets, options, proving, this.#begun);
    for (const set of sets) this.#zonesIn.set(set.path, zonesOf(set));
    const opening = { zonesOf, rules: this.#rules, begun: this.#begun, found, count: this.#count };
    this.sources = openSources(sets, options, opening, (event, zoning, rank) => {
      if (this.doing === 'reading') return;
      if (this.doing === 'all') this.zoneHint?.note(event, zoning);
      if (this.copies === undefined) this.#accept(event);
      else this.copies.take(event, rank);
    });
    if (this.sources.length > 1 && this.sources.some(({ rank }) => rank > 0))
      this.copies = new Copies({ accept: this.#accept, count: this.#count, unknownHost: NO_HOST });
    this.#reads = readsOf(this.sources, this.copies);
    this.totalBytes = sizeOf(this.sources);
    return true;
  }

  readonly #accept = (event: Event): void => {
    if (this.doing === 'all') {
      this.stalls.note(event);
      this.options.onEvent?.(event);
      if (event.requestId === undefined && event.instance !== undefined && isOfAction(event.kind)) this.options.onRequestless?.(event);
    }
    this.correlator.accept(event);
  };

  /**
   * Reads on, always the log that is furthest behind.
   * @param isThere whether to stop before a log is read on
   * @returns why it ended
   */
  async *read(isThere: (next: Source) => boolean): AsyncGenerator<FinishedTrace, 'there' | 'end' | 'aborted'> {
    const { sources, copies, correlator, options } = this;
    for (;;) {
      if (options.signal?.aborted) return 'aborted';
      const next = furthestBehind(sources);
      if (next === undefined) break;
      if (isThere(next)) return 'there';
      await this.readOn(next);
      options.onProgress?.(this.readBytes, this.totalBytes);
      const newest = sources.some(mayGoBack) ? undefined : furthestBehind(sources)?.reader.newest;
      const readTo = copies === undefined ? newest : releaseUpTo(copies, sources, newest);
      if (readTo !== undefined) yield* this.#finish(correlator.advance(readTo));
    }
    yield* this.#finish(correlator.finish(Math.max(...sources.map(({ reader }) => reader.newest ?? Number.NEGATIVE_INFINITY))));
    return 'end';
  }

  /** Reads one piece of a log. */
  async readOn(source: Source): Promise<void> {
    this.readBytes += await readOn(source, this.doing === 'reading' ? {} : this.options, this.#count);
    if (this.readBytes < this.#yieldAt) return;
    // Files are read synchronously: signals and timers get a chance here.
    this.#yieldAt = this.readBytes + BETWEEN_TURNS;
    await nextTick();
  }

  /** All logs are read. */
  end(): void {
    this.options.onStalls?.(this.stalls.longest);
    const wrongZone = this.zoneHint?.wrongZone;
    if (wrongZone !== undefined) this.options.onWrongZone?.(wrongZone);
  }

  async close(): Promise<void> {
    for (const { input } of this.sources) await input?.close();
    for (const input of this.#begun.values()) await input.close();
    this.#close();
  }

  *#finish(units: readonly ClosedUnit[]): Generator<FinishedTrace> {
    if (this.doing !== 'all') return;
    const { options } = this;
    for (const closed of units) {
      const trace = buildTrace(closed, { lines: options.lines, reads: this.#reads, phasesOf: this.#rules?.phasesOf, count: options.count });
      if (trace.spans.length === 0) continue;
      this.stalls.seen(trace);
      if (trace.form !== 'network-ready') options.count(trace.form === 'action' ? 'actions' : 'fragments');
      options.onRequests?.(trace, requestsOf(closed));
      options.onMembers?.(trace, closed.members);
      yield trace;
    }
  }
}

function requestsOf({ members }: ClosedUnit): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { event } of members) {
    if (event.requestId !== undefined) found.add(event.requestId);
    if (event.globalRequestId !== undefined) found.add(event.globalRequestId);
  }
  return found;
}
