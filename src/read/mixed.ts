import type { Millis } from '../model/line.js';
import { knownServices } from '../model/services.js';
import { EnvelopeReader, formatOf } from './envelope.js';

/** Programs that run others, and the ids of containers: as the name of who wrote a line they say nothing. */
const RUNNER =
  /^(?:python[\d.]*|uwsgi|conmon|docker|dockerd|containerd|podman|bash|sh|journal|apache2|httpd|gunicorn|[0-9a-f]{12}|[0-9a-f]{64})$/;

/** Whether a name that a wrapper gives leaves open whose a line is. */
export const saysNothing = (ident: string): boolean => RUNNER.test(ident);

/** Processes whose service is remembered. */
const MOST_PROCESSES = 4096;
/** The services of processes, as a checkpoint keeps them. */
export type Processes = readonly (readonly [pid: number, service: string])[];

/** Stands for a process number that several services have, as every container has its own. */
const SEVERAL = '';

/**
 * Finds the service of each line of a log that several services wrote: by its logger, or, for loggers of several services,
 * by its process, whose service is known from its other lines. A continuation line has its record's service.
 */
export class MixedLog {
  readonly #envelope = new EnvelopeReader();
  readonly #processes: Map<number, string>;
  readonly #own: string | undefined;
  #last: string | undefined;

  /**
   * @param own whose lines these are where their loggers are of no service in particular
   * @param known the services of its processes, known from earlier lines
   */
  constructor(own?: string, known: Processes = []) {
    this.#own = own;
    this.#processes = new Map(known);
  }

  get processes(): Processes {
    return [...this.#processes];
  }

  /** @returns undefined if it is unknown */
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
