import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { WrongZone } from '../model/wrong-zone.js';
import type { Zoning } from '../read/log-reader.js';
import { type ClockFinding, judgeClocks } from './judge.js';
import { ClockNotes, type MostNotes, type NotesBehind } from './notes.js';
import { type ZonedLog, type ZoneProblem, zoneProblem } from './zone-problem.js';

/** One service on one host, and what its events in one log say of its clock. */
interface Log extends ZonedLog {
  /** of the event before */
  request: string | undefined;
  globalRequest: string | undefined;
  readonly zoning: Zoning;
  readonly modified: undefined;
  readonly clock: ClockNotes;
}

/** What was noted of one log. */
export interface NotesOfLog {
  readonly service: string;
  readonly host: string;
  readonly zoning: Zoning;
  readonly path: string;
  readonly clock: NotesBehind;
}

interface Whose {
  readonly service: string;
  readonly host: string;
  readonly origin: { readonly path: string };
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
    if (event.requestId === log.request && event.globalRequestId === log.globalRequest) return;
    log.request = event.requestId;
    log.globalRequest = event.globalRequestId;
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

  /** What was noted, as plain data; undefined where there are too many logs to know of all. */
  get notes(): readonly NotesOfLog[] | undefined {
    if (this.#logs.size >= MOST_LOGS) return undefined;
    return Array.from(this.#logs.values(), ({ service, host, zoning, set: { path }, clock }) => {
      const { moments, requests, stated, last, first, hasJump, isOuter, zoned } = clock;
      return { service, host, zoning, path, clock: { moments, requests, stated, last, first, hasJump, isOuter, zoned } };
    });
  }

  /**
   * Takes in what another noted of all lines behind those that were noted here, with room for every moment.
   *
   * @returns false, and takes nothing, where the outcome might not be that of one that had noted all
   */
  add(notes: readonly NotesOfLog[]): boolean {
    const all = notes.map(({ clock, ...of }) => [this.#logOf({ ...of, origin: of }, of.zoning), clock] as const);
    if (!all.every(([log, clock]) => log === undefined || log.clock.canAdd(clock))) return false;
    for (const [log, clock] of all) log?.clock.add(clock);
    return true;
  }

  #logOf({ service, host, origin: { path } }: Whose, zoning: Zoning): Log | undefined {
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
      globalRequest: undefined,
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
