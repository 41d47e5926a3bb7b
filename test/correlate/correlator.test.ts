import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import type { ClosedUnit } from '../../src/lifecycle/closed.js';
import type { Event } from '../../src/lifecycle/event.js';
import { A, at, B, E, eventsOf, nova, oslo, P, Q, U, V, vif, vlog } from '../support/lines.js';
import { counting } from '../support/scenario.js';

function correlated() {
  const { count, counted } = counting();
  const correlator = new Correlator(count);
  const accept = (...events: readonly Event[]): void => {
    for (const event of events) correlator.accept(event);
  };
  const told = (closed: readonly ClosedUnit[]): unknown[] =>
    closed.map((thing) => [
      thing.form,
      thing.request,
      'spec' in thing ? thing.spec.name : undefined,
      'outcome' in thing ? thing.outcome : undefined,
    ]);
  return { correlator, counted, accept, told };
}

const CLAIM = 'Claim successful on node cmp1';
const BUILT = 'Took 7.75 seconds to build instance.';
const boot = (from: number, request = A, instance = U): Event[] =>
  eventsOf('nova-compute', [nova(from, CLAIM, { request, instance }), nova(from + 8, BUILT, { request, instance })]);

describe('the correlator', () => {
  it('gives an action back when the watermark has passed its end and the grace, not before', () => {
    const { correlator, accept, told } = correlated();
    accept(...boot(2));
    expect([correlator.open, told(correlator.advance(at(14.9)))]).toEqual([0, []]);
    expect(correlator.open).toBe(1);
    expect(told(correlator.advance(at(15)))).toEqual([['action', A, 'create', 'succeeded']]);
    expect([correlator.open, correlator.advance(at(99))]).toEqual([0, []]);
  });

  it('does not see a line before its time', () => {
    const { correlator, accept, told } = correlated();
    accept(...eventsOf('nova-compute', [nova(2, CLAIM), nova(10, BUILT), nova(12, 'Terminating instance', { request: B })]));
    expect(told(correlator.advance(at(11)))).toEqual([]);
    expect(correlator.open).toBe(1);
    expect(told(correlator.advance(at(15)))).toEqual([['action', A, 'create', 'succeeded']]);
    expect(correlator.open).toBe(1);
  });

  it("keeps a host's first count of its resources after other lines, and no more", () => {
    const { correlator, accept } = correlated();
    const audits = (from: number) =>
      [from, from + 60, from + 120].map((s) => oslo('nova-compute', s, 'Auditing locally available compute resources for vm (node: vm)'));
    accept(...eventsOf('nova-compute', audits(1)), ...boot(130), ...eventsOf('nova-compute', audits(140)));
    expect(correlator.save(at(0), at(1000)).audits.map(([, times]) => times)).toEqual([[at(1), at(140)]]);
  });

  it('ends where damaged lines give two requests each as what the client of the other sent', () => {
    const { correlator, accept } = correlated();
    const failed = (seconds: number, request: string, global: string) =>
      oslo('nova-conductor', seconds, 'Setting instance to ERROR state.: nova.exception.NoValidHost: none', {
        request,
        global,
        instance: U,
      });
    accept(...eventsOf('nova-conductor', [failed(1, A, B), failed(2, B, A)]));
    expect(correlator.advance(at(10_000)).length).toBeLessThan(3);
  });

  it('takes no step back', () => {
    const { correlator, accept } = correlated();
    correlator.advance(at(50));
    accept(...boot(2));
    expect(correlator.advance(at(40))).toEqual([]);
  });

  it('counts lines that come after their action was given back, by kind', () => {
    const { correlator, accept, counted } = correlated();
    accept(...boot(2));
    correlator.advance(at(20));
    accept(...eventsOf('nova-compute', [nova(10.1, BUILT), nova(9, 'Terminating instance')]));
    expect(counted).toMatchObject({ 'late instance.built': 1, 'late instance.terminating': 1 });
    expect(correlator.advance(at(99))).toEqual([]);
  });

  it('counts bags that turn out to be no action', () => {
    const { correlator, accept, counted } = correlated();
    accept(...eventsOf('nova-compute', [nova(1, 'VM Resumed (Lifecycle Event)')]));
    expect(correlator.advance(at(200))).toEqual([]);
    expect(counted['unnamed']).toBe(1);
  });

  it('counts lines of ports that led to no action as orphans, and only once they are too old to', () => {
    const { correlator, accept, counted } = correlated();
    accept(...eventsOf('ovn-controller', [vlog(1, 'binding', `Claiming lport ${P} for this chassis.`)]));
    correlator.advance(at(340));
    expect([correlator.storedLines, counted]).toEqual([1, {}]);
    correlator.advance(at(400));
    expect([correlator.storedLines, counted]).toEqual([0, { 'orphans lport.claimed': 1 }]);
  });

  it('counts no orphan that is part of a trace', () => {
    const { correlator, accept, counted } = correlated();
    accept(
      ...eventsOf('nova-compute', [nova(2, CLAIM), nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }), nova(10, BUILT)]),
      ...eventsOf('ovn-controller', [vlog(4, 'binding', `Claiming lport ${P} for this chassis.`)]),
    );
    expect(correlator.advance(at(20))).toHaveLength(1);
    correlator.advance(at(500));
    expect([correlator.storedLines, counted]).toEqual([0, {}]);
  });

  it('keeps the lines of an action under way, however long it takes', () => {
    const { correlator, accept } = correlated();
    accept(
      ...eventsOf('nova-compute', [nova(2, CLAIM), nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null })]),
      ...eventsOf('ovn-controller', [
        vlog(4, 'binding', `Claiming lport ${P} for this chassis.`),
        vlog(4, 'binding', `Claiming lport ${Q} for this chassis.`),
      ]),
    );
    correlator.advance(at(1000));
    expect(correlator.storedLines).toBe(3);
    accept(...eventsOf('nova-compute', [nova(1001, 'Took 1000.00 seconds to build instance.')]));
    const [closed] = correlator.advance(at(1100));
    expect(closed!.members.map(({ event }) => event.kind)).toEqual(['instance.claimed', 'vif.plugged', 'lport.claimed', 'instance.built']);
  });

  it('gives up lines that name a request when the room is full, and reports none lost', () => {
    const { correlator, accept, counted } = correlated();
    const [one] = eventsOf('nova-compute', [nova(1, 'VM Started (Lifecycle Event)', { request: B })]);
    for (let i = 0; i < 50_001; i++) accept({ ...one!, at: at(1 + i / 1000) });
    correlator.advance(at(120));
    expect(correlator.storedLines).toBeLessThanOrEqual(50_000);
    expect(counted['pending_events_evicted']).toBeUndefined();
  });

  it('gives up the oldest lines when the room is full, and says how many', () => {
    const { correlator, accept, counted } = correlated();
    const [one] = eventsOf('ovn-controller', [vlog(1, 'binding', `Claiming lport ${P} for this chassis.`)]);
    for (let i = 0; i < 50_001; i++) accept({ ...one!, at: at(1 + i / 1000) });
    correlator.advance(at(120));
    expect(correlator.storedLines).toBeLessThanOrEqual(50_000);
    expect(counted['pending_events_evicted']).toBe(50_001 - correlator.storedLines);
  });

  it('closes what several instances share after the longer grace, each as its own', () => {
    const { correlator, accept, told } = correlated();
    accept(...boot(2, A, U), ...boot(2, A, V));
    expect(correlator.advance(at(16))).toEqual([]);
    const closed = correlator.advance(at(25));
    expect(told(closed)).toEqual(Array(2).fill(['action', A, 'create', 'succeeded']));
    expect(closed.map(({ instance }) => instance).sort()).toEqual([U, V].sort());
  });

  it('takes a line that was written twice once', () => {
    const { correlator, accept } = correlated();
    const twice = (line: string): string[] => [line, line];
    accept(
      ...eventsOf('nova-compute', [
        ...twice(nova(2, CLAIM)),
        ...twice(nova(3, `Plugging vif ${vif(P)}`, { instance: null })),
        ...twice(nova(5, `Successfully plugged vif ${vif(P)}`, { instance: null })),
        ...twice(nova(10, BUILT)),
      ]),
    );
    const [closed] = correlator.advance(at(60));
    expect(closed?.members.map(({ event }) => event.kind)).toEqual(['instance.claimed', 'vif.plugging', 'vif.plugged', 'instance.built']);
  });

  it('gives no instance what only names a request that is also of an instance of another host', () => {
    const asked = (seconds: number, what: string): string =>
      oslo('neutron-server', seconds, `127.0.0.1 "GET /v2.0/${what} HTTP/1.1" status: 200  len: 210 time: 0.1`, { request: E, global: A });
    const neutrons = (...lines: readonly string[]): unknown[] => {
      const { correlator, accept } = correlated();
      accept(...eventsOf('neutron-server', lines, { host: 'ctl1' }), ...boot(2));
      const [closed] = correlator.advance(at(30));
      return (closed?.members ?? []).filter(({ event }) => event.service === 'neutron-server').map(({ event }) => event.kind);
    };
    const own = [asked(3, 'networks'), asked(4, `ports?device_id=${U}`)];
    expect(neutrons(...own)).toEqual(['neutron.requested', 'neutron.ports.listed']);
    expect(neutrons(...own, asked(5, `ports?device_id=${V}`))).toEqual(['neutron.ports.listed']);
  });

  it('gives an action no line of its ports from long before a start that a line shows', () => {
    const kinds = (opener: string): unknown[] => {
      const { correlator, accept } = correlated();
      accept(
        ...eventsOf('ovn-controller', [
          vlog(2, 'binding', `Setting lport ${P} up in Southbound`),
          vlog(21, 'binding', `Releasing lport ${P}`),
        ]),
        ...eventsOf('nova-compute', [
          nova(20, opener),
          nova(21, `Successfully unplugged vif ${vif(P)}`, { instance: null }),
          nova(29, `Deleted allocations for instance ${U}`, { instance: null }),
        ]),
      );
      return correlator
        .advance(at(60))
        .flatMap(({ members }) => members.filter(({ event }) => event.service === 'ovn-controller').map(({ event }) => event.kind));
    };
    expect(kinds('Terminating instance')).toEqual(['lport.released']);
    // Without it, the action may have begun any time before.
    expect(kinds('Took 1.79 seconds to destroy the instance on the hypervisor.')).toEqual(['lport.up', 'lport.released']);
  });

  it('interrupts what a restart of its host cut off, and nothing on another host', () => {
    const { correlator, accept, told } = correlated();
    const start = oslo('nova-compute', 20, 'Starting compute node (version 26.2.2)', { user: null });
    accept(
      ...eventsOf('nova-compute', [nova(2, CLAIM)]),
      ...eventsOf('nova-compute', [nova(2, CLAIM, { instance: V, request: B })], { host: 'cmp2' }),
    );
    accept(...eventsOf('nova-compute', [start]));
    expect(told(correlator.advance(at(30)))).toEqual([['action', A, 'create', 'interrupted']]);
    expect(correlator.open).toBe(1);
  });

  it('tells of a boot that found no host by its conductor', () => {
    const { correlator, accept, told } = correlated();
    accept(
      ...eventsOf('nova-scheduler', [oslo('nova-scheduler', 1, `Starting to schedule for instances: ['${U}']`)]),
      ...eventsOf('nova-conductor', [
        oslo('nova-conductor', 2, 'Failed to schedule instances: nova.exception_Remote.NoValidHost_Remote: No valid host was found. '),
        oslo('nova-conductor', 2.1, 'Setting instance to ERROR state.: nova.exception.NoValidHost: none', { instance: U }),
      ]),
    );
    const closed = correlator.advance(at(200));
    expect(told(closed)).toEqual([['action', A, 'create', 'failed']]);
    expect(closed[0]).toMatchObject({ service: 'nova-conductor' });
  });

  it("tells a controller's part of an action as a fragment, when nothing has come for a minute", () => {
    const { correlator, accept, told } = correlated();
    accept(...eventsOf('nova-scheduler', [oslo('nova-scheduler', 1, `Starting to schedule for instances: ['${U}']`)]));
    expect(correlator.advance(at(65))).toEqual([]);
    expect(told(correlator.advance(at(66)))).toEqual([['fragment', A, undefined, undefined]]);
  });

  it('gives a fragment the stalls of the daemons that its time covers', () => {
    const { correlator, accept } = correlated();
    accept(
      ...eventsOf('nova-scheduler', [oslo('nova-scheduler', 1, `Starting to schedule for instances: ['${U}']`)]),
      ...eventsOf('ovn-northd', [vlog(3, 'timeval', 'Unreasonably long 2500ms poll interval').replace('INFO', 'WARN')]),
    );
    expect(correlator.advance(at(70))).toMatchObject([{ form: 'fragment', hostEvents: [{ kind: 'poll.stalled' }] }]);
  });

  it('opens a sequel at "VM Resumed", which ends when every port has its address', () => {
    const mac = 'fa:16:3e:00:00:df';
    const { correlator, accept, told } = correlated();
    accept(
      ...eventsOf('nova-compute', [
        nova(2, CLAIM),
        nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
        nova(9, 'VM Resumed (Lifecycle Event)', { request: null }),
        nova(10, BUILT),
      ]),
      ...eventsOf('ovn-controller', [vlog(14, 'pinctrl(ovn_pinctrl0)', `DHCPACK ${mac} 198.51.100.10`)]),
    );
    expect(told(correlator.advance(at(16)))).toEqual([['action', A, 'create', 'succeeded']]);
    const [sequel] = correlator.advance(at(20));
    expect(sequel).toMatchObject({ form: 'network-ready', request: A, start: at(9), end: at(14), endedBy: 'ready' });
  });

  it('opens a sequel when the guest was resumed, if a line states it or proves that it was before', () => {
    const opened = (...lines: string[]): unknown => {
      const { correlator, accept } = correlated();
      accept(
        ...eventsOf('nova-compute', [
          nova(2, CLAIM),
          nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
          ...lines,
          nova(9.5, 'VM Resumed (Lifecycle Event)', { request: null }),
          nova(10, BUILT),
        ]),
        ...eventsOf('ovn-controller', [vlog(14, 'pinctrl(ovn_pinctrl0)', 'DHCPACK fa:16:3e:00:00:df 198.51.100.10')]),
      );
      correlator.advance(at(16));
      return correlator.advance(at(20))[0];
    };
    const bare = { request: null, instance: null };
    const stated = nova(9, `Emitting event <LifecycleEvent: ${at(8.25) / 1000}, ${U} => Resumed>`, bare);
    expect(opened(stated)).toMatchObject({ start: at(8.25), opening: { kind: 'guest.event.emitted' } });
    expect(opened(nova(9, 'Instance spawned successfully.', { request: null }))).toMatchObject({
      start: at(9),
      opening: { kind: 'instance.spawned' },
    });
  });

  it('says why a sequel ended that has no end of its own', () => {
    const { correlator, accept } = correlated();
    accept(
      ...eventsOf('nova-compute', [
        nova(2, CLAIM),
        nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
        nova(3.5, `Successfully plugged vif ${vif(Q)}`, { instance: null }),
        nova(9, 'VM Resumed (Lifecycle Event)', { request: null }),
        nova(10, BUILT),
      ]),
      ...eventsOf('ovn-controller', [vlog(14, 'pinctrl(ovn_pinctrl0)', 'DHCPACK fa:16:3e:00:00:df 198.51.100.10')]),
    );
    correlator.advance(at(16));
    expect(correlator.advance(at(80))[0]).toMatchObject({ start: at(9), end: at(69), endedBy: 'patience' });
  });

  it('ends a sequel when the next action on the instance begins', () => {
    const { correlator, accept } = correlated();
    accept(
      ...eventsOf('nova-compute', [
        nova(2, CLAIM),
        nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
        nova(9, 'VM Resumed (Lifecycle Event)', { request: null }),
        nova(10, BUILT),
        nova(30, 'Terminating instance', { request: B }),
      ]),
      ...eventsOf('ovn-controller', [vlog(40, 'pinctrl(ovn_pinctrl0)', 'DHCPACK fa:16:3e:00:00:df 198.51.100.10')]),
    );
    const closed = correlator.advance(at(60));
    expect(closed.map(({ form }) => form)).toEqual(['action']);
  });

  describe('a sequel whose address came after the next action had begun', () => {
    const MAC = 'fa:16:3e:00:00:df';
    const acknowledged = (s: number): Event[] =>
      eventsOf('ovn-controller', [vlog(s, 'pinctrl(ovn_pinctrl0)', `DHCPACK ${MAC} 198.51.100.10`)]);
    const destroying = nova(36, 'Start destroying the instance on the hypervisor.', { request: B });
    const waiting = () => {
      const all = correlated();
      all.accept(
        ...eventsOf('nova-compute', [
          nova(2, CLAIM),
          nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
          nova(9, 'VM Resumed (Lifecycle Event)', { request: null }),
          nova(10, BUILT),
        ]),
      );
      expect(all.told(all.correlator.advance(at(16)))).toEqual([['action', A, 'create', 'succeeded']]);
      return all;
    };

    it('is ready where no line shows the action', () => {
      const { correlator, accept } = waiting();
      accept(...acknowledged(38));
      expect(correlator.advance(at(42))).toEqual([]);
      expect(correlator.advance(at(43))).toMatchObject([{ form: 'network-ready', end: at(38), endedBy: 'ready' }]);
    });

    it('is ready when the line of its address is read before its time', () => {
      const { correlator, accept } = correlated();
      accept(...acknowledged(38));
      accept(...eventsOf('nova-compute', [nova(2, CLAIM), nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null })]));
      accept(...eventsOf('nova-compute', [nova(9, 'VM Resumed (Lifecycle Event)', { request: null }), nova(10, BUILT)]));
      for (const s of [16, 20, 42]) correlator.advance(at(s));
      expect(correlator.advance(at(43))).toMatchObject([{ form: 'network-ready', end: at(38), endedBy: 'ready' }]);
    });

    it('is none where lines of the action come late', () => {
      const { correlator, accept } = waiting();
      expect(correlator.advance(at(40))).toEqual([]);
      accept(...eventsOf('nova-compute', [destroying, nova(41, 'Terminating instance', { request: B })]), ...acknowledged(38));
      expect(correlator.advance(at(43))).toEqual([]);
      expect(correlator.advance(at(120)).map(({ form }) => form)).not.toContain('network-ready');
    });

    it('is none where the line that names the action names no instance', () => {
      const { correlator, accept } = waiting();
      accept(...eventsOf('nova-compute', [destroying]));
      expect(correlator.advance(at(40))).toEqual([]);
      accept(...eventsOf('nova-compute', [nova(41, 'Terminating instance', { request: B, instance: null })]), ...acknowledged(38));
      expect(correlator.advance(at(43))).toEqual([]);
      expect(correlator.advance(at(120)).map(({ form }) => form)).not.toContain('network-ready');
    });
  });
});
