import type { Announcement, EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';

/** What two services log about one event at one moment, such as the plug of one tap. */
export type Moments = Map<string, Millis[]>;

/** Times of one moment that are kept: a tap may be plugged again and again. */
const MOST_TIMES = 50;
const QUARTER = 15 * 60_000;

interface Moment {
  readonly what: string;
  /** the field that says of what, and how the other services call that */
  readonly field: string;
  readonly as?: (value: string) => string;
}

const plugOfTap: Moment = { what: 'plug', field: 'tap' };
const unplugOfTap: Moment = { what: 'unplug', field: 'tap' };
const portUp: Moment = { what: 'up', field: 'port' };
const portDown: Moment = { what: 'down', field: 'port' };

/** Lines that several services write within seconds of each other. */
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

/** Adds what a line says that others say, too. */
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

/** Adds what was noted of later lines: as if they had been noted here. */
export function addMoments(moments: Moments, later: Moments, most: number): void {
  for (const [key, more] of later) {
    const times = moments.get(key);
    if (times !== undefined) times.push(...more.slice(0, Math.max(0, MOST_TIMES - times.length)));
    else if (moments.size < most) moments.set(key, [...more]);
  }
}

/** The quarters of an hour that offsets between clocks are rounded to: all zones of today are multiples of them. */
export const toQuarter = (offset: Millis): Millis => Math.round(offset / QUARTER) * QUARTER;
