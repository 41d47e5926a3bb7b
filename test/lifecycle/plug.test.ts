import { describe, expect, it } from 'vitest';
import { create } from '../../src/lifecycle/create.js';
import type { PhaseSpec } from '../../src/lifecycle/define.js';
import { remove } from '../../src/lifecycle/delete.js';
import type { Member } from '../../src/lifecycle/event.js';
import type { Coverage, Phase } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { plugChain } from '../../src/lifecycle/plug.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import { A, at, B, E, eventsOf, lock, membersAbout, nova, oslo, P, U, vif, vlog } from '../support/lines.js';

const TAP = `tap${P.slice(0, 11)}`;
const plugged = (s: number): Member[] =>
  membersAbout(eventsOf('nova-compute', [nova(s, `Successfully plugged vif ${vif(P)}`, { instance: null })]), [P]);
const unopened = (s: number): string => vlog(s, 'bridge', `could not open network device ${TAP} (No such device)`);
const added = (s: number): string => vlog(s, 'bridge', `bridge br-int: added interface ${TAP} on port 3`);
const ovs = (...lines: string[]): Member[] => membersAbout(eventsOf('ovs-vswitchd', lines), [P]);

function found(
  specs: readonly PhaseSpec[],
  members: readonly Member[],
  host: string | undefined = 'cmp1',
): { phases: Phase[]; coverage: Coverage } {
  const sorted = [...members].sort((a, b) => a.event.at - b.event.at);
  return phasesOf(specs, { request: A, start: at(0), end: at(60), members: sorted, ports: [P], host, reads: () => true });
}
const named = (specs: readonly PhaseSpec[], name: string, members: readonly Member[]): unknown[] =>
  found(specs, members)
    .phases.filter((phase) => phase.name === name)
    .map(({ start, end, startIs, endIs, service }) => [service, (start - at(0)) / 1000, (end - at(0)) / 1000, startIs, endIs]);

describe('tap wait', () => {
  it('is the time for which OVS has the interface, and libvirt has not made its device', () => {
    expect(named(plugChain, 'tap wait', [...plugged(3), ...ovs(unopened(2.99), added(4.5))])).toEqual([
      ['ovs-vswitchd', 3, 4.5, 'observed', 'observed'],
    ]);
    expect(isWanted('interface.unopened', 'WARNING')).toBe(true);
  });

  it('begins when OVS looked for the device, if that was after the plug: before, OVS had not come to it', () => {
    const members = [...plugged(3), ...ovs(unopened(4), unopened(4.2), added(4.5))];
    expect(named(plugChain, 'tap wait', members)).toEqual([['ovs-vswitchd', 4, 4.5, 'observed', 'observed']]);
    expect(named(plugChain, 'ovs interface add', members)).toEqual([['ovs-vswitchd', 3, 4.5, 'observed', 'observed']]);
    // All tries are its lines.
    expect(found(plugChain, members).phases.find(({ name }) => name === 'tap wait')?.lines).toHaveLength(3);
  });

  it('is none where OVS found the device at once, or has it before nova says "plugged"', () => {
    expect(named(plugChain, 'tap wait', [...plugged(3), ...ovs(added(3.1))])).toEqual([]);
    expect(named(plugChain, 'tap wait', [...plugged(3), ...ovs(unopened(2.5), added(2.9))])).toEqual([]);
  });
});

describe('event deliver', () => {
  const announced = (s: number, request: string): Member[] =>
    membersAbout(
      eventsOf('nova-api', [oslo('nova-api', s, `Creating event network-vif-plugged:${P} for instance ${U} on cmp1`, { request })]),
      [P],
    );
  const received = (s: number, request: string): Member[] =>
    membersAbout(eventsOf('nova-compute', [nova(s, `Received event network-vif-plugged-${P}`, { request })]), [P]);

  it('is of one message: neutron sends it two or three times', () => {
    const members = [...plugged(1), ...announced(2, B), ...received(2.01, B), ...announced(9, E), ...received(9.01, E)];
    expect(named(plugChain, 'event deliver', members)).toEqual([['nova-compute', 2, 2.01, 'observed', 'observed']]);
  });

  it('does not reach from one message to the next, where a line is missing or a clock is ahead', () => {
    const members = [...plugged(1), ...announced(2, B), ...received(9.01, E)];
    expect(named(plugChain, 'event deliver', members)).toEqual([['nova-compute', 9.01, 9.01, 'unobserved', 'observed']]);
    const ahead = [...plugged(1), ...received(2, B), ...announced(4, B), ...received(9.01, E), ...announced(11, E)];
    expect(named(plugChain, 'event deliver', ahead)).toEqual([['nova-compute', 2, 2, 'unobserved', 'observed']]);
  });
});

describe('where no line says that a port is plugged', () => {
  it('what is waited for after that begins about when nova prepared for it', () => {
    const preparing = membersAbout(
      eventsOf('nova-compute', [
        nova(1, `Preparing to wait for external event network-vif-plugged-${P}`),
        nova(1.5, 'End _get_guest_xml xml=<domain type="kvm">'),
        nova(5, 'VM Started (Lifecycle Event)', { request: null }),
        nova(6, `Processing event network-vif-plugged-${P}`, { request: E }),
      ]),
      [P],
    );
    const startsOf = (name: string, members: readonly Member[]): unknown[] =>
      found(create.phases, members)
        .phases.filter((phase) => phase.name === name)
        .map(({ start, startIs }) => [(start - at(0)) / 1000, startIs]);
    expect(startsOf('vif-plugged wait', preparing)).toEqual([[1, 'derived']]);
    expect(startsOf('guest start', preparing)).toEqual([[1.5, 'derived']]);
    expect(startsOf('vif-plugged wait', [...preparing, ...plugged(3)])).toEqual([[3, 'observed']]);
    expect(startsOf('guest start', [...preparing, ...plugged(3)])).toEqual([[3, 'observed']]);
  });

  it('OVS waits for the device since about when it looked for it', () => {
    expect(named(plugChain, 'tap wait', ovs(unopened(2), added(4.5)))).toEqual([['ovs-vswitchd', 2, 4.5, 'derived', 'observed']]);
  });
});

