import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/correlate/claim.js';
import { membersOf, portsOfInstance } from '../../src/correlate/members.js';
import { EventStore } from '../../src/correlate/store.js';
import type { Event } from '../../src/lifecycle/event.js';
import { A, at, B, E, eventsOf, nova, oslo, P, Q, U, V, vif, vlog } from '../support/lines.js';

/** Another port whose tap has the same name as P's. */
const TWIN = P.replace('-4779-', '-47ff-');

interface Owned {
  readonly isShared?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly others?: readonly string[];
  readonly instance?: string;
  readonly request?: string;
  readonly owns?: (at: number) => boolean;
  readonly callsUntil?: number;
}

function membersAre(
  events: readonly Event[],
  { isShared = false, from = 0, to = 100, others = [], instance = U, request = A, owns = () => true, callsUntil = 100 }: Owned = {},
) {
  const store = new EventStore();
  for (const event of events) store.add(event);
  const claim: Claim = {
    instance,
    aliases: new Set([request]),
    from: at(from),
    to: at(to),
    isShared,
    owns,
    callsUntil: at(callsUntil),
    isOtherRequest: (id) => others.includes(id),
  };
  const ports = portsOfInstance(store, claim);
  const members = membersOf(store, claim, ports);
  return {
    ports: [...ports.keys()].sort(),
    vifs: ports,
    kinds: members.map(({ event }) => event.kind),
    told: members.map(({ event, ports: about }) => [event.kind, ...about]),
    events: members.map(({ event }) => event),
  };
}

const created = (s: number, port: string, instance = U, request = A): string =>
  nova(s, `Successfully created port: ${port}`, { instance, request });
const plugged = (s: number, port: string, request = A): string =>
  nova(s, `Successfully plugged vif ${vif(port)}`, { instance: null, request });
const claimed = (s: number, port: string): string => vlog(s, 'binding', `Claiming lport ${port} for this chassis.`);
const added = (s: number, port: string): string => vlog(s, 'bridge', `bridge br-int: added interface tap${port.slice(0, 11)} on port 3`);

describe('the ports of an instance', () => {
  it("are told by lines with the instance, and by os-vif's with the request", () => {
    expect(membersAre(eventsOf('nova-compute', [created(1, P), plugged(2, Q)])).ports).toEqual([Q, P].sort());
  });

  it('are not told by a request that several instances share', () => {
    expect(membersAre(eventsOf('nova-compute', [created(1, P), plugged(2, Q)]), { isShared: true }).ports).toEqual([P]);
  });

  it('are not told by lines outside the window', () => {
    expect(membersAre(eventsOf('nova-compute', [created(1, P), created(20, Q)]), { from: 10, to: 30 }).ports).toEqual([Q]);
  });

  it('are known with all that is said of them', () => {
    const { vifs } = membersAre([
      ...eventsOf('nova-compute', [created(1, P), plugged(2, P)]),
      ...eventsOf('ovn-controller', [vlog(3, 'binding', `${P}: Claiming fa:16:3e:55:e2:72 198.51.100.10`)]),
    ]);
    expect(vifs.get(P)).toMatchObject({ port: P, tap: `tap${P.slice(0, 11)}`, network: 'ee51a674-5f80-4af6-8c91-388eda7f1c84' });
    expect(vifs.get(P)!.mac).toBeDefined();
  });
});

