import { describe, expect, it } from 'vitest';
import { portsOf } from '../../src/correlate/store.js';
import { actions } from '../../src/lifecycle/name.js';
import type { Phase } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { notAfter } from '../../src/lifecycle/rounding.js';
import { A, at, eventsOf, nova, P, vif } from '../support/lines.js';

/** A boot at INFO, of which "Took 10.00 seconds to spawn" is printed when it began so many ms after its first part. */
function booted(late: number): Phase[] {
  const lines = [
    nova(0.5, 'Claim successful on node cmp1'),
    nova(1, 'Creating image(s)'),
    nova(7, `Successfully plugged vif ${vif(P)}`, { instance: null }),
    nova(11 + late / 1000, 'Took 10.00 seconds to spawn the instance on the hypervisor.'),
    nova(12, 'Took 12.00 seconds to build instance.'),
  ];
  const members = eventsOf('nova-compute', lines).map((event) => ({ event, ports: portsOf(event).map(({ port }) => port) }));
  const { phases } = actions.find(({ name }) => name === 'create')!;
  return phasesOf(phases, { request: A, start: at(0), end: at(12), members, ports: [P], host: 'cmp1', reads: () => true }).phases;
}

const named = (name: string, phases: readonly Phase[]): Phase => phases.find((phase) => phase.name === name)!;

describe('a start that follows from a rounded length', () => {
  it('is that of the first part where it lies after that by less than it is rounded', () => {
    const phases = booted(9);
    expect(named('spawn', phases)).toMatchObject({ start: at(1), end: at(11.009), startIs: 'derived', endIs: 'observed' });
    expect(named('image create + network wait + guest xml + vif plug', phases).start).toBe(at(1));
    // What the thread did before ends there.
    expect(named('claim save + build prepare + block device mapping', phases)).toMatchObject({ start: at(0.5), end: at(1) });
  });

  it('stays where it is before its first part, or after it by more than can be rounded', () => {
    expect(named('spawn', booted(-200)).start).toBe(at(0.8));
    expect(named('spawn', booted(400)).start).toBe(at(1.4));
  });

  it('of an action is that of its first line by the same rule', () => {
    expect(notAfter(1000, 991)).toBe(991);
    expect(notAfter(1000, 1200)).toBe(1000);
    expect(notAfter(1000, 700)).toBe(1000);
  });
});
