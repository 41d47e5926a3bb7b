import type { FinishedTrace } from '../model/span.js';
import type { Metrics, MetricsState } from '../telemetry/metrics.js';

/** A disk that takes no checkpoint must not fill the memory. A scrape may then show what a crash would undo. */
const MOST = 1000;

/**
 * Finished traces that no checkpoint on the disk knows of yet. The metrics show an action only when the checkpoint that
 * records it is on the disk, so that it is counted once even after a crash.
 */
export class PendingObservations {
  readonly #metrics: Pick<Metrics, 'observe' | 'save'>;
  #traces: FinishedTrace[] = [];
  /** how many of them the checkpoint holds that is being written */
  #saved = 0;

  constructor(metrics: Pick<Metrics, 'observe' | 'save'>) {
    this.#metrics = metrics;
  }

  add(trace: FinishedTrace): void {
    this.#traces.push(trace);
    if (this.#traces.length > MOST) this.#metrics.observe(this.#traces.shift()!);
  }

  /** The metrics as a checkpoint holds them, with the traces that wait. */
  save(): MetricsState {
    this.#saved = this.#traces.length;
    return this.#metrics.save(this.#traces);
  }

  /** The checkpoint is on the disk. */
  written(): void {
    for (const trace of this.#traces.splice(0, this.#saved)) this.#metrics.observe(trace);
  }
}
