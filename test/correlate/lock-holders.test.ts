import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/correlate/claim.js';
import { withHeldLocks } from '../../src/correlate/lock-holders.js';
import { EventStore } from '../../src/correlate/store.js';
import { A, at, eventsOf, nova, oslo, U, V } from '../support/lines.js';

const SHA1 = '695c4cf5e37f35d5b171a243504982450305f796';
const bare = (s: number, message: string, pid = 7): string => oslo('nova-compute', s, message, { pid });
const claimed = (s: number, instance: string, pid = 7): string => nova(s, 'Claim successful on node vm', { instance, pid });
const acquired = (s: number, pid = 7): string =>
  bare(s, 'Lock "compute_resources" acquired by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: waited 0.396s', pid);
const released = (s: number, pid = 7): string =>
  bare(s, 'Lock "compute_resources" "released" by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: held 0.763s', pid);
const image = (s: number, done: 'acquired' | 'released'): string =>
  bare(
    s,
    done === 'acquired'
      ? `Lock "${SHA1}" acquired by "nova.virt.libvirt.imagebackend.Qcow2.create_image.<locals>.create_qcow2_image" :: waited 0.000s`
      : `Lock "${SHA1}" "released" by "nova.virt.libvirt.imagebackend.Qcow2.create_image.<locals>.create_qcow2_image" :: held 0.284s`,
  );

function heldBy(instance: string, lines: readonly string[], isShared = true): [string, number][] {
  const store = new EventStore();
  for (const event of eventsOf('nova-compute', lines)) store.add(event);
  const claim: Claim = {
    instance,
    aliases: new Set([A]),
    from: at(0),
    to: at(60),
    isShared,
    owns: () => true,
    isOtherRequest: () => false,
    callsUntil: Number.POSITIVE_INFINITY,
  };
  return withHeldLocks([], store, claim).map(({ event }) => [event.kind, (event.at - at(0)) / 1000]);
}

describe('the lock on the resources of a host', () => {
  const lines = [acquired(1), claimed(2, U), released(3), acquired(4), claimed(5, V), released(6)];

  it('is of the instance whose claim it holds, though its lines name only the request', () => {
    expect(heldBy(U, lines)).toEqual([
      ['claim.lock.acquired', 1],
      ['claim.lock.released', 3],
    ]);
    expect(heldBy(V, lines)).toEqual([
      ['claim.lock.acquired', 4],
      ['claim.lock.released', 6],
    ]);
  });

  it('is not looked for where the request has one instance: its lines are members already', () => {
    expect(heldBy(U, lines, false)).toEqual([]);
  });

  it('of another process is not it', () => {
    expect(heldBy(U, [acquired(1), claimed(2, U), acquired(2.2, 8), claimed(2.3, V, 8), released(2.5, 8), released(3)])).toEqual([
      ['claim.lock.acquired', 1],
      ['claim.lock.released', 3],
    ]);
  });

  it('whose release is not there is not ended by the next claim', () => {
    expect(heldBy(U, [acquired(1), claimed(2, U), acquired(4), claimed(5, V), released(6)])).toEqual([['claim.lock.acquired', 1]]);
  });
});

describe('the lock on an image', () => {
  const making = (s: number, instance: string): string => nova(s, 'Creating image(s)', { instance });
  const done = (s: number, instance: string): string => nova(s, 'Created local disks', { instance });

  it('is of the only instance of the request that makes its disks', () => {
    const lines = [
      making(1, U),
      image(2, 'acquired'),
      image(3, 'released'),
      done(4, U),
      making(5, V),
      image(6, 'acquired'),
      image(7, 'released'),
    ];
    expect(heldBy(U, lines)).toEqual([
      ['image.lock.acquired', 2],
      ['image.lock.released', 3],
    ]);
    expect(heldBy(V, lines)).toEqual([
      ['image.lock.acquired', 6],
      ['image.lock.released', 7],
    ]);
  });

  it("is nobody's where two make their disks", () => {
    const lines = [making(1, U), making(1.5, V), image(2, 'acquired'), image(3, 'released')];
    expect(heldBy(U, lines)).toEqual([]);
    expect(heldBy(V, lines)).toEqual([]);
  });
});
