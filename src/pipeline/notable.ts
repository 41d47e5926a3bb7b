import { summaryOf } from '../export/sentence.js';
import type { Clock } from '../model/clock.js';
import type { FinishedTrace } from '../model/span.js';
import type { Log } from '../telemetry/log.js';

/** Limit per minute, so that the log does not fill the disk if every action fails: the traces have the same facts. */
const MOST_A_MINUTE = 20;
const MINUTE = 60_000;

interface NotableOptions {
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  /** in ms; slower actions are logged */
  readonly slowerThan: number;
}

/** Logs failed and slow actions, each in one sentence with the ids of its trace. */
export class NotableActions {
  readonly #options: NotableOptions;
  #minute = 0;
  #logged = 0;
  #unlogged = 0;

  constructor(options: NotableOptions) {
    this.#options = options;
  }

  note(trace: FinishedTrace): void {
    const [root] = trace.spans;
    if (trace.form !== 'action' || root === undefined) return;
    const { log, slowerThan } = this.#options;
    const millis = root.end - root.start;
    if (root.error === undefined && millis <= slowerThan) return;
    this.#startMinute();
    if (this.#logged >= MOST_A_MINUTE) {
      this.#unlogged++;
      return;
    }
    this.#logged++;
    const { action, instance, request, traceId } = trace;
    log.warn({ action, instance, request, traceId, seconds: Math.round(millis) / 1000 }, summaryOf(trace));
  }

  /** At a new minute, logs the number of actions left out in the last one. */
  #startMinute(): void {
    const minute = Math.floor(this.#options.clock.now() / MINUTE);
    if (minute === this.#minute) return;
    if (this.#unlogged > 0)
      this.#options.log.warn(
        { actions: this.#unlogged },
        'more actions failed or were slow than are logged in a minute: their traces were exported',
      );
    this.#minute = minute;
    this.#logged = 0;
    this.#unlogged = 0;
  }
}
