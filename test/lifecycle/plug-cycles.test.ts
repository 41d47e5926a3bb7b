import { describe, expect, it } from 'vitest';
import { plugCycles } from '../../src/lifecycle/cycles.js';
import { eventsOf, lock, membersAbout, nova, oslo, P, U, vif, vlog } from '../support/lines.js';

const plugging = (s: number): string => nova(s, `Plugging vif ${vif(P)}`, { instance: null });
const plugged = (s: number): string => nova(s, `Successfully plugged vif ${vif(P)}`, { instance: null });
const unplugging = (s: number): string => nova(s, `Unplugging vif ${vif(P)}`, { instance: null });
const unplugged = (s: number): string => nova(s, `Successfully unplugged vif ${vif(P)}`, { instance: null });
const awaited = (s: number): string => nova(s, `Preparing to wait for external event network-vif-plugged-${P}`);
const added = (s: number): string => vlog(s, 'bridge', `bridge br-int: added interface tap${P.slice(0, 11)} on port 3`);
const deleted = (s: number): string => vlog(s, 'bridge', `bridge br-int: deleted interface tap${P.slice(0, 11)} on port 3`);
const claimed = (s: number): string => vlog(s, 'binding', `Claiming lport ${P} for this chassis.`);

/** The cycles of lines of three daemons, as kinds. */
function cyclesOf(logs: {
  readonly nova?: readonly string[];
  readonly ovs?: readonly string[];
  readonly ovn?: readonly string[];
  readonly agent?: readonly string[];
}): string[][] {
  const events = [
    ...eventsOf('neutron-openvswitch-agent', logs.agent ?? []),
    ...eventsOf('ovn-controller', logs.ovn ?? []),
    ...eventsOf('ovs-vswitchd', logs.ovs ?? []),
    ...eventsOf('nova-compute', logs.nova ?? []),
  ];
  return plugCycles(membersAbout(events, [P])).map((cycle) => cycle.map(({ event }) => event.kind));
}

describe('plugCycles', () => {
  it('of a boot is one, from "Preparing to wait" on', () => {
    expect(cyclesOf({ nova: [awaited(1), plugging(2), plugged(3)], ovs: [added(3.1)], ovn: [claimed(3.2)] })).toEqual([
      ['vif.plug.awaited', 'vif.plugging', 'vif.plugged', 'interface.added', 'lport.claimed'],
    ]);
  });

  it('of a boot whose interface was added before "Successfully plugged" (2026.1) is one, at DEBUG and at INFO', () => {
    expect(cyclesOf({ nova: [plugging(2), plugged(3)], ovs: [added(2.5)], ovn: [claimed(2.6)] })).toEqual([
      ['vif.plugging', 'interface.added', 'lport.claimed', 'vif.plugged'],
    ]);
    expect(cyclesOf({ nova: [plugged(3)], ovs: [added(2.5)], ovn: [claimed(2.6)] })).toEqual([
      ['interface.added', 'lport.claimed', 'vif.plugged'],
    ]);
  });

  it('of a boot whose device OVS could not open before the first line of the plug have that line, too', () => {
    const unopened = (s: number): string => vlog(s, 'bridge', `could not open network device tap${P.slice(0, 11)} (No such device)`);
    expect(cyclesOf({ nova: [plugged(3)], ovs: [unopened(2.9), added(3.1)] })).toEqual([
      ['interface.unopened', 'vif.plugged', 'interface.added'],
    ]);
    // What OVS tries while the old device is taken away is of no plug.
    expect(cyclesOf({ nova: [unplugging(2), unplugged(2.5), plugged(3)], ovs: [unopened(1.9), added(3.1)] })).toEqual([
      ['vif.plugged', 'interface.added'],
    ]);
  });

  it('keep the rest of the turn in which the agent has met the port, though its interface is taken away meanwhile', () => {
    const agent = (s: number, message: string): string => oslo('neutron-openvswitch-agent', s, message, { request: null });
    const turn = (s: number): string[] => [
      agent(s, `Port ${P} updated. Details: {'device': '${P}'}`),
      agent(s + 0.2, `Preparing filters for devices {'${P}'}`),
      agent(s + 0.7, `Configuration for devices up ['${P}'] and devices down [] completed.`),
    ];
    const kinds = ['interface.added', 'vif.plugged', 'agent.port.updated', 'agent.filters.preparing', 'agent.devices.configured'];
    expect(cyclesOf({ nova: [plugged(1.1)], ovs: [added(1), deleted(2.5)], agent: turn(2) })).toEqual([kinds]);
    // What the agent does in a turn that begins later is of no plug.
    expect(cyclesOf({ nova: [plugged(1.1)], ovs: [added(1), deleted(3.5)], agent: [...turn(2), ...turn(4)] })).toEqual([kinds]);
  });

  it('of an action that unplugs first begins with its own plug: what the old plug left does not belong', () => {
    expect(
      cyclesOf({ nova: [unplugging(1), unplugged(2), plugged(5)], ovs: [deleted(2.1), added(5.1)], ovn: [claimed(2.2), claimed(5.2)] }),
    ).toEqual([['vif.plugged', 'interface.added', 'lport.claimed']]);
  });

  it('of a port that is plugged twice are two, each with its own chain', () => {
    expect(
      cyclesOf({
        nova: [plugging(1), plugged(2), unplugging(6), unplugged(7), awaited(8), plugging(9), plugged(10)],
        ovs: [added(2.1), deleted(7.1), added(10.1)],
        ovn: [claimed(2.2), claimed(10.2)],
      }),
    ).toEqual([
      ['vif.plugging', 'vif.plugged', 'interface.added', 'lport.claimed'],
      ['vif.plug.awaited', 'vif.plugging', 'vif.plugged', 'interface.added', 'lport.claimed'],
    ]);
  });

  it('are also told apart where no unplug is printed', () => {
    expect(cyclesOf({ nova: [plugged(1), plugged(5)], ovs: [added(1.1), added(5.1)] })).toEqual([
      ['vif.plugged', 'interface.added'],
      ['vif.plugged', 'interface.added'],
    ]);
    expect(cyclesOf({ ovs: [added(1), added(5)], ovn: [claimed(1.1), claimed(5.1)] })).toEqual([
      ['interface.added', 'lport.claimed'],
      ['interface.added', 'lport.claimed'],
    ]);
  });

  it('of lines without any plug are none', () => {
    expect(cyclesOf({ ovn: [claimed(1)], nova: [unplugged(2), nova(3, lock.acquired('do_reboot_instance', U))] })).toEqual([]);
  });

  it('do not depend on the order of the lines', () => {
    const logs = { nova: [plugged(1), plugged(5)], ovs: [added(1.1), added(5.1)] };
    const turned = { nova: [plugged(5), plugged(1)], ovs: [added(5.1), added(1.1)] };
    expect(cyclesOf(turned)).toEqual(cyclesOf(logs));
  });
});
