import { describe, expect, it } from 'vitest';
import { type Event, inOrder } from '../../src/lifecycle/event.js';
import type { Origin } from '../../src/model/line.js';
import { eventsOf } from '../support/lines.js';

const CLAIM = '2026-11-21T01:42:38.068Z|00033|binding|INFO|Claiming lport 8380d2f3-eddc-4a06-a474-cd4199021a07 for this chassis.';
const [line] = eventsOf('ovn-controller', [CLAIM]);

/** The line of one millisecond as it stands elsewhere. */
const standing = (origin: Partial<Origin>): Event => ({ ...line!, origin: { path: 'ovn-controller.log', file: 0, offset: 0, ...origin } });
const main = (number: number): NonNullable<Origin['serial']> => ({ thread: '', number });

describe('lines of one millisecond', () => {
  it('of a log that was rotated between them are in the order of its files', () => {
    const last = standing({ file: 3, offset: 90_000 });
    const first = standing({ file: 4, offset: 0 });
    expect([first, last].sort(inOrder)).toEqual([last, first]);
  });

  it('of OVS and OVN are in the order of their numbers, as those that are sent may come in another', () => {
    const [before, after] = [standing({ offset: 500, serial: main(99_999) }), standing({ offset: 100, serial: main(100_000) })];
    expect([after, before].sort(inOrder)).toEqual([before, after]);
  });

  it('have one order, whatever thread wrote them: each thread has numbers of its own', () => {
    const all = [
      standing({ offset: 300, serial: main(40) }),
      standing({ offset: 100, serial: main(41) }),
      standing({ offset: 200, serial: { thread: 'ovn_pinctrl0', number: 7 } }),
      standing({ offset: 50, serial: { thread: 'ovn_pinctrl0', number: 8 } }),
    ];
    for (let first = 0; first < all.length; first++) expect([...all.slice(first), ...all.slice(0, first)].sort(inOrder)).toEqual(all);
  });
});

it('the number of a line of OVN is read with its thread', () => {
  const offer = '2026-11-21T01:42:45.951Z|00009|pinctrl(ovn_pinctrl0)|INFO|DHCPACK fa:16:3e:55:e2:72 198.51.100.10';
  const [claimed, acknowledged] = eventsOf('ovn-controller', [CLAIM, offer]);
  expect(claimed!.origin.serial).toEqual({ thread: '', number: 33 });
  expect(acknowledged!.origin.serial).toEqual({ thread: 'ovn_pinctrl0', number: 9 });
});
