import type { Vif } from '../catalogue/event.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import { textOf } from '../lifecycle/event.js';

/**
 * The ports of a trace, each with the interface that OVS has for it. nova calls it by the guest's tap, and with hybrid plug that
 * is another one: a bridge stands between the two, and what is in OVS is `qvo…`.
 */
export function portsInOvs({ ports, members }: Pick<ClosedUnit, 'ports' | 'members'>): ReadonlyMap<string, Vif> {
  const named = new Map(ports);
  for (const { event, ports: about } of members) {
    if (event.service !== 'ovs-vswitchd') continue;
    const tap = textOf(event, 'tap');
    const [port] = about;
    const vif = port === undefined || about.length > 1 ? undefined : named.get(port);
    if (tap !== undefined && vif !== undefined) named.set(port!, { ...vif, tap });
  }
  return named;
}
