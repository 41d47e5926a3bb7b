import { describe, expect, it } from 'vitest';
import { withAgentLoops } from '../../src/correlate/agent-loops.js';
import { HostLines } from '../../src/correlate/host-lines.js';
import type { Event, Member } from '../../src/lifecycle/event.js';
import { at, eventsOf, oslo, P, Q } from '../support/lines.js';

const agent = (s: number, message: string): string => oslo('neutron-openvswitch-agent', s, message, { user: null });
const retrieved = (s: number, n: number): string => agent(s, `Agent rpc_loop - iteration:${n} - port information retrieved. Elapsed:0.006`);
const updated = (s: number, port: string): string => agent(s, `Port ${port} updated. Details: {}`);
const wired = (s: number, n: number): string =>
  agent(
    s,
    `process_network_ports - iteration:${n} - treat_devices_added_or_updated completed. Skipped 0 and no activated binding devices 0 of 4 devices currently available. Time elapsed: 0.404`,
  );
const filtered = (s: number, n: number): string =>
  agent(s, `process_network_ports - iteration:${n} - agent port security group processed in 0.381`);

const WHOLE = { from: at(0), to: at(60) };
function turnsOf(lines: readonly string[], window = WHOLE, host = 'cmp1'): [string, number, readonly string[]][] {
  const kept = new HostLines();
  const own: Event[] = [];
  for (const event of eventsOf('neutron-openvswitch-agent', lines)) if (!kept.accept(event)) own.push(event);
  for (const event of eventsOf('neutron-openvswitch-agent', [retrieved(4.9, 8)], { host: 'cmp2' })) kept.accept(event);
  const members: Member[] = own.map((event) => ({ event: { ...event, host }, ports: [event.fields['port'] as string] }));
  return withAgentLoops(members, kept, window)
    .filter(({ event }) => event.kind.startsWith('agent.ports.'))
    .map(({ event, ports }) => [event.kind, (event.at - at(0)) / 1000, ports]);
}

describe("a turn of the agent's loop", () => {
  it('is of the ports whose lines lie in it', () => {
    const lines = [retrieved(2, 6), filtered(2.5, 6), retrieved(4, 7), updated(5, P), updated(5.1, Q), wired(5.5, 7), filtered(6, 7)];
    const both = [P, Q].sort();
    expect(turnsOf([...lines, retrieved(8, 8), wired(8.5, 8), filtered(9, 8)])).toEqual([
      ['agent.ports.retrieved', 4, both],
      ['agent.ports.wired', 5.5, both],
      ['agent.ports.filtered', 6, both],
    ]);
  });

  it('ends where the next begins', () => {
    expect(turnsOf([retrieved(4, 7), updated(5, P), retrieved(8, 8), wired(8.5, 8)])).toEqual([['agent.ports.retrieved', 4, [P]]]);
  });

  it('is of its own host only', () => {
    expect(turnsOf([updated(5, P)])).toEqual([]);
  });

  it('has no line outside the window of the action', () => {
    expect(turnsOf([retrieved(4, 7), updated(5, P), wired(5.5, 7), filtered(6, 7)], { from: at(4.5), to: at(5.7) })).toEqual([
      ['agent.ports.wired', 5.5, [P]],
    ]);
  });
});

describe('the lines of a host', () => {
  const kept = new HostLines();
  for (const event of eventsOf('neutron-openvswitch-agent', [retrieved(8, 3), retrieved(2, 1), retrieved(4, 2), updated(5, P)]))
    kept.accept(event);
  const times = (from: number, to: number): number[] => kept.within('cmp1', at(from), at(to)).map((event) => (event.at - at(0)) / 1000);

  it('are found by time, in order, whatever the order of reading', () => {
    expect(times(0, 60)).toEqual([2, 4, 8]);
    expect(times(2, 4)).toEqual([2, 4]);
    expect(kept.within('cmp2', at(0), at(60))).toEqual([]);
  });

  it('are forgotten by time', () => {
    kept.forget(at(4));
    expect(times(0, 60)).toEqual([4, 8]);
    kept.forget(at(9));
    expect(times(0, 60)).toEqual([]);
  });
});
