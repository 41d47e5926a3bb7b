import { describe, expect, it } from 'vitest';
import { Compactor } from '../../src/correlate/compact.js';
import { between, EventStore, type NameType, portPrefix } from '../../src/correlate/store.js';
import type { Event } from '../../src/lifecycle/event.js';
import { A, at, eventsOf, nova, oslo, P, U, V, vif, vlog } from '../support/lines.js';

const claimed = (s: number): Event[] => eventsOf('nova-compute', [nova(s, 'Claim successful on node cmp1')]);
const filled = (...events: readonly Event[]): EventStore => {
  const store = new EventStore();
  for (const event of events) store.add(event);
  return store;
};

const found = (store: EventStore, sort: NameType, name: string): Event[] => store.find(sort, name).map(({ event }) => event);

describe('the event store', () => {
  it('finds a line by the instance, the request and the port that it names', () => {
    const [event] = eventsOf('nova-compute', [nova(1, `Successfully plugged vif ${vif(P)}`)]);
    const store = filled(event!);
    const names: readonly [NameType, string][] = [
      ['instance', U],
      ['request', A],
      ['port', P],
    ];
    for (const [sort, name] of names) expect(found(store, sort, name), sort).toEqual([event]);
    expect(found(store, 'instance', V)).toEqual([]);
  });

  it('shares what lines name in common, and keeps a compact line without an object beside it', () => {
    const { of } = new Compactor();
    const events = [...claimed(1), ...claimed(2), ...claimed(3)].map(of);
    const kept = filled(...events).find('instance', U);
    expect(new Set(kept.map(({ links }) => links)).size).toBe(1);
    for (const [i, each] of kept.entries()) expect(each).toBe(events[i]);
  });

  it("finds a caller's lines by its id as well, and the scheduler's by each of the instances that it lists", () => {
    const global = 'req-c3be6242-d758-4cca-b0c5-fefb717ef53f';
    const [api] = eventsOf('nova-api', [
      oslo('nova-api', 1, '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 860 time: 2.2', { global }),
    ]);
    const [scheduler] = eventsOf('nova-scheduler', [oslo('nova-scheduler', 1, `Starting to schedule for instances: ['${U}', '${V}']`)]);
    const store = filled(api!, scheduler!);
    expect(found(store, 'request', global)).toEqual([api]);
    expect([U, V].map((each) => found(store, 'instance', each))).toEqual([[scheduler], [scheduler]]);
  });

  it('finds by its tap a line that does not name the port itself, and by address and network those that are waited for', () => {
    const [added] = eventsOf('ovs-vswitchd', [vlog(1, 'bridge', `bridge br-int: added interface tap${P.slice(0, 11)} on port 4`)]);
    const [acknowledged] = eventsOf('ovn-controller', [vlog(2, 'pinctrl(ovn_pinctrl0)', 'DHCPACK fa:16:3e:00:00:df 198.51.100.10')]);
    const store = filled(added!, acknowledged!);
    expect(found(store, 'tap', P.slice(0, 11))).toEqual([added]);
    expect(found(store, 'mac', 'fa:16:3e:00:00:df')).toEqual([acknowledged]);
  });

  it('knows the taps of ports, whoever made them, and those of metadata proxies', () => {
    expect(['tap', 'qvo', 'qvb', 'vhu'].map((made) => portPrefix(`${made}df247bb8-47`))).toEqual(Array(4).fill('df247bb8-47'));
    expect(['br-int', 'tapdf247bb8', 'eth0', 'patch-br-int-to-x'].map(portPrefix)).toEqual(Array(4).fill(undefined));
    const [event] = eventsOf('ovs-vswitchd', [vlog(1, 'bridge', 'bridge br-int: added interface tapee51a674-50 on port 4')]);
    expect(found(filled(event!), 'network', 'ee51a674-5')).toEqual([event]);
  });

  it('forgets what is before the horizon and is not kept, and says of each that it did', () => {
    const old = claimed(1)[0]!;
    const kept = claimed(2)[0]!;
    const young = claimed(100)[0]!;
    const store = filled(old, kept, young);
    const forgotten: Event[] = [];
    store.forget(
      at(50),
      (event) => event === kept,
      (event) => forgotten.push(event),
    );
    expect(forgotten).toEqual([old]);
    expect([store.size, found(store, 'instance', U)]).toEqual([2, [kept, young]]);
    store.forget(
      at(200),
      () => false,
      () => undefined,
    );
    expect([store.size, found(store, 'instance', U)]).toEqual([0, []]);
  });

  it('gives lines in the order of their time, whichever was read first, and only those that are not forgotten', () => {
    const [late, early, middle] = [...claimed(90), ...claimed(2), ...claimed(40)];
    const store = filled(late!, early!, middle!);
    expect(found(store, 'instance', U)).toEqual([early, middle, late]);
    store.forget(
      at(3),
      () => false,
      () => undefined,
    );
    store.add(early!);
    expect(found(store, 'request', A)).toEqual([early, middle, late]);
    expect(store.size).toBe(3);
  });

  it('gives of lines in order those of a time, both ends included', () => {
    const store = filled(...claimed(1), ...claimed(2), ...claimed(3), ...claimed(4));
    const seconds = (from: number, to: number): number[] =>
      between(store.find('instance', U), at(from), at(to)).map(({ event }) => (event.at - at(0)) / 1000);
    expect([seconds(2, 3), seconds(0, 9), seconds(1.5, 1.6), seconds(5, 9)]).toEqual([[2, 3], [1, 2, 3, 4], [], []]);
  });

  it('forgets nothing at the horizon itself', () => {
    const store = filled(...claimed(50));
    store.forget(
      at(50),
      () => false,
      () => undefined,
    );
    expect(store.size).toBe(1);
  });

  it('remembers which lines are part of a trace', () => {
    const [one] = claimed(1);
    const [other] = claimed(2);
    const store = filled(one!, other!);
    store.noteInTrace(one!);
    expect([store.isInTrace(one!), store.isInTrace(other!)]).toEqual([true, false]);
  });
});
