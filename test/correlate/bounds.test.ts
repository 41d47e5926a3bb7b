import { describe, expect, it, vi } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import { MAX_PORTS } from '../../src/correlate/members.js';
import { MAX_OPEN } from '../../src/correlate/retention.js';
import { EventStore } from '../../src/correlate/store.js';
import { A, at, eventsOf, nova, U, vif } from '../support/lines.js';
import { counting } from '../support/scenario.js';

const CLAIM = 'Claim successful on node cmp1';
const BUILT = 'Took 7.75 seconds to build instance.';
const uuid = (first: string, number: number): string => `${first}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

describe('bounds', () => {
  it('of too many open actions the oldest is told as far as it has come, and counted', () => {
    const { count, counted } = counting();
    const correlator = new Correlator(count);
    const begun = (number: number): string =>
      nova(10 + number / 1000, CLAIM, { request: `req-${uuid('aaaaaaaa', number)}`, instance: uuid('bbbbbbbb', number) });
    const events = eventsOf(
      'nova-compute',
      Array.from({ length: MAX_OPEN + 2 }, (_, number) => begun(number)),
    );
    for (const event of events.slice(0, MAX_OPEN)) correlator.accept(event);
    expect(correlator.advance(at(25))).toEqual([]);
    expect([correlator.open, counted['open_actions_evicted']]).toEqual([MAX_OPEN, undefined]);

    for (const event of events.slice(MAX_OPEN)) correlator.accept(event);
    const closed = correlator.advance(at(26));
    expect(closed.map(({ instance }) => instance)).toEqual([uuid('bbbbbbbb', 0), uuid('bbbbbbbb', 1)]);
    expect(closed[0]).toMatchObject({ form: 'action', outcome: 'evicted' });
    expect([correlator.open, counted['open_actions_evicted']]).toEqual([MAX_OPEN, 2]);
  });

  it('of too many ports the first are told, and the others counted, once each', () => {
    const { count, counted } = counting();
    const correlator = new Correlator(count);
    const ports = Array.from({ length: MAX_PORTS + 3 }, (_, number) => uuid('cccccccc', number));
    const plugged = ports.map((port, number) => nova(3 + number / 1000, `Successfully plugged vif ${vif(port)}`, { instance: U }));
    for (const event of eventsOf('nova-compute', [nova(2, CLAIM), ...plugged, nova(10, BUILT)])) correlator.accept(event);
    const [boot] = correlator.advance(at(30));
    expect(boot).toMatchObject({ form: 'action', request: A });
    expect([...boot!.ports.keys()].sort()).toEqual(ports.slice(0, MAX_PORTS));
    expect(counted['ports_truncated']).toBe(3);
  });

  it('where what is open fills the room by itself, it is not looked through again at every step', () => {
    const { count, counted } = counting();
    const correlator = new Correlator(count);
    const lines = Array.from({ length: 1000 }, (_, boot) => {
      const instance = uuid('bbbbbbbb', boot);
      const request = `req-${uuid('aaaaaaaa', boot)}`;
      const of = (second: number, said: string): string => nova(second, said, { request, instance });
      return [
        of(2, CLAIM),
        ...Array.from({ length: 51 }, (__, more) => of(3 + more / 100, `Successfully plugged vif ${vif(uuid('cccccccc', boot))}`)),
      ];
    }).flat();
    for (const event of eventsOf('nova-compute', lines)) correlator.accept(event);
    const forget = vi.spyOn(EventStore.prototype, 'forget');
    for (let second = 10; second < 20; second++) expect(correlator.advance(at(second))).toEqual([]);
    const sweeps = forget.mock.calls.length;
    forget.mockRestore();

    expect(correlator.storedLines).toBeGreaterThan(50_000);
    expect(counted['pending_events_evicted']).toBeUndefined();
    // Each looks twice: at what is old, then, as the room is full, at what is young.
    expect(sweeps).toBeGreaterThan(0);
    expect(sweeps).toBeLessThanOrEqual(2);
  });
});
