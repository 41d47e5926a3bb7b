import { describe, expect, it } from 'vitest';
import { everyRelease, placeOf } from '../../src/catalogue/releases.js';
import { create } from '../../src/lifecycle/create.js';
import { remove } from '../../src/lifecycle/delete.js';
import { actions } from '../../src/lifecycle/name.js';
import { actionSight, type Depth, everything, type Logging, sightOf } from '../../src/lifecycle/visible.js';

const logs = (depths: Record<string, Depth>): Logging => ({ depthOf: (service) => depths[service], releaseOf: everyRelease });
const phase = (name: string) => create.phases.find((each) => each.name === name)!;

describe('a phase', () => {
  it('is seen where both of its ends are printed', () => {
    expect(sightOf(phase('spawn'), logs({ 'nova-compute': 'INFO' }))).toEqual({ seen: 'whole' });
    expect(sightOf(phase('lport up'), logs({ 'ovn-controller': 'INFO' }))).toEqual({ seen: 'whole' });
  });

  it('needs DEBUG of the service that prints it, and by which loggers', () => {
    expect(sightOf(phase('network allocate'), logs({ 'nova-compute': 'INFO', 'nova-api': 'INFO' }))).toEqual({
      seen: 'needs-debug',
      ends: false,
      services: ['nova-compute'],
      loggers: ['nova.compute.manager'],
    });
  });

  it('says that its end is seen without DEBUG', () => {
    expect(sightOf(phase('vif plug'), logs({ 'nova-compute': 'INFO' }))).toMatchObject({ seen: 'needs-debug', ends: true });
  });

  it('needs the log of its service', () => {
    expect(sightOf(phase('flow install'), logs({ 'nova-compute': 'DEBUG' }))).toEqual({
      seen: 'no-log',
      services: ['ovn-controller'],
      atDebug: false,
    });
  });

  it('is not printed by a release that is too old', () => {
    const old = placeOf('ovn', '20.12');
    const logging = everything('DEBUG', (family) => (family === 'ovn' ? { since: old, until: old } : everyRelease(family)));
    expect(sightOf(phase('flow install'), logging)).toEqual({ seen: 'not-printed' });
  });

  it('is not seen in logs that hold warnings only', () => {
    expect(sightOf(phase('spawn'), logs({ 'nova-compute': 'WARNING' }))).toMatchObject({ seen: 'needs-debug' });
  });
});

it.each(actions.map((action) => [action.name, action] as const))('all of %s is seen where everything is logged at DEBUG', (_, action) => {
  const sight = actionSight(action, everything('DEBUG'));
  expect(sight.named).toEqual({ seen: 'whole' });
  expect(sight.phases.filter(({ sight: { seen } }) => seen !== 'whole').map(({ phase: { name } }) => name)).toEqual([]);
});

it('an action that INFO does not name needs DEBUG of nova-compute', () => {
  const info = logs({ 'nova-compute': 'INFO' });
  expect(actionSight(remove, info).named).toEqual({ seen: 'whole' });
  const hidden = actions.filter((action) => actionSight(action, info).named.seen !== 'whole');
  expect(hidden.length).toBeGreaterThan(0);
  expect(hidden).not.toContain(create);
  for (const action of hidden) expect(actionSight(action, info).named).toMatchObject({ seen: 'needs-debug', services: ['nova-compute'] });
});
