import type { Announcement, EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';

/** Times at which a service logged a shared event, such as the plug of a tap device, by event. */
export type Moments = Map<string, Millis[]>;

/** Maximum number of times kept per event: a tap can be plugged repeatedly. */
const MOST_TIMES = 50;
const QUARTER = 15 * 60_000;

interface Moment {
  readonly what: string;
  /** the field that identifies the object, and its form in other services */
  readonly field: string;
  readonly as?: (value: string) => string;
}

const plugOfTap: Moment = { what: 'plug', field: 'tap' };
const unplugOfTap: Moment = { what: 'unplug', field: 'tap' };
const portUp: Moment = { what: 'up', field: 'port' };
const portDown: Moment = { what: 'down', field: 'port' };

/** Events that several services log within seconds. */
const MOMENTS: Partial<Record<EventKind, readonly Moment[]>> = {
  'vif.plugged': [plugOfTap, portUp],
  'interface.added': [plugOfTap],
  'vif.unplugged': [unplugOfTap, portDown],
  'interface.deleted': [unplugOfTap],
  'lport.claimed': [portUp],
  'lport.up': [portUp],
  'port.status.up': [portUp],
  'vif.plug.announced': [portUp],
  'vif.plug.received': [portUp],
  'metadata.port.bound': [portUp],
  'lport.released': [portDown],
  'lport.down': [portDown],
  'port.status.down': [portDown],
  'metadata.port.unbound': [portDown],
  // The metadata agent plugs its network's namespace under a name made of the network's.
  'metadata.provisioning': [{ what: 'plug', field: 'network', as: (network) => `tap${network.slice(0, 10)}0` }],
};

/** Notes an event if other services log it, too. */
export function noteMoments(moments: Moments, { kind, fields }: Pick<Announcement, 'kind' | 'fields'>, at: Millis, most: number): void {
  for (const { what, field, as } of MOMENTS[kind] ?? []) {
    const value = fields[field];
    if (typeof value !== 'string') continue;
    const key = `${what} ${as?.(value) ?? value}`;
    const times = moments.get(key);
    if (times === undefined) {
      if (moments.size < most) moments.set(key, [at]);
    } else if (times.length < MOST_TIMES) times.push(at);
  }
}

/** Merges the notes of later lines. */
export function addMoments(moments: Moments, later: Moments, most: number): void {
  for (const [key, more] of later) {
    const times = moments.get(key);
    if (times !== undefined) times.push(...more.slice(0, Math.max(0, MOST_TIMES - times.length)));
    else if (moments.size < most) moments.set(key, [...more]);
  }
}

/** Rounds an offset to quarters of an hour: the offsets of all zones are multiples of it. */
export const toQuarter = (offset: Millis): Millis => Math.round(offset / QUARTER) * QUARTER;
