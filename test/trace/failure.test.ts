import { expect, it } from 'vitest';
import type { EventKind } from '../../src/catalogue/event.js';
import { create } from '../../src/lifecycle/create.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { Phase } from '../../src/lifecycle/phase.js';
import { failuresOf } from '../../src/trace/failure.js';
import { eventsOf, nova } from '../support/lines.js';

const event = (s: number, message: string): Event => eventsOf('nova-compute', [nova(s, message, { level: 'ERROR' })])[0]!;
const SPAWN = event(20, 'Instance failed to spawn: nova.exception.PortBindingFailed: Binding failed');
const NETWORK = event(19, 'Instance failed network setup after 1 attempt(s): nova.exception.PortBindingFailed: Binding failed');

function phase(name: string, given: Partial<Phase> & { readonly failure?: Event }): Phase {
  const spec = create.phases.find((each) => each.name === name) ?? create.phases[0]!;
  return {
    spec,
    name,
    service: 'nova-compute',
    host: 'cmp1',
    start: 0,
    end: 100,
    startIs: 'observed',
    endIs: given.failure === undefined ? 'unobserved' : 'observed',
    port: undefined,
    within: undefined,
    lines: [],
    ...given,
  } as Phase;
}
const red = (phases: readonly Phase[], outcome: 'failed' | 'succeeded' = 'failed') =>
  Array.from(failuresOf(phases, outcome), ([{ name }, why]) => [name, why]);

it('the phase that failed first is where the action failed, and what fails because of it is not', () => {
  const phases = [
    phase('network allocate', { failure: NETWORK }),
    phase('spawn', { failure: SPAWN }),
    phase('image create', { within: 'spawn' }),
  ];
  expect(red(phases)).toEqual([['network allocate', 'Instance failed network setup after 1 attempt(s)']]);
});

it('a spawn that failed shows the part of it that was begun last', () => {
  const phases = [
    phase('spawn', { failure: SPAWN }),
    phase('vif-plugged wait', { within: 'spawn', start: 10, port: 'P' }),
    phase('guest start', { within: 'spawn', start: 12 }),
  ];
  expect(red(phases)).toEqual([
    ['spawn', 'Instance failed to spawn'],
    ['guest start', 'no line shows its end: the action failed'],
  ]);
});

it('where no line says which failed, those under way did', () => {
  expect(red([phase('claim save', {}), phase('build queue', { endIs: 'observed' })])).toEqual([
    ['claim save', 'no line shows its end: the action failed'],
  ]);
});

it('an action that succeeded may have a phase that failed', () => {
  const kind: EventKind = 'vif.unplug.failed';
  const failure: Event = { ...SPAWN, kind, text: 'Failed to unplug vif …' };
  expect(red([phase('vif unplug', { failure }), phase('image create', {})], 'succeeded')).toEqual([
    ['vif unplug', 'Failed to unplug vif …'],
  ]);
});
