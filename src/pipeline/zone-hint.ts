import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { WrongZone } from '../model/wrong-zone.js';
import { formatOf } from '../read/log-reader.js';
import { type ClockEvidence, judgeClocks } from './check/clock.js';
import { MOST_MOMENTS, noteMoments } from './check/moments.js';
import { type ZonedLog, zoneProblem } from './check/zone-problem.js';

/** One service on one host, and what its events say of its clock. */
interface Log extends ZonedLog {
  /** of the event before */
  request: string | undefined;
  readonly modified: undefined;
  readonly survey: ClockEvidence & { readonly requests: Map<string, Millis>; last: Millis; offset: Millis };
}

/** Services on hosts that are compared. */
const MOST_LOGS = 500;

/**
 * Compares the clocks of services while their events are read, as `check` compares those of whole logs: OVS and OVN write UTC,
 * and what they and nova say of one port at one moment shows how far a local clock is off.
 */
export class ZoneHint {
  readonly #zones: (service?: string) => Zone;
  readonly #logs = new Map<string, Log>();
  /** of the event before: most lines follow one of their own log */
  #latest: Log | undefined;

  constructor(zones: (service?: string) => Zone) {
    this.#zones = zones;
  }

  note(event: Event): void {
    const log = this.#logOf(event);
    if (log === undefined) return;
    const { survey } = log;
    if (event.at > survey.last) survey.last = event.at;
    noteMoments(survey.moments, event, event.at);
    // The lines of a request follow each other.
    if (event.requestId === log.request) return;
    log.request = event.requestId;
    this.#noteRequest(survey.requests, event.requestId, event.at);
    this.#noteRequest(survey.requests, event.globalRequestId, event.at);
  }

  /** Which times look wrong, and what to give instead; undefined where nothing proves that any are. */
  get said(): WrongZone | undefined {
    const logs = [...this.#logs.values()];
    for (const { isUtc, service, survey } of logs)
      if (!isUtc) survey.offset = survey.last - this.#zones(service).toUtc(survey.last, undefined);
    return zoneProblem(logs, judgeClocks(logs), undefined);
  }

  #noteRequest(requests: Map<string, Millis>, request: string | undefined, at: Millis): void {
    if (request !== undefined && requests.size < MOST_MOMENTS && !requests.has(request)) requests.set(request, at);
  }

  #logOf({ service, host, origin }: Event): Log | undefined {
    if (this.#latest?.service === service && this.#latest.host === host) return this.#latest;
    const key = `${service}@${host}`;
    const known = this.#logs.get(key);
    if (known !== undefined || this.#logs.size >= MOST_LOGS) return (this.#latest = known);
    const isUtc = formatOf(service) === 'vlog';
    const survey = { moments: new Map(), requests: new Map(), stated: [], last: Number.NEGATIVE_INFINITY, offset: 0, isOuter: false };
    const zone = isUtc ? 'UTC' : this.#zones(service).name;
    const log: Log = { request: undefined, set: { path: origin.path }, service, host, zone, isUtc, modified: undefined, survey };
    this.#logs.set(key, log);
    return log;
  }
}