describe('neutron event queue', () => {
  it("is the part of `port status up` in which neutron has OVN's report", () => {
    const up = vlog(5, 'binding', `Setting lport ${P} up in Southbound`);
    const row = `events=('update',), table='Logical_Switch_Port', conditions=None, old_conditions=None), priority=20 to row=Logical_Switch_Port(name=${P}, parent_name=[], up=[True], external_ids={'neutron:device_id': '${U}'}) old=Logical_Switch_Port(up=[False])`;
    const neutron = membersAbout(
      eventsOf('neutron-server', [
        oslo('neutron-server', 5.25, `Matched UPDATE: LogicalSwitchPortUpdateUpEvent(${row}`, { user: null }),
        oslo('neutron-server', 8, `OVN reports status up for port: ${P}`, { user: null }),
      ]),
      [P],
    );
    const members = [...plugged(3), ...membersAbout(eventsOf('ovn-controller', [up]), [P]), ...neutron];
    expect(named(plugChain, 'port status up', members)).toEqual([['neutron-server', 5, 8, 'observed', 'observed']]);
    expect(named(plugChain, 'neutron event queue', members)).toEqual([['neutron-server', 5.25, 8, 'observed', 'observed']]);
    expect(found(plugChain, members).phases.find(({ name }) => name === 'neutron event queue')?.within).toBe('port status up');
    expect(isWanted('ovn.port.up.matched', 'DEBUG')).toBe(true);
  });
});

describe('dispatch', () => {
  const build = '_locked_do_build_and_run_instance';
  const selected = (s: number): Member[] =>
    membersAbout(
      eventsOf('nova-conductor', [oslo('nova-conductor', s, 'Selected host: vm; Selected node: vm; Alternates: []', { instance: U })], {
        host: 'ctl1',
      }),
    );
  const allocated = (s: number): Member[] =>
    membersAbout(
      eventsOf('placement', [oslo('placement', s, `127.0.0.1 "PUT /allocations/${U}" status: 204 len: 0 microversion: 1.36`)], {
        host: 'ctl1',
      }),
    );
  const compute = (...lines: string[]): Member[] => membersAbout(eventsOf('nova-compute', lines));
  const built = nova(13, 'Took 7.75 seconds to build instance.');

  const destined = (s: number): Member[] =>
    membersAbout(
      eventsOf('nova-conductor', [oslo('nova-conductor', s, 'Took 0.50 seconds to select destinations for 1 instance(s).')], {
        host: 'ctl1',
      }),
    );

  it('reaches from the choice of the host to the first line of that host', () => {
    const lines = [nova(5, lock.awaited(build), { instance: null }), nova(5.1, lock.acquired(build), { instance: null }), built];
    const members = [...destined(4.25), ...selected(4.5), ...allocated(4), ...compute(...lines)];
    expect(named(create.phases, 'dispatch', members)).toEqual([['nova-compute', 4.25, 5, 'observed', 'observed']]);
    // When the order went out is one of its lines.
    expect(
      found(create.phases, members)
        .phases.find(({ name }) => name === 'dispatch')
        ?.lines.map(({ kind }) => kind),
    ).toEqual(['destinations.selected', 'host.selected', 'instance.lock.awaited']);
  });

  it('begins about with the allocation where the conductor is not read, or logs at INFO', () => {
    const started = compute(nova(5, 'Starting instance...'));
    expect(named(create.phases, 'dispatch', [...allocated(4), ...started])).toEqual([['nova-compute', 4, 5, 'derived', 'observed']]);
  });

  it('is one span with the build queue at INFO: no line parts them', () => {
    const info = compute(nova(6, 'Claim successful on node cmp1'), built);
    expect(named(create.phases, 'dispatch + build queue', [...allocated(4), ...info])).toEqual([
      ['nova-compute', 4, 5.25, 'derived', 'derived'],
    ]);
    expect(named(create.phases, 'dispatch', [...allocated(4), ...info])).toEqual([]);
  });

  it('is known only to a process that reads both sides', () => {
    expect(named(create.phases, 'dispatch', compute(nova(5, 'Starting instance...'), built))).toEqual([]);
    expect(named(create.phases, 'dispatch', destined(4.5))).toEqual([]);
  });
});

describe('the shutdown of a guest that is deleted', () => {
  const lines = [nova(1, 'Terminating instance'), nova(3, 'Instance destroyed successfully.', { request: null })];
  const of = (name: string, ...more: string[]): unknown[] =>
    named(remove.phases, name, membersAbout(eventsOf('nova-compute', [...lines, ...more])));

  it('begins with the destruction that it is a part of', () => {
    const timed = nova(4, 'Took 2.50 seconds to destroy the instance on the hypervisor.');
    expect(of('guest shutdown', timed)).toEqual([['nova-compute', 1.5, 3, 'derived', 'observed']]);
    expect(of('guest destroy', timed)).toEqual([['nova-compute', 1.5, 4, 'derived', 'observed']]);
  });

  it('begins no more than about "Terminating instance" where nothing else is printed', () => {
    expect(of('guest shutdown')).toEqual([['nova-compute', 1, 3, 'derived', 'observed']]);
  });
});
