import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../src/catalogue/event.js';
import { anywhere, endMinusDuration, latest, line, type PhaseSpec } from '../../src/lifecycle/define.js';
import type { Event, Member } from '../../src/lifecycle/event.js';
import { actions } from '../../src/lifecycle/name.js';
import type { Coverage, Phase, PhaseInput } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { plugChain } from '../../src/lifecycle/plug.js';
import { A, at, B, eventsOf, lock, membersAbout, nova, P, Q, vif, vlog } from '../support/lines.js';

interface Given {
  readonly members: readonly Member[];
  readonly ports?: readonly string[];
  readonly reads?: (service: string, host?: string) => boolean;
  readonly host?: string | undefined;
  readonly end?: number;
}

function phases(specs: readonly PhaseSpec[], given: Given): { phases: Phase[]; coverage: Coverage } {
  const lived: PhaseInput = {
    request: A,
    start: at(0),
    end: at(given.end ?? 60),
    members: given.members,
    ports: given.ports ?? [],
    host: 'host' in given ? given.host : 'cmp1',
    reads: given.reads ?? (() => true),
  };
  return phasesOf(specs, lived);
}

/** Start and end in seconds, and how they are known. */
const brief = ({ name, start, end, startIs, endIs }: Phase): [string, number, number, string, string] => [
  name,
  (start - at(0)) / 1000,
  (end - at(0)) / 1000,
  startIs,
  endIs,
];
const compute = (...lines: string[]): Member[] => membersAbout(eventsOf('nova-compute', lines));
const xml: PhaseSpec = {
  name: 'guest xml',
  service: 'nova-compute',
  debug: true,
  from: [line('guest.xml.started')],
  to: [line('guest.xml.ended')],
};
const finish: PhaseSpec = {
  name: 'finish',
  service: 'nova-compute',
  from: [line('instance.spawned'), line('guest.created')],
  to: [line('instance.spawn.timed')],
};
const SPAWNED = 'Instance spawned successfully.';
const CREATED = 'Guest created on hypervisor';
const TIMED = 'Took 7.50 seconds to spawn the instance on the hypervisor.';

