import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { WrongZone } from '../model/wrong-zone.js';
import type { Zoning } from '../read/log-reader.js';
import { type ClockFinding, judgeClocks } from './judge.js';
import { ClockNotes, type MostNotes, type NotesBehind } from './notes.js';
import { type ZonedLog, type ZoneProblem, zoneProblem } from './zone-problem.js';

/** The clock evidence of one service on one host, in one log. */
interface Log extends ZonedLog {
  /** request of the last event */
  request: string | undefined;
  globalRequest: string | undefined;
  readonly zoning: Zoning;
  readonly modified: undefined;
  readonly clock: ClockNotes;
}

/** The clock notes of one log. */
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

/** Maximum number of compared writers. */
const MOST_LOGS = 500;

/** Zone of a service's local times; without a service, the zone of the wrapper's times. */
export type Zones = (service?: string) => Zone;

export interface HintOptions {
  readonly most?: MostNotes;
  /** whether a log is received, not read from its own file */
  readonly isSent?: (path: string) => boolean;
}

/** Thresholds and facts for the verdict. */
export interface VerdictOptions {
  /** minimum number of comparisons that must agree */
  readonly least: number;
  /** the configuration file that sets the zones */
  readonly config?: string | undefined;
  /** findings by other means; these take precedence over the events */
  readonly also?: ReadonlyMap<ZonedLog, ClockFinding>;
}

/**
 * Compares the clocks of services while their events are read, as `check` does for whole logs. OVS and OVN log in UTC,
 * so an event that they and nova log at one moment shows the error of a local clock.
 */
export class ZoneHint {
  readonly #zones: (path: string) => Zones;
  readonly #options: HintOptions;
  readonly #logs = new Map<string, Log>();
  /** log of the last event: most lines are of the same log as the line before */
  #latest: Log | undefined;

  /** @param zones returns the zones in which a log was read */
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

  /** Which times look wrong, and which zone to give instead; undefined without proof. */
  get wrongZone(): WrongZone | undefined {
    return this.wrong({ least: 1 });
  }

  wrong({ least, config, also = new Map() }: VerdictOptions): ZoneProblem | undefined {
    const known = new Set([...also.keys()].map(keyOf));
    const logs = [...this.#logs.values()];
    const findings = new Map<ZonedLog, ClockFinding>(also);
    for (const [log, finding] of judgeClocks(logs, least)) if (log.isUtc || !known.has(keyOf(log))) findings.set(log, finding);
    return zoneProblem([...findings.keys()], findings, config);
  }

  /** The notes as plain data; undefined if some were dropped because of too many logs. */
  get notes(): readonly NotesOfLog[] | undefined {
    if (this.#logs.size >= MOST_LOGS) return undefined;
    return Array.from(this.#logs.values(), ({ service, host, zoning, set: { path }, clock }) => {
      const { moments, requests, stated, last, first, hasJump, isOuter, zoned } = clock;
      return { service, host, zoning, path, clock: { moments, requests, stated, last, first, hasJump, isOuter, zoned } };
    });
  }

  /**
   * Adds the notes of another reader about all later lines.
   * @returns false, without a change, if the result might differ from that of a single reader
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

/** Key of a writer in a log. */
export const writerKey = (service: string, host: string, path: string): string => `${service}@${host} ${path}`;

const keyOf = ({ service, host, set: { path } }: ZonedLog): string => writerKey(service, host, path);
