import { describe, expect, it } from 'vitest';
import { line, type PhaseSpec } from '../../src/lifecycle/define.js';
import type { Event } from '../../src/lifecycle/event.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { scheduling } from '../../src/lifecycle/plug.js';
import { A, at, eventsOf, membersAbout, nova, oslo, U } from '../support/lines.js';

const CANDIDATES =
  '127.0.0.1 "GET /allocation_candidates?limit=1000&resources=DISK_GB%3A1%2CMEMORY_MB%3A64%2CVCPU%3A1" status: 200 len: 2241 microversion: 1.36';
const CLAIM = `127.0.0.1 "PUT /allocations/${U}" status: 204 len: 0 microversion: 1.36`;
const CLEAN_UP = `127.0.0.1 "DELETE /allocations/${U}" status: 204 len: 0 microversion: 1.0`;
const asked = (seconds: number, message: string): string => oslo('placement-api', seconds, message);

const claiming: PhaseSpec = {
  name: 'resource claim',
  service: 'nova-compute',
  from: [line('instance.build.started')],
  to: [line('instance.claimed')],
};
const building: PhaseSpec = { ...claiming, name: 'build', to: [line('instance.built')] };

function phases(events: readonly Event[], specs: readonly PhaseSpec[], host: string | undefined = 'cmp1') {
  const lived = { request: A, start: at(0), end: at(60), members: membersAbout(events), ports: [], host, reads: () => true };
  return phasesOf(specs, lived).phases.map(({ name, service, start, end, lines }) => ({
    name,
    service,
    from: (start - at(0)) / 1000,
    to: (end - at(0)) / 1000,
    kinds: lines.map(({ kind }) => kind),
  }));
}

describe("placement's part of scheduling", () => {
  it('ends with the claim, whatever is cleaned up later', () => {
    const all = eventsOf('placement-api', [asked(1, CANDIDATES), asked(2, CLAIM), asked(40, CLEAN_UP), asked(50, CLAIM)]);
    for (const host of ['cmp1', undefined]) {
      expect(phases(all, scheduling, host)).toEqual([
        { name: 'schedule', service: 'placement', from: 1, to: 2, kinds: ['allocation.candidates.requested', 'allocation.written'] },
      ]);
    }
  });

  it('is no span where one line is all that is seen: it states no duration', () => {
    expect(phases(eventsOf('placement-api', [asked(1, CANDIDATES)]), scheduling)).toEqual([]);
    expect(phases(eventsOf('placement-api', [asked(1, CLEAN_UP)]), scheduling)).toEqual([]);
  });
});

describe('a request that does not say how long it took', () => {
  const compute = eventsOf('nova-compute', [
    nova(1, 'Starting instance...'),
    nova(5, 'Claim successful on node cmp1'),
    nova(9, 'Took 7.89 seconds to build instance.'),
  ]);

  it('is an event of the shortest phase of nova that it falls into', () => {
    const listed =
      '127.0.0.1 "GET /resource_providers?in_tree=b8acd14b-35cc-4931-bd08-129b0bf97b38" status: 200 len: 817 microversion: 1.14';
    const events = [...compute, ...eventsOf('placement-api', [asked(3, listed), asked(7, CLAIM), asked(30, CLEAN_UP)])];
    expect(phases(events, [building, claiming]).map(({ name, kinds }) => [name, ...kinds])).toEqual([
      ['build', 'instance.build.started', 'allocation.written', 'instance.built'],
      ['resource claim', 'instance.build.started', 'placement.requested', 'instance.claimed'],
    ]);
  });

  it('never becomes the first or the last line of a phase', () => {
    const events = [...compute, ...eventsOf('placement-api', [asked(1, CLAIM), asked(5, CLAIM)])];
    expect(phases(events, [claiming])[0]!.kinds).toEqual(['instance.build.started', 'instance.claimed']);
  });
});
