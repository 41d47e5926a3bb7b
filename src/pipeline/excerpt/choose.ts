import type { LogForm } from '../../model/form.js';
import { isHostName } from '../../model/host.js';
import type { Millis, Origin } from '../../model/line.js';
import type { FinishedTrace } from '../../model/span.js';
import { seconds } from '../../model/time.js';
import { type ReplayOptions, replay } from '../replay.js';
import { NO_HOST } from '../sources.js';

export interface ExcerptOptions {
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  readonly form?: LogForm | undefined;
  readonly zone: string;
  readonly isZoneGiven?: boolean | undefined;
  readonly rules?: readonly string[] | undefined;
  /** Whether the lines of a trace are wanted. @param requests all request ids in its lines */
  readonly wants: (trace: FinishedTrace, requests: ReadonlySet<string>) => boolean;
  /** the output folder; it exists and is empty */
  readonly output: string;
  readonly signal?: AbortSignal | undefined;
}

export const isAborted = ({ signal }: ExcerptOptions): boolean => signal?.aborted === true;

/** The chosen traces, and the places of their lines. */
export interface Chosen {
  readonly traces: FinishedTrace[];
  readonly requests: Set<string>;
  readonly hosts: Set<string>;
  readonly places: Places;
  zone: string;
}

/** Places of lines: by log and file, the offsets at which they begin. */
export class Places {
  readonly #of = new Map<string, Set<number>>();

  add({ path, file, offset }: Origin): void {
    const key = `${file} ${path}`;
    const places = this.#of.get(key);
    if (places === undefined) this.#of.set(key, new Set([offset]));
    else places.add(offset);
  }

  in(path: string, file: number): ReadonlySet<number> {
    return this.#of.get(`${file} ${path}`) ?? NONE;
  }
}
const NONE: ReadonlySet<number> = new Set();

/** Margins before and after an action in which correlation looks for other lines. */
const BEFORE: Millis = seconds(61);
const AFTER: Millis = seconds(20);

/** Replay options for reading the logs of an excerpt. */
export const replayOf = ({
  service,
  host,
  form,
  rules,
  signal,
}: ExcerptOptions): Pick<ReplayOptions, 'lines' | 'count'> & Partial<ReplayOptions> => ({
  ...{ lines: 'off', count() {}, rules },
  ...(service !== undefined && { service }),
  ...(host !== undefined && { host }),
  ...(form !== undefined && { form }),
  ...(signal !== undefined && { signal }),
});

/** Fields of messages that hold a host name. */
const HOST_FIELDS = ['host', 'node', 'chassis', 'from', 'to'] as const;

/** Finds the chosen traces, and other traces with the same id: a failed build attempt is a trace of its own. */
export async function choose(options: ExcerptOptions): Promise<Chosen> {
  const others = new Set<string>();
  const chosen = await chooseBy(options, ({ traceId }) => others.add(traceId));
  const ids = new Set(chosen.traces.map(({ traceId }) => traceId));
  if (![...ids].some((id) => others.has(id))) return chosen;
  return chooseBy({ ...options, wants: ({ traceId }) => ids.has(traceId) }, () => {});
}

async function chooseBy(options: ExcerptOptions, onOther: (trace: FinishedTrace) => void): Promise<Chosen> {
  const chosen: Chosen = { traces: [], requests: new Set(), hosts: new Set(), places: new Places(), zone: options.zone };
  const { paths, zone, isZoneGiven } = options;
  const found = replay({
    ...replayOf(options),
    ...{ paths, zone, isZoneGiven },
    onProven: ({ zones }) => {
      chosen.zone = zones;
    },
    onZone: (taken) => {
      chosen.zone = taken;
    },
    onEvent({ host, fields }) {
      if (host !== NO_HOST) chosen.hosts.add(host);
      for (const name of HOST_FIELDS) {
        const found = fields[name];
        if (typeof found === 'string' && isHostName(found)) chosen.hosts.add(found);
      }
    },
    onMembers(trace, members) {
      const requests = new Set(members.flatMap(({ event: { requestId, globalRequestId } }) => [requestId, globalRequestId]));
      requests.delete(undefined);
      if (!options.wants(trace, requests as Set<string>)) return onOther(trace);
      chosen.traces.push(trace);
      for (const request of requests as Set<string>) chosen.requests.add(request);
      for (const { event } of members) chosen.places.add(event.origin);
    },
  });
  for await (const _ of found) if (isAborted(options)) break;
  return chosen;
}

/**
 * Adds all lines that novaspan reads while the actions run: other events of the hosts affect owners and certainties.
 */
export async function placesRead(options: ExcerptOptions, { traces, zone }: Chosen): Promise<Places> {
  const places = new Places();
  const lasts = new Map<string, Origin>();
  const spans = traces.flatMap((trace) => trace.spans);
  const from = spans.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY) - BEFORE;
  const to = spans.reduce((most, { end }) => Math.max(most, end), Number.NEGATIVE_INFINITY) + AFTER;
  const found = replay({
    ...replayOf(options),
    ...{ paths: options.paths, zone, isZoneGiven: true },
    onEvent({ at, origin }) {
      lasts.set(origin.path, origin);
      if (at >= from && at <= to) places.add(origin);
    },
  });
  for await (const _ of found) if (isAborted(options)) break;
  // A later line of a log proves that an action did not end where the excerpt ends.
  for (const origin of lasts.values()) places.add(origin);
  return places;
}
