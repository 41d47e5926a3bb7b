import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/lifecycle/event.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { plugChain } from '../../src/lifecycle/plug.js';
import { portBackendsOf } from '../../src/lifecycle/port-backend.js';
import { A, at, eventsOf, membersAbout, nova, oslo, P, Q, U, vif, vlog } from '../support/lines.js';

type Reads = (service: string, host?: string) => boolean;
const all: Reads = () => true;
const plugged = (object: string, ports = [P]): Member[] =>
  membersAbout(eventsOf('nova-compute', [nova(1, `Successfully plugged vif ${object}`, { instance: null })]), ports);
const announced = membersAbout(
  eventsOf('nova-api', [oslo('nova-api', 5, `Creating event network-vif-plugged:${P} for instance ${U} on cmp1`)]),
  [P],
);
const added = (tap: string, ports = [P]): Member[] =>
  membersAbout(eventsOf('ovs-vswitchd', [vlog(2, 'bridge', `bridge br-int: added interface ${tap} on port 3`)]), ports);
const claimed = membersAbout(eventsOf('ovn-controller', [vlog(3, 'binding', `Claiming lport ${P} for this chassis.`)]), [P]);
const treated = membersAbout(
  eventsOf('neutron-openvswitch-agent', [oslo('neutron-openvswitch-agent', 3, `Port ${P} updated. Details: {}`, { user: null })]),
  [P],
);

const wired = (members: readonly Member[], reads: Reads = all, ports = [P]): (string | undefined)[] => {
  const found = portBackendsOf({ members, ports, host: 'cmp1', reads });
  return ports.map((port) => found.get(port));
};
/** An object of os-vif, by its class and its plugin. */
const object = (type: string, plugin: string): string =>
  `${type}(active=False,address=fa:16:3e:00:00:df,has_traffic_filtering=True,id=${P},network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='${plugin}',port_profile=<?>,preserve_on_delete=False)`;

describe('how a port is wired', () => {
  it('is told by the daemon that speaks of it', () => {
    expect(wired([...plugged(vif(P)), ...claimed])).toEqual(['ovn']);
    expect(wired([...plugged(vif(P)), ...treated])).toEqual(['ml2-ovs']);
  });

  it('is told by hybrid plug, which OVN has no use for', () => {
    expect(wired(added(`qvo${P.slice(0, 11)}`))).toEqual(['ml2-ovs']);
  });

  it('is told by the agent that neutron-server names', () => {
    const up = (agent: string): Member[] =>
      membersAbout(eventsOf('neutron-server', [oslo('neutron-server', 3, `Device ${P} up at agent ${agent}`, { user: null })]), [P]);
    expect(wired(up('ovs-agent-cmp1'))).toEqual(['ml2-ovs']);
  });

  it.each([
    ['VIFOpenVSwitch', 'ovs', 'ovn'],
    ['VIFBridge', 'ovs', 'ovn'],
    ['VIFVHostUser', 'ovs', 'ovn'],
    // hardware offload: the representor is an interface of OVS
    ['VIFHostDevice', 'ovs', 'ovn'],
    ['VIFVHostUser', 'agilio_ovs', 'ovn'],
    ['VIFBridge', 'linux_bridge', 'other'],
    ['VIFVHostUser', 'noop', 'other'],
    // remote managed: a SmartNIC plugs by itself
    ['VIFHostDevice', 'noop', 'other'],
  ])('is told by the object of os-vif: %s of %s', (type, plugin, expected) => {
    expect(wired(plugged(object(type, plugin)))).toEqual([expected]);
  });

  it.each(['hw_veb', 'hostdev_physical', 'macvtap'])('is direct for the binding %s', (type) => {
    const info = `Instance network_info: |[{"id": "${P}", "address": "fa:16:3e:00:00:df", "network": {"id": "ee51a674-5f80-4af6-8c91-388eda7f1c84"}, "type": "${type}", "devname": "tap${P.slice(0, 11)}"}]|`;
    expect(wired(membersAbout(eventsOf('nova-compute', [nova(1, info)]), [P]))).toEqual(['direct']);
  });

  it('is direct where a guest runs with it and nobody plugged it, though they are read', () => {
    const running = [...announced, ...membersAbout(eventsOf('nova-compute', [nova(4, 'VM Started (Lifecycle Event)')]))];
    expect(wired(running)).toEqual(['direct']);
    expect(wired(running, (service) => service !== 'ovs-vswitchd')).toEqual(['ovn']);
    expect(wired([...running, ...added(`tap${P.slice(0, 11)}`)])).toEqual(['ovn']);
    // A build that fails, or a deletion, may come before any plug.
    expect(wired(announced)).toEqual(['ovn']);
  });

  it('is, where no line tells, that of the other ports, else of the agent whose log is read, else OVN', () => {
    expect(wired([...plugged(vif(P)), ...treated], all, [P, Q])).toEqual(['ml2-ovs', 'ml2-ovs']);
    expect(wired(plugged(vif(P)), (service) => service !== 'ovn-controller')).toEqual(['ml2-ovs']);
    expect(wired(plugged(vif(P)), (service) => service !== 'neutron-openvswitch-agent')).toEqual(['ovn']);
    expect(wired(plugged(vif(P)), () => false)).toEqual(['ovn']);
  });
});