describe('membersOf', () => {
  it('takes the lines of a port wherever they are printed, by its id and by its tap', () => {
    const { told } = membersAre([
      ...eventsOf('nova-compute', [created(1, P)]),
      ...eventsOf('ovn-controller', [claimed(3, P)]),
      ...eventsOf('ovs-vswitchd', [added(2, P)]),
    ]);
    expect(told).toEqual([
      ['port.created', P],
      ['interface.added', P],
      ['lport.claimed', P],
    ]);
  });

  it('of two instances that share a request each takes the lines of its own port', () => {
    const events = [
      ...eventsOf('nova-compute', [created(1, P, U), created(1.1, Q, V), plugged(2, P), plugged(2.1, Q)]),
      ...eventsOf('ovn-controller', [claimed(3, P), claimed(3.1, Q)]),
    ];
    expect(membersAre(events, { isShared: true }).told).toEqual([
      ['port.created', P],
      ['vif.plugged', P],
      ['lport.claimed', P],
    ]);
    expect(membersAre(events, { isShared: true, instance: V }).told).toEqual([
      ['port.created', Q],
      ['vif.plugged', Q],
      ['lport.claimed', Q],
    ]);
  });

  it('of a shared request takes what concerns all of it, and nothing that names only the request', () => {
    const post = oslo('nova-api', 1, '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 860 time: 2.2287722');
    const image = oslo(
      'glance-api',
      1.5,
      '127.0.0.1 - - [21/Nov/2026 03:00:01] "GET /v2/images/e5197ceb-755d-49ea-b79b-74cdd931ef9b HTTP/1.1" 200 1110 0.258771',
    );
    const events = [...eventsOf('nova-api', [post]), ...eventsOf('glance-api', [image]), ...eventsOf('nova-compute', [plugged(2, Q)])];
    expect(membersAre(events, { isShared: true }).kinds).toEqual(['server.create.requested']);
    expect(membersAre(events).kinds).toEqual(['server.create.requested', 'image.requested', 'vif.plugged']);
  });

  it('refuses a tap that two of the ports could have', () => {
    const nic = eventsOf('nova-compute', [created(1, P), created(1.1, TWIN)]);
    const tap = eventsOf('ovs-vswitchd', [added(2, P)]);
    expect(membersAre([...nic, ...tap]).kinds).toEqual(['port.created', 'port.created']);
    expect(membersAre([...nic.slice(0, 1), ...tap]).kinds).toEqual(['port.created', 'interface.added']);
  });

  it("never takes another instance's line, though the request is its own", () => {
    expect(membersAre(eventsOf('nova-compute', [nova(1, 'Claim successful on node cmp1', { instance: V })])).kinds).toEqual([]);
  });

  it("never takes another action's request, though the instance is its own", () => {
    const lines = eventsOf('nova-compute', [nova(1, 'Claim successful on node cmp1'), nova(2, 'Terminating instance', { request: B })]);
    expect(membersAre(lines, { others: [B] }).kinds).toEqual(['instance.claimed']);
  });

  it('takes what has no request only while it owns the moment', () => {
    const lines = eventsOf('nova-compute', [
      nova(1, 'VM Resumed (Lifecycle Event)', { request: null }),
      nova(5, 'VM Paused (Lifecycle Event)', { request: null }),
    ]);
    expect(membersAre(lines, { owns: (moment) => moment < at(3) }).kinds).toEqual(['guest.lifecycle.resumed']);
  });

  it('of nova-api, conductor, scheduler, placement and glance takes only what says the request, but for announced events', () => {
    const other = '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 860 time: 2.2287722';
    const announced = `Creating event network-vif-plugged:${P} for instance ${U} on cmp1`;
    const events = eventsOf('nova-api', [oslo('nova-api', 1, other, { request: B }), oslo('nova-api', 2, announced, { request: E })]);
    expect(membersAre(events).kinds).toEqual(['vif.plug.announced']);
  });

  it("takes neutron's call of a caller that it does not name only through the port", () => {
    const put = (port: string, request: string): string =>
      oslo('neutron-server', 2, `127.0.0.1 "PUT /v2.0/ports/${port} HTTP/1.1" status: 200  len: 1177 time: 1.0213866`, { request });
    const bump = (port: string, request: string): string =>
      oslo('neutron-server', 1.9, `Successfully bumped revision number for resource ${port} (type: ports) to 2`, { request });
    const N = 'req-68a66cea-61af-4489-a39a-71c24e1e5609';
    const nic = eventsOf('nova-compute', [created(1, P)]);
    const ours = membersAre([...nic, ...eventsOf('neutron-server', [bump(P, N), put(P, N)])]);
    expect(ours.told).toEqual([
      ['port.created', P],
      ['ovn.revision.bumped', P],
      ['neutron.port.update.requested', P],
    ]);
    expect(membersAre([...nic, ...eventsOf('neutron-server', [bump(Q, N), put(Q, N)])]).kinds).toEqual(['port.created']);
  });

  it("never takes neutron's call of another caller", () => {
    const put = oslo('neutron-server', 2, `127.0.0.1 "PUT /v2.0/ports/${P} HTTP/1.1" status: 200  len: 1177 time: 1.0213866`, {
      request: E,
      global: B,
    });
    const events = [...eventsOf('nova-compute', [created(1, P)]), ...eventsOf('neutron-server', [put])];
    expect(membersAre(events).kinds).toEqual(['port.created']);
    expect(
      membersAre([...eventsOf('nova-compute', [created(1, P, U, B)]), ...eventsOf('neutron-server', [put])], { request: B }).kinds,
    ).toEqual(['port.created', 'neutron.port.update.requested']);
  });

  describe('of a call to neutron that names no caller', () => {
    const N = 'req-68a66cea-61af-4489-a39a-71c24e1e5609';
    const nic = eventsOf('nova-compute', [created(1, P)]);
    const get = `127.0.0.1 "GET /v2.0/ports/${P} HTTP/1.1" status: 200  len: 978 time: 0.028945`;
    const put = `127.0.0.1 "PUT /v2.0/ports/${P} HTTP/1.1" status: 200  len: 1182 time: 4.0000000`;
    const bump = `Successfully bumped revision number for resource ${P} (type: ports) to 2`;
    const calls = (...lines: string[]): Event[] => [...nic, ...eventsOf('neutron-server', lines)];

    it('takes no read, whatever it names', () => {
      expect(membersAre(calls(oslo('neutron-server', 2, get, { request: N }))).kinds).toEqual(['port.created']);
      const poll = `127.0.0.1 "GET /v2.0/ports?device_id=${U} HTTP/1.1" status: 200  len: 210 time: 0.0455313`;
      expect(membersAre(calls(oslo('neutron-server', 2, poll, { request: N }))).kinds).toEqual(['port.created']);
      expect(membersAre(calls(oslo('neutron-server', 2, poll, { request: N, global: A }))).kinds).toEqual([
        'port.created',
        'neutron.ports.listed',
      ]);
    });

    it('takes a write, with its other lines, by the moment at which it began', () => {
      const lines = calls(oslo('neutron-server', 7, bump, { request: N }), oslo('neutron-server', 8, put, { request: N }));
      const all = ['port.created', 'ovn.revision.bumped', 'neutron.port.update.requested'];
      expect(membersAre(lines, { owns: (moment) => moment < at(5) }).kinds).toEqual(all);
      expect(membersAre(lines, { owns: (moment) => moment >= at(5) }).kinds).toEqual(['port.created']);
    });

    it('takes none that began when the action could call no more', () => {
      const lines = calls(oslo('neutron-server', 8, put, { request: N }));
      expect(membersAre(lines, { callsUntil: 5 }).kinds).toEqual(['port.created', 'neutron.port.update.requested']);
      expect(membersAre(lines, { callsUntil: 3 }).kinds).toEqual(['port.created']);
    });

    it("takes uWSGI's line of a process that printed nothing else only if it changes the port", () => {
      const uwsgi = (call: string): string =>
        `[pid: 850|app: 0|req: 9/19] 127.0.0.1 () {38 vars in 892 bytes} [Sat Nov 21 03:00:03 2026] ${call} => generated 0 bytes in 682 msecs (HTTP/1.1 204) 3 headers in 141 bytes (1 switches on core 0)`;
      expect(membersAre(calls(uwsgi(`GET /v2.0/ports?device_id=${U}`), uwsgi(`DELETE /v2.0/ports/${Q}`))).kinds).toEqual(['port.created']);
      expect(membersAre(calls(uwsgi(`DELETE /v2.0/ports/${P}`))).kinds).toEqual(['port.created', 'neutron.port.delete.requested']);
    });
  });

  it('takes nothing outside its window', () => {
    expect(
      membersAre(eventsOf('nova-compute', [nova(1, 'Terminating instance'), nova(50, 'Terminating instance')]), {
        from: 10,
        to: 60,
      }).events.map((event) => event.at),
    ).toEqual([at(50)]);
  });

  it('gives the same in whatever order the lines were read', () => {
    const events = [
      ...eventsOf('nova-compute', [created(1, P), plugged(2, P)]),
      ...eventsOf('ovn-controller', [claimed(3, P)]),
      ...eventsOf('ovs-vswitchd', [added(2, P)]),
    ];
    expect(membersAre([...events].reverse()).told).toEqual(membersAre(events).told);
  });
});

