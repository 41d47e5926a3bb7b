import type { FinishedTrace } from '../model/span.js';
import type { Metrics, MetricsState } from '../telemetry/metrics.js';

/**
 * Maximum number of waiting traces, so that a failing disk does not fill the memory. Beyond it, a scrape may show what
 * a crash would undo.
 */
const MOST = 1000;

/**
 * Finished traces that no checkpoint on disk has yet. Metrics count an action only after its checkpoint is on disk, so
 * that it is counted once even after a crash.
 */
export class PendingObservations {
  readonly #metrics: Pick<Metrics, 'observe' | 'save'>;
  #traces: FinishedTrace[] = [];
  /** number of traces in the checkpoint being written */
  #saved = 0;

  constructor(metrics: Pick<Metrics, 'observe' | 'save'>) {
    this.#metrics = metrics;
  }

  add(trace: FinishedTrace): void {
    this.#traces.push(trace);
    if (this.#traces.length > MOST) this.#metrics.observe(this.#traces.shift()!);
  }

  /** Metrics for a checkpoint, including the waiting traces. */
  save(): MetricsState {
    this.#saved = this.#traces.length;
    return this.#metrics.save(this.#traces);
  }

  /** The checkpoint is on the disk. */
  written(): void {
    for (const trace of this.#traces.splice(0, this.#saved)) this.#metrics.observe(trace);
  }
}
