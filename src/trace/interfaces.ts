import type { Vif } from '../catalogue/event.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import { textOf } from '../lifecycle/event.js';

/**
 * The ports of a trace, each with its interface in OVS. nova logs the guest's tap. With hybrid plug there is a bridge
 * between the two, and the interface in OVS is `qvo…`.
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