describe("an agent's device", () => {
  const up = (device: string): string => oslo('neutron-server', 5, `Device ${device} up at agent somebody`, { user: null });
  // The address of vif(P).
  const MAC = 'fa:16:3e:00:00:df';

  it.each([
    ['its id', P],
    ['its tap', `tap${P.slice(0, 11)}`],
    ['its address', MAC],
  ])('is a port by %s', (_by, device) => {
    const { told } = membersAre([...eventsOf('nova-compute', [plugged(2, P), created(1, P)]), ...eventsOf('neutron-server', [up(device)])]);
    expect(told).toContainEqual(['agent.device.up', P]);
  });

  it('by its address leads to no other line of that address', () => {
    const dhcp = eventsOf('ovn-controller', [vlog(6, 'pinctrl(ovn_pinctrl0)', `DHCPACK ${MAC} 198.51.100.8`)]);
    expect(membersAre([...eventsOf('nova-compute', [plugged(2, P), created(1, P)]), ...dhcp]).kinds).not.toContain('dhcp.acknowledged');
  });
});

describe('the lines of an agent', () => {
  it.each([
    `Preparing filters for devices {'${P}', '${V}'}`,
    `Preparing filters for devices set([u'${P}', u'${V}'])`,
    `Ports {'${P}'} removed`,
    `Configuration for devices up ['${V}', '${P}'] and devices down [] completed.`,
  ])('name their ports in lists and sets: %s', (said) => {
    const agent = eventsOf('neutron-openvswitch-agent', [oslo('neutron-openvswitch-agent', 5, said, { user: null })]);
    const { told } = membersAre([...eventsOf('nova-compute', [created(1, P)]), ...agent]);
    expect(told.at(-1)!.slice(1)).toEqual([P]);
  });
});

it("a network that the DHCP agent could not serve concerns the ports on it, and no others'", () => {
  const failed = (s: number, network: string): string =>
    oslo('neutron-dhcp-agent', s, `Unable to enable dhcp for ${network}.: multiprocessing.managers.RemoteError: `, {
      level: 'ERROR',
      request: null,
    });
  const network = /network=Network\(([0-9a-f-]{36})\)/.exec(vif(P))![1]!;
  const { told } = membersAre([
    ...eventsOf('nova-compute', [plugged(10, P)]),
    ...eventsOf('neutron-dhcp-agent', [failed(12, network), failed(13, 'eaf52310-3967-485a-9f2f-9e6cde7628ec')]),
  ]);
  expect(told.filter(([kind]) => kind === 'dhcp.failed')).toEqual([['dhcp.failed', P]]);
});
