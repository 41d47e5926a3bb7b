import type { Millis } from '../model/line.js';
import { knownServices } from '../model/services.js';
import { EnvelopeReader, formatOf } from './envelope.js';

/** Programs that run others, and ids of containers: such a name does not show the service. */
const RUNNER =
  /^(?:python[\d.]*|uwsgi|conmon|docker|dockerd|containerd|podman|bash|sh|journal|apache2|httpd|gunicorn|[0-9a-f]{12}|[0-9a-f]{64})$/;

/** Whether a name in a wrapper leaves the service open. */
export const isRunnerName = (ident: string): boolean => RUNNER.test(ident);

/** Maximum number of processes whose service is kept. */
const MOST_PROCESSES = 4096;
/** Services of processes, as saved in a checkpoint. */
export type Processes = readonly (readonly [pid: number, service: string])[];

/** Marks a process number that several services share, as every container has its own numbers. */
const SEVERAL = '';

/**
 * Finds the service of each line of a log that several services write to: by its logger, or, for loggers of several
 * services, by its process, whose service is known from other lines. A continuation line belongs to its record's
 * service.
 */
export class MixedLog {
  readonly #envelope = new EnvelopeReader();
  readonly #processes: Map<number, string>;
  readonly #own: string | undefined;
  #last: string | undefined;

  /**
   * @param own service of lines whose loggers belong to no particular service
   * @param known services of processes, from earlier lines
   */
  constructor(own?: string, known: Processes = []) {
    this.#own = own;
    this.#processes = new Map(known);
  }

  get processes(): Processes {
    return [...this.#processes];
  }

  /** @returns undefined if unknown */
  serviceOf(bytes: Buffer, start: number, end: number, at?: Millis): string | undefined {
    const made = this.#envelope.read(bytes, start, bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end, at);
    if (made === undefined) return this.#last;
    this.#last =
      this.#named(made) ?? (this.#own !== undefined && formatOf(this.#own) === (made === 'vlog' ? 'vlog' : 'oslo') ? this.#own : undefined);
    return this.#last;
  }

  #named(made: 'oslo' | 'vlog' | 'uwsgi'): string | undefined {
    const { bytes, oslo, vlog, request } = this.#envelope;
    if (made === 'vlog') return knownServices.writerOfModule(bytes.toString('latin1', vlog.moduleStart, vlog.moduleEnd));
    if (made === 'uwsgi') return this.#ofProcess(request?.pid);
    const service = knownServices.writerOfLogger(bytes.toString('latin1', oslo.loggerStart, oslo.loggerEnd));
    if (service === undefined) return this.#ofProcess(oslo.pid);
    const known = this.#processes.get(oslo.pid);
    if (known === undefined && this.#processes.size < MOST_PROCESSES) this.#processes.set(oslo.pid, service);
    else if (known !== undefined && known !== service) this.#processes.set(oslo.pid, SEVERAL);
    return service;
  }

  #ofProcess(pid: number | undefined): string | undefined {
    const service = pid === undefined ? undefined : this.#processes.get(pid);
    return service === SEVERAL ? undefined : service;
  }
}

const CARRIAGE_RETURN = 13;
