import { describe, expect, it } from 'vitest';
import { line, type PhaseSpec } from '../../src/lifecycle/define.js';
import type { Event, Member } from '../../src/lifecycle/event.js';
import { atEmittedTimes, happenedAt, lastGuestEvent } from '../../src/lifecycle/guest-events.js';
import type { Phase } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import { A, at, eventsOf, membersAbout, nova, U } from '../support/lines.js';

const PAUSED = 'VM Paused (Lifecycle Event)';
const RESUMED = 'VM Resumed (Lifecycle Event)';
const SPAWNED = 'Instance spawned successfully.';
const bare = { request: null };
/** nova's DEBUG line: printed at one moment, about another. */
const emitted = (printed: number, happened: number, state: string): string =>
  nova(printed, `Emitting event <LifecycleEvent: ${at(0) / 1000 + happened}, ${U} => ${state}>`, { request: null, instance: null });

const compute = (...lines: string[]): Event[] => eventsOf('nova-compute', lines);
const paused: PhaseSpec = {
  name: 'guest paused',
  service: 'nova-compute',
  from: [line('guest.lifecycle.paused')],
  to: [line('guest.lifecycle.resumed')],
};
const phases = (members: readonly Member[], ...specs: PhaseSpec[]): Phase[] =>
  phasesOf(specs, {
    request: A,
    start: at(0),
    end: at(60),
    members: atEmittedTimes(members),
    ports: [],
    host: 'cmp1',
    reads: () => true,
  }).phases;
const since = (moment: number): number => Math.round((moment - at(0)) * 1000) / 1e6;
const brief = ({ start, end, startIs, endIs }: Phase): unknown => [since(start), since(end), startIs, endIs];

describe('an event of the guest', () => {
  it('is named by the line that states its moment', () => {
    const [event] = compute(emitted(2.675, 1.6438355, 'Paused'));
    expect(event).toMatchObject({ kind: 'guest.event.emitted', instance: U });
    expect(happenedAt(event!)).toBeCloseTo(at(0) + 1643.836, 3);
    expect(isWanted('guest.event.emitted', 'DEBUG')).toBe(true);
  });

  it('happened when that line says, not when nova printed either of its lines', () => {
    const members = membersAbout(
      compute(emitted(2.5, 1.5, 'Paused'), nova(3, PAUSED, bare), emitted(4.25, 4, 'Resumed'), nova(5, RESUMED, bare)),
    );
    expect(phases(members, paused).map(brief)).toEqual([[1.5, 4, 'observed', 'observed']]);
  });

  it('is not taken twice, nor is the printed line for the next one', () => {
    const members = membersAbout(
      compute(emitted(1, 1, 'Paused'), nova(2, PAUSED, bare), emitted(3, 3, 'Resumed'), emitted(4, 4, 'Paused'), nova(5, PAUSED, bare)),
    );
    expect(phases(members, { ...paused, repeats: true }).map(brief)).toEqual([
      [1, 3, 'observed', 'observed'],
      [4, 60, 'observed', 'unobserved'],
    ]);
  });

  it('is one with its printed line also where that seems to come first: stamps have no microseconds', () => {
    const members = membersAbout(
      compute(emitted(1, 1.000364, 'Paused'), nova(1, PAUSED, bare), emitted(3, 3.0005, 'Resumed'), nova(3, RESUMED, bare)),
    );
    expect(phases(members, paused).map(brief)).toEqual([[1.000364, 3.0005, 'observed', 'observed']]);
    expect(phases(members, { ...paused, repeats: true })).toHaveLength(1);
  });

  it('is derived where only the printed line is there', () => {
    const members = membersAbout(compute(nova(3, PAUSED, bare), nova(5, RESUMED, bare)));
    expect(phases(members, paused).map(brief)).toEqual([[3, 5, 'derived', 'derived']]);
  });

  it('happened before what proves it, however late nova prints it', () => {
    const members = membersAbout(compute(nova(3, PAUSED, bare), nova(5, SPAWNED, bare), nova(6.5, RESUMED, bare)));
    expect(phases(members, paused).map(brief)).toEqual([[3, 5, 'derived', 'derived']]);
  });

  it('lasted for no time that anything shows, where one line proves both its ends', () => {
    const members = membersAbout(compute(nova(2, SPAWNED, bare), nova(3, PAUSED, bare), nova(6.5, RESUMED, bare)));
    expect(phases(members, paused)).toEqual([]);
  });

  it('is not dated by a line of another time zone, or of a clock that runs ahead', () => {
    const [late, early] = compute(emitted(2, 2 - 3600, 'Paused'), emitted(2, 5, 'Paused'));
    expect([happenedAt(late!), happenedAt(early!)]).toEqual([undefined, undefined]);
    const members = membersAbout([late!, ...compute(nova(3, PAUSED, bare), nova(5, RESUMED, bare))]);
    expect(phases(members, paused).map(brief)).toEqual([[3, 5, 'derived', 'derived']]);
  });

  it('is shown at its moment', () => {
    const members = membersAbout(compute(nova(1.8, SPAWNED, bare), emitted(2.5, 1.5, 'Paused')));
    expect(atEmittedTimes(members).map(({ event }) => [event.kind, event.at])).toEqual([
      ['guest.event.emitted', at(1.5)],
      ['instance.spawned', at(1.8)],
    ]);
  });

  it('can be asked for by itself: the last of its kind', () => {
    const both = compute(emitted(1.25, 1, 'Resumed'), nova(2, RESUMED, bare), emitted(3.5, 3, 'Resumed'), nova(4, RESUMED, bare));
    expect(lastGuestEvent('guest.lifecycle.resumed', both)).toEqual({ event: both[2], at: at(3), is: 'observed' });
    const printed = compute(nova(2, SPAWNED, bare), nova(4, RESUMED, bare));
    expect(lastGuestEvent('guest.lifecycle.resumed', printed)).toEqual({ event: printed[0], at: at(2), is: 'derived' });
    expect(lastGuestEvent('guest.lifecycle.started', both)).toBeUndefined();
  });
});