describe('the phases of a port', () => {
  const coverageOf = (members: readonly Member[], ports = [P]) =>
    phasesOf(plugChain, { request: A, start: at(0), end: at(60), members, ports, host: 'cmp1', reads: all });
  const named = (entries: readonly string[]): string[] => entries.map((entry) => entry.replace(/ \(.*/, ''));

  it('are those of its own wiring: nothing of the other is missed', () => {
    const ovn = coverageOf([...plugged(vif(P)), ...added(`tap${P.slice(0, 11)}`), ...claimed]);
    expect(named(ovn.coverage.missing).filter((name) => name.startsWith('agent'))).toEqual([]);
    const agent = coverageOf([...plugged(vif(P)), ...added(`tap${P.slice(0, 11)}`), ...treated]);
    expect(named(agent.coverage.missing)).not.toContain('lport claim');
    expect(agent.coverage.notApplicable).toEqual([]);
    expect(agent.phases.map(({ name }) => name)).toContain('agent port scan');
    expect(agent.phases.map(({ name }) => name)).not.toContain('lport claim');
  });

  it('of OVS and OVN are not applicable to one that is in neither', () => {
    const { coverage } = coverageOf(plugged(object('VIFBridge', 'linux_bridge')));
    expect(coverage.notApplicable).toEqual(['ovs interface add', 'lport claim', 'flow install', 'lport up', 'port status up']);
  });

  it('are told of each port by its own wiring', () => {
    const { phases } = coverageOf(
      [
        ...plugged(vif(P)),
        ...added(`tap${P.slice(0, 11)}`),
        ...claimed,
        ...plugged(object('VIFBridge', 'linux_bridge').replace(P, Q), [Q]),
      ],
      [P, Q],
    );
    expect(phases.filter(({ name }) => name === 'ovs interface add').map(({ port }) => port)).toEqual([P]);
    expect(
      phases
        .filter(({ name }) => name === 'vif plug')
        .map(({ port }) => port)
        .sort(),
    ).toEqual([Q, P].sort());
  });

  it('begin with the plug where os-vif makes the tap, and OVS has it before the plug is reported', () => {
    const plugging = membersAbout(eventsOf('nova-compute', [nova(1, `Plugging vif ${vif(P)}`, { instance: null })]), [P]);
    const reported = membersAbout(eventsOf('nova-compute', [nova(2.5, `Successfully plugged vif ${vif(P)}`, { instance: null })]), [P]);
    const { phases } = coverageOf([...plugging, ...added(`tap${P.slice(0, 11)}`), ...reported, ...claimed]);
    const brief = phases.map(({ name, start, end }) => [name, (start - at(0)) / 1000, (end - at(0)) / 1000]);
    expect(brief).toContainEqual(['vif plug', 1, 2.5]);
    expect(brief).toContainEqual(['ovs interface add', 1, 2]);
    expect(brief).toContainEqual(['lport claim', 2, 3]);
  });
});
