import type { Announcement, EventKind } from '../catalogue/event.js';
import { NO_CONTEXT, type OsloContext, type OsloParts, readContext } from '../format/oslo.js';
import type { UwsgiRequest } from '../format/uwsgi.js';
import { NEUTRON } from '../lifecycle/plug.js';
import type { Millis } from '../model/line.js';

const neutron = new Set(NEUTRON);

/** Under uWSGI, only its own line shows a request of neutron as a whole (2025.1 and later). */
export const isNeutron = (service: string): boolean => neutron.has(service);

const PORT_CALLS: Readonly<Record<string, EventKind>> = {
  POST: 'neutron.port.create.requested',
  PUT: 'neutron.port.update.requested',
  DELETE: 'neutron.port.delete.requested',
};
const PORTS = /^\/(?:networking\/)?v2\.0\/ports(?:\.json)?(?:\/[0-9a-f-]{36}(?:\.json)?)?$/;

/**
 * Reads a uWSGI line as the access line that neutron itself wrote in earlier releases. @param millis duration of the
 * request
 */
export function asNeutronRequest(announced: Announcement, millis: number): Announcement {
  const { method, url } = announced.fields;
  const fields = { ...announced.fields, seconds: millis / 1000 };
  const call = typeof url === 'string' && PORTS.test(url) ? PORT_CALLS[String(method)] : undefined;
  return { ...announced, fields, kind: call ?? 'neutron.requested' };
}

/** Maximum number of processes per service; machines have fewer CPUs. */
const MOST_WORKERS = 1024;
/** A worker serves one request at a time. A process with more than this between two uWSGI lines is no such worker. */
const MOST_REQUESTS = 8;
/** with the following space */
const REQUEST_ID_LENGTH = 'req-68a66cea-61af-4489-a39a-71c24e1e5609 '.length;
const NONE_LENGTH = 'None '.length;
const DASH = 45;
const N = 78;
const R = 114;

/** A request of which a worker printed oslo lines. */
interface Request {
  /** first eight digits of its own id, as two numbers */
  readonly high: number;
  readonly low: number;
  context: OsloContext;
  readonly first: Millis;
  last: Millis;
}

/** Lines of a worker since its last uWSGI line. */
interface Worker {
  requests: Request[];
  /** the request before: a thread that continues after the answer prints the id of its request */
  before: Request | undefined;
  /** several of its threads serve requests */
  isThreaded: boolean;
  /** has too many requests for a worker that serves them one by one */
  isFull: boolean;
}

/** Combined facts of a uWSGI line and the oslo lines of its process. */
export interface Served {
  readonly context: OsloContext;
  readonly end: Millis;
  readonly millis: number;
}

/**
 * The current requests of uWSGI's workers. A uWSGI line names no request, but a worker serves one at a time: every oslo
 * line with a user since the worker's last uWSGI line belongs to the same request, even if its message is not needed.
 * Lines without a user belong to other threads, such as the one that follows OVN's databases.
 */
export class Workers {
  readonly #workers = new Map<number, Worker>();
  /** processes that served requests; the state of others has not mattered yet */
  readonly asked = new Set<number>();

  /** Takes any oslo line. Most lines are of the request seen last, which a few bytes show. */
  note(bytes: Buffer, { pid, contextStart, contextEnd }: OsloParts, at: Millis): void {
    // `[None req-… user …]`, `[req-… req-… user …]`, and before Zed `[req-… user …]`
    let own = contextStart;
    if (bytes[own] === N) own += NONE_LENGTH;
    else if (bytes[own] === R && bytes[own + REQUEST_ID_LENGTH] === R) own += REQUEST_ID_LENGTH;
    const user = own + REQUEST_ID_LENGTH;
    if (user >= contextEnd || bytes[own] !== R || bytes[user] === DASH) return;
    const worker = this.#workerOf(pid);
    if (worker.isFull || worker.isThreaded) return;
    const high = bytes.readUInt32LE(own + 4);
    const low = bytes.readUInt32LE(own + 8);
    const { requests, before } = worker;
    for (const known of requests) {
      if (known.low !== low || known.high !== high) continue;
      if (at > known.last) known.last = at;
      // Some lines of neutron leave out the caller's request.
      if (known.context.globalRequestId === undefined && own > contextStart + NONE_LENGTH)
        known.context = contextOf(bytes, contextStart, contextEnd);
      return;
    }
    if (before !== undefined && before.low === low && before.high === high) return;
    if (requests.length < MOST_REQUESTS)
      requests.push({ high, low, context: contextOf(bytes, contextStart, contextEnd), first: at, last: at });
    else {
      worker.isFull = true;
      worker.requests = [];
    }
  }

  /** State of each process. */
  get known(): ReadonlyMap<number, unknown> {
    return this.#workers;
  }

  /** Whether there is room for so many more processes. */
  hasRoomFor(more: number): boolean {
    return this.#workers.size + more < MOST_WORKERS;
  }

  #workerOf(pid: number): Worker {
    let worker = this.#workers.get(pid);
    if (worker === undefined) {
      if (this.#workers.size >= MOST_WORKERS) this.#workers.clear();
      worker = { requests: [], before: undefined, isThreaded: false, isFull: false };
      this.#workers.set(pid, worker);
    }
    return worker;
  }

  /**
   * The request that a uWSGI line ends. uWSGI stamps whole seconds of the start: the request ended after its duration
   * and not before its last line, and began no later than its first line.
   * @param began the second in which it began
   * @param ended exact time of the end, if the wrapper has it
   */
  served({ pid, millis, core }: UwsgiRequest, began: Millis, ended: Millis | undefined): Served {
    const worker = this.#workerOf(pid);
    this.asked.add(pid);
    const { requests } = worker;
    worker.isThreaded ||= core > 0;
    worker.isFull = false;
    worker.requests = [];
    worker.before = requests[0];
    const own = requests.length === 1 && !worker.isThreaded ? requests[0] : undefined;
    if (own === undefined) return { context: NO_CONTEXT, end: ended ?? began + millis, millis };
    const end = ended ?? Math.max(began + millis, own.last);
    return { context: own.context, end, millis: Math.max(millis, end - own.first) };
  }
}

/** Maximum length of a context of neutron: two request ids, a user and a project. */
const LONGEST_CONTEXT = 256;

const contextOf = (bytes: Buffer, start: number, end: number): OsloContext =>
  readContext(bytes.toString('latin1', start, Math.min(end, start + LONGEST_CONTEXT)));
