import type { Zone } from '../../format/zone.js';
import type { Event } from '../../lifecycle/event.js';
import type { WrongZone } from '../../model/wrong-zone.js';
import type { Zoning } from '../../read/log-reader.js';
import { type ClockFinding, judgeClocks } from './judge.js';
import { ClockNotes, type MostNotes } from './notes.js';
import { type ZonedLog, type ZoneProblem, zoneProblem } from './zone-problem.js';

/** One service on one host, and what its events in one log say of its clock. */
interface Log extends ZonedLog {
  /** of the event before */
  request: string | undefined;
  readonly zoning: Zoning;
  readonly modified: undefined;
  readonly clock: ClockNotes;
}

/** Services on hosts that are compared. */
const MOST_LOGS = 500;

/** What local times were read in: those of a service, or without one those of what wraps lines. */
export type Zones = (service?: string) => Zone;

export interface HintOptions {
  readonly most?: MostNotes;
  /** of logs that were sent here */
  readonly isSent?: (path: string) => boolean;
}

/** How it is asked for what is wrong. */
export interface Asking {
  /** so many comparisons must show it */
  readonly least: number;
  /** the configuration that gave the zones */
  readonly config?: string | undefined;
  /** what is known of clocks by other means: goes before what events show */
  readonly also?: ReadonlyMap<ZonedLog, ClockFinding>;
}

/**
 * Compares the clocks of services while their events are read, as `check` compares those of whole logs: OVS and OVN write UTC,
 * and what they and nova say of one port at one moment shows how far a local clock is off.
 */
export class ZoneHint {
  readonly #zones: (path: string) => Zones;
  readonly #options: HintOptions;
  readonly #logs = new Map<string, Log>();
  /** of the event before: most lines follow one of their own log */
  #latest: Log | undefined;

  /** @param zones what a log was read in */
  constructor(zones: (path: string) => Zones, options: HintOptions = {}) {
    this.#zones = zones;
    this.#options = options;
  }

  note(event: Event, zoning: Zoning): void {
    const log = this.#logOf(event, zoning);
    if (log === undefined) return;
    const { clock } = log;
    const { at, kind, fields } = event;
    clock.time(at, zoning);
    clock.meaning(event, at);
    // When libvirt reported it, in UTC.
    if (kind === 'guest.event.emitted' && typeof fields['epoch'] === 'number') clock.states(fields['epoch'] * 1000, at);
    // The lines of a request follow each other.
    if (event.requestId === log.request) return;
    log.request = event.requestId;
    clock.request(event.requestId, at);
    clock.request(event.globalRequestId, at);
  }

  /** Which times look wrong, and what to give instead; undefined where nothing proves that any are. */
  get said(): WrongZone | undefined {
    return this.wrong({ least: 1 });
  }

  wrong({ least, config, also = new Map() }: Asking): ZoneProblem | undefined {
    const known = new Set([...also.keys()].map(keyOf));
    const logs = [...this.#logs.values()];
    const findings = new Map<ZonedLog, ClockFinding>(also);
    for (const [log, finding] of judgeClocks(logs, least)) if (log.isUtc || !known.has(keyOf(log))) findings.set(log, finding);
    return zoneProblem([...findings.keys()], findings, config);
  }

  #logOf({ service, host, origin: { path } }: Event, zoning: Zoning): Log | undefined {
    const latest = this.#latest;
    if (latest?.service === service && latest.host === host && latest.set.path === path && latest.zoning === zoning) return latest;
    const key = `${service}@${host} ${zoning} ${path}`;
    const known = this.#logs.get(key);
    if (known !== undefined || this.#logs.size >= MOST_LOGS) return (this.#latest = known);
    const zones = this.#zones(path);
    const clock = new ClockNotes(zones(service), zones(), this.#options.most);
    const isUtc = zoning === 'none';
    const zone = isUtc ? 'UTC' : (zoning === 'outer' ? zones() : zones(service)).name;
    const log: Log = {
      request: undefined,
      zoning,
      set: { path },
      service,
      host,
      zone,
      isUtc,
      isSent: this.#options.isSent?.(path) === true,
      modified: undefined,
      clock,
    };
    this.#logs.set(key, log);
    return log;
  }
}

/** One who writes to a log. */
export const writerKey = (service: string, host: string, path: string): string => `${service}@${host} ${path}`;

const keyOf = ({ service, host, set: { path } }: ZonedLog): string => writerKey(service, host, path);