describe('a phase', () => {
  it('lies between the line that begins it and the first after it that ends it', () => {
    const { phases: found, coverage } = phases([finish], {
      members: compute(nova(1, TIMED), nova(2, SPAWNED), nova(3, TIMED), nova(4, TIMED)),
    });
    expect(found.map(brief)).toEqual([['finish', 2, 3, 'observed', 'observed']]);
    expect(coverage).toEqual({ observed: ['finish'], missing: [], notLogged: [], notApplicable: [] });
  });

  it('prefers the edge that comes first in its list', () => {
    expect(phases([finish], { members: compute(nova(1, CREATED), nova(2, SPAWNED), nova(3, TIMED)) }).phases.map(brief)).toEqual([
      ['finish', 2, 3, 'observed', 'observed'],
    ]);
    expect(phases([finish], { members: compute(nova(1, CREATED), nova(3, TIMED)) }).phases.map(brief)).toEqual([
      ['finish', 1, 3, 'observed', 'observed'],
    ]);
  });

  it('whose preferred beginning lies after its end takes the next that does not', () => {
    expect(phases([finish], { members: compute(nova(1, CREATED), nova(3, TIMED), nova(4, SPAWNED)) }).phases.map(brief)).toEqual([
      ['finish', 1, 3, 'observed', 'observed'],
    ]);
  });

  it('that ends before it begins is an instant at its end, and says so', () => {
    expect(phases([finish], { members: compute(nova(3, TIMED), nova(4, SPAWNED)) }).phases.map(brief)).toEqual([
      ['finish', 3, 3, 'unobserved', 'observed'],
    ]);
  });

  it('whose beginning nobody printed is an instant at its end, and says so', () => {
    expect(phases([finish], { members: compute(nova(3, TIMED)) }).phases.map(brief)).toEqual([['finish', 3, 3, 'unobserved', 'observed']]);
  });

  it('whose end nobody printed ends with what it is part of, and says so', () => {
    const specs: PhaseSpec[] = [
      { name: 'spawn', service: 'nova-compute', from: [endMinusDuration('instance.spawn.timed')], to: [line('instance.spawn.timed')] },
      {
        name: 'paused',
        service: 'nova-compute',
        within: 'spawn',
        from: [line('guest.created')],
        to: [line('vmware.guest.created')],
      },
      { name: 'finish', service: 'nova-compute', from: [line('instance.spawned')], to: [line('instance.built')] },
    ];
    const members = compute(nova(14, CREATED), nova(15, SPAWNED), nova(20, TIMED));
    expect(phases(specs, { members, end: 30 }).phases.map(brief)).toEqual([
      ['spawn', 12.5, 20, 'derived', 'observed'],
      ['paused', 14, 20, 'observed', 'unobserved'],
      ['finish', 15, 30, 'observed', 'unobserved'],
    ]);
  });

  it('that need not be there, and whose end is not printed, is none', () => {
    const { phases: found, coverage } = phases([{ ...finish, optional: true }], { members: compute(nova(2, SPAWNED)) });
    expect(found).toEqual([]);
    expect(coverage).toEqual({ observed: [], missing: [], notLogged: [], notApplicable: [] });
  });

  it('of which a line states the duration has both ends of it, to the microsecond', () => {
    const spec: PhaseSpec = {
      name: 'spawn',
      service: 'nova-compute',
      from: [endMinusDuration('instance.spawn.timed')],
      to: [line('instance.spawn.timed')],
    };
    const [found] = phases([spec], { members: compute(nova(20, 'Took 7.31 seconds to spawn the instance on the hypervisor.')) }).phases;
    expect(found).toMatchObject({ start: at(20) - 7310, end: at(20), startIs: 'derived', endIs: 'observed' });
  });

  it("is only its own request's lock, and only the lock of an action's function", () => {
    const spec: PhaseSpec = {
      name: 'queue',
      service: 'nova-compute',
      from: [line('instance.lock.acquired')],
      to: [line('instance.build.started')],
    };
    const build = '_locked_do_build_and_run_instance';
    const members = compute(
      nova(1, lock.acquired('_sync_power_states'), { instance: null }),
      nova(2, lock.acquired('do_terminate_instance'), { instance: null, request: B }),
      nova(3, lock.acquired(build), { instance: null }),
      nova(4, 'Starting instance...'),
    );
    expect(phases([spec], { members }).phases.map(brief)).toEqual([['queue', 3, 4, 'observed', 'observed']]);
  });

  it('may begin with the latest of several lines before its end', () => {
    const spec: PhaseSpec = {
      name: 'sync',
      service: 'nova-compute',
      from: [latest('guest.created')],
      to: [line('instance.spawn.timed')],
    };
    expect(
      phases([spec], { members: compute(nova(1, CREATED), nova(2, CREATED), nova(3, TIMED), nova(4, CREATED)) }).phases.map(brief),
    ).toEqual([['sync', 2, 3, 'observed', 'observed']]);
  });

  it('that repeats is a span for each pair, and no line ends two', () => {
    const spec: PhaseSpec = {
      name: 'info',
      service: 'nova-compute',
      repeats: true,
      from: [line('instance.spawned')],
      to: [line('guest.created')],
    };
    const members = compute(nova(1, SPAWNED), nova(2, CREATED), nova(3, SPAWNED), nova(4, CREATED));
    expect(phases([spec], { members }).phases.map(brief)).toEqual([
      ['info', 1, 2, 'observed', 'observed'],
      ['info', 3, 4, 'observed', 'observed'],
    ]);
    expect(phases([{ ...spec, maxSpans: 1 }], { members }).phases).toHaveLength(1);
  });

  it('does not depend on the order in which its lines are given', () => {
    const members = compute(nova(1, CREATED), nova(2, SPAWNED), nova(3, TIMED));
    const inTime = (all: readonly Member[]): Member[] => [...all].sort((a, b) => a.event.at - b.event.at);
    expect(phases([finish], { members: inTime([...members].reverse()) })).toEqual(phases([finish], { members }));
  });
});

describe('a phase that is not there', () => {
  it('is not logged where its lines need DEBUG and the service shows none', () => {
    expect(phases([xml], { members: compute(nova(3, TIMED)) }).coverage).toMatchObject({ notLogged: ['guest xml'], missing: [] });
  });

  it('is missing where the service does log at DEBUG', () => {
    expect(phases([xml], { members: compute(nova(1, 'Starting instance...'), nova(3, TIMED)) }).coverage).toMatchObject({
      notLogged: [],
      missing: ['guest xml (no such line)'],
    });
  });

  it('is missing, with the service, where nobody reads its log', () => {
    expect(phases([{ ...xml, service: 'ovs-vswitchd' }], { members: [], reads: () => false }).coverage.missing).toEqual([
      'guest xml (ovs-vswitchd not read)',
    ]);
  });

  it('whose end is silent at INFO is no open end', () => {
    const claimSave: PhaseSpec = {
      name: 'claim save',
      service: 'nova-compute',
      debug: true,
      from: [line('instance.claimed')],
      to: [line('claim.lock.released')],
    };
    const { phases: found, coverage } = phases([claimSave], { members: compute(nova(1, 'Claim successful on node cmp1')) });
    expect(found).toEqual([]);
    expect(coverage.notLogged).toEqual(['claim save']);
  });

  it('is not applicable to an action without ports, and names the plug where it has some', () => {
    // What only the agent of ML2/OVS does, and what only some ports have, is not missed.
    const usual = plugChain.filter(
      ({ backends: wiredBy, optional }) => (wiredBy === undefined || wiredBy.includes('ovn')) && optional !== true,
    );
    expect(phases(plugChain, { members: [] }).coverage.notApplicable).toEqual(usual.map(({ name }) => name));
    // "event deliver" is DEBUG's, and an action without lines shows no DEBUG.
    expect(phases(plugChain, { members: [], ports: [P] }).coverage.missing).toEqual(
      usual.filter(({ name }) => name !== 'event deliver').map(({ name }) => `${name} (no plug seen)`),
    );
  });
});

describe('phases of ports', () => {
  const plugged = (s: number, port: string): Member[] =>
    membersAbout(eventsOf('nova-compute', [nova(s, `Successfully plugged vif ${vif(port)}`, { instance: null })]), [port]);
  const ovs = (s: number, port: string): Member[] =>
    membersAbout(eventsOf('ovs-vswitchd', [vlog(s, 'bridge', `bridge br-int: added interface tap${port.slice(0, 11)} on port 3`)]), [port]);
  const ovn = (s: number, port: string, said: string): Member[] =>
    membersAbout(eventsOf('ovn-controller', [vlog(s, 'binding', said)]), [port]);
  const inTime = (members: readonly Member[]): Member[] => [...members].sort((a, b) => a.event.at - b.event.at);

  it('are told for each of two ports, though their lines interleave', () => {
    const members = inTime([...plugged(1, P), ...plugged(1.5, Q), ...ovs(2, Q), ...ovs(2.5, P)]);
    const added = plugChain.filter(({ name }) => name === 'ovs interface add');
    expect(phases(added, { members, ports: [P, Q].sort() }).phases.map((phase) => [phase.port, ...brief(phase).slice(1, 3)])).toEqual([
      [Q, 1.5, 2],
      [P, 1, 2.5],
    ]);
  });

  it('are told once for each plug, each within its own cycle', () => {
    const chain = plugChain.filter(({ name }) => name === 'ovs interface add' || name === 'lport claim');
    const members = inTime([
      ...plugged(1, P),
      ...ovs(1.2, P),
      ...ovn(1.3, P, `Claiming lport ${P} for this chassis.`),
      ...plugged(10, P),
      ...ovs(10.4, P),
      ...ovn(10.5, P, `Claiming lport ${P} for this chassis.`),
    ]);
    expect(phases(chain, { members, ports: [P] }).phases.map(brief)).toEqual([
      ['ovs interface add', 1, 1.2, 'observed', 'observed'],
      ['ovs interface add', 10, 10.4, 'observed', 'observed'],
      ['lport claim', 1.2, 1.3, 'observed', 'observed'],
      ['lport claim', 10.4, 10.5, 'observed', 'observed'],
    ]);
  });

  it('are an instant where the port was up before its flows were installed', () => {
    const chain = plugChain.filter(({ name }) => name === 'flow install' || name === 'lport up');
    const members = inTime([
      ...plugged(1, P),
      ...ovn(2, P, `Claiming lport ${P} for this chassis.`),
      ...ovn(3, P, `Setting lport ${P} up in Southbound`),
      ...ovn(4, P, `Setting lport ${P} ovn-installed in OVS`),
    ]);
    expect(phases(chain, { members, ports: [P] }).phases.map(brief)).toEqual([
      ['flow install', 2, 4, 'observed', 'observed'],
      ['lport up', 3, 3, 'unobserved', 'observed'],
    ]);
  });

  it('are told of the service and the host that wrote the line at their end', () => {
    const [found] = phases(
      plugChain.filter(({ name }) => name === 'ovs interface add'),
      { members: inTime([...plugged(1, P), ...ovs(2, P)]), ports: [P] },
    ).phases;
    expect(found).toMatchObject({ service: 'ovs-vswitchd', host: 'cmp1', port: P });
    expect(found!.lines.map(({ service }) => service)).toEqual(['nova-compute', 'ovs-vswitchd']);
  });

  it('that were waited for and never came are told of the host that waited', () => {
    const chain = plugChain.filter(({ name }) => name === 'ovs interface add');
    const members = plugged(1, P);
    expect(phases(chain, { members, ports: [P], end: 9 }).phases.map(brief)).toEqual([
      ['ovs interface add', 1, 9, 'observed', 'unobserved'],
    ]);
    expect(phases(chain, { members, ports: [P], reads: (service) => service !== 'ovs-vswitchd' }).phases).toEqual([]);
  });
});

describe('the tables', () => {
  it.each(actions.map((spec) => [spec.name, spec.phases] as const))('%s: no phase of a service has the name of another', (_name, specs) => {
    const shared = [...groupBy(specs)].filter(([, same]) => same.length > 1);
    // Choosing a host, and serving requests: each service that shows it has its own part.
    expect(shared.map(([name]) => name).filter((name) => name !== 'schedule' && name !== 'requests')).toEqual([]);
    for (const [, same] of shared) {
      const services = same.flatMap(({ service }) => service);
      expect(new Set(services).size).toBe(services.length);
    }
  });

  it.each(actions.map((spec) => [spec.name, spec] as const))(
    '%s: every phase is part of one that is there, and has an end',
    (_name, spec) => {
      const names = new Set(spec.phases.map(({ name }) => name));
      for (const { name, within, to } of spec.phases) {
        expect(to.length, name).toBeGreaterThan(0);
        if (within !== undefined) expect(names, `${name} is part of`).toContain(within);
      }
    },
  );

  it('no two actions have the same lock or the same naming line, nor one name', () => {
    const locks = actions.flatMap(({ lockedBy }) => lockedBy);
    // A resize and a migration print the same: nova-api tells them apart.
    const lines: EventKind[] = actions.filter(({ name }) => name !== 'migrate').flatMap(({ namedBy }) => namedBy);
    const names = actions.map(({ name }) => name);
    for (const all of [locks, lines, names]) expect(all.filter((each, place) => all.indexOf(each) !== place)).toEqual([]);
  });

  it('a line anywhere in the action is found outside the cycle', () => {
    const spec: PhaseSpec = {
      name: 'x',
      service: 'nova-compute',
      per: 'cycle',
      from: [anywhere('instance.claimed')],
      to: [line('vif.plugged')],
    };
    const members: Member[] = [
      ...compute(nova(1, 'Claim successful on node cmp1')),
      ...membersAbout(eventsOf('nova-compute', [nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null })]), [P]),
    ];
    expect(phases([spec], { members, ports: [P] }).phases.map(brief)).toEqual([['x', 1, 3, 'observed', 'observed']]);
  });
});

function groupBy(specs: readonly PhaseSpec[]): Map<string, PhaseSpec[]> {
  const groups = new Map<string, PhaseSpec[]>();
  for (const spec of specs) groups.set(spec.name, [...(groups.get(spec.name) ?? []), spec]);
  return groups;
}

// A helper of the tests themselves: a line that the catalogue does not know is a mistake in a test.
it("lines of these tests are the catalogue's", () => {
  expect(() => nova(1, 'no such line')).toThrow('the catalogue knows no such line');
  const [event]: readonly (Event | undefined)[] = eventsOf('nova-compute', [nova(1.25, SPAWNED)]);
  expect(event).toMatchObject({ kind: 'instance.spawned', at: at(1.25), requestId: A });
});

describe('what is worked out once', () => {
  const sleep: PhaseSpec = { name: 'sleep', service: 'nova-compute', from: [line('instance.claimed')], to: [line('instance.built')] };
  const lines = compute(nova(1, 'Claim successful on node cmp1'), nova(9, 'Took 8.00 seconds to build instance.'));

  it('actions that went the same way have one coverage, and others theirs', () => {
    const table = [sleep, xml];
    const [first, second] = [phases(table, { members: lines }), phases(table, { members: lines })];
    expect(second.coverage).toBe(first.coverage);
    expect(second.phases).toEqual(first.phases);
    expect(phases(table, { members: [] }).coverage.observed).toEqual([]);
    expect(phases(table, { members: lines, reads: () => false }).coverage.missing).toEqual(['guest xml (nova-compute not read)']);
    expect(phases(table, { members: lines }).coverage).toBe(first.coverage);
  });
});
