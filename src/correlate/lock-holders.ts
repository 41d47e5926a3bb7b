import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, type Member, textOf } from '../lifecycle/event.js';
import type { Claim } from './claim.js';
import { between, type EventStore } from './store.js';
import type { StoredLine } from './stored-line.js';

/**
 * Adds lines about locks to an action of a request with several instances. These lines contain the request id but no
 * instance. A lock has only one holder, which other lines show:
 *
 *     Lock "compute_resources" acquired │ [instance: U] Claim successful │ Lock "compute_resources" released
 *     Lock "<image's sha1>" acquired    │ U alone of the request makes its disks │ Lock "<image's sha1>" released
 *
 * If one process logs all three lines, the lock belongs to U.
 */
export function withHeldLocks(members: Member[], store: EventStore, claim: Claim): Member[] {
  // If the request has only one instance, its lock lines are members already.
  if (!claim.isShared) return members;
  const lines = Array.from(claim.aliases, (alias) => between(store.find('request', alias), claim.from, claim.to))
    .flat()
    .filter(({ event }) => event.service === 'nova-compute')
    .sort((a, b) => inOrder(a.event, b.event));
  const held = new Set([...claimLocks(lines, claim.instance), ...imageLocks(lines, claim.instance)]);
  for (const { event } of members) held.delete(event);
  if (held.size === 0) return members;
  return [...members, ...Array.from(held, (event) => ({ event, ports: [] }))].sort((a, b) => inOrder(a.event, b.event));
}

const isOfOneProcess = (a: Event, b: Event): boolean => a.host === b.host && a.pid === b.pid;

const isLock = ({ event }: StoredLine, of: 'claim' | 'image', step: 'acquired' | 'released'): boolean => {
  const { lock } = traitsOf(event.kind);
  return lock?.of === of && lock.step === step;
};

/** The lock around each claim of the instance. */
function claimLocks(lines: readonly StoredLine[], instance: string): Event[] {
  return lines.flatMap((claimed, i) => {
    if (claimed.event.kind !== 'instance.claimed' || claimed.event.instance !== instance) return [];
    const near = (from: number, step: 1 | -1): Event[] => {
      for (let at = from + step; at >= 0 && at < lines.length; at += step) {
        const line = lines[at]!;
        if (!isOfOneProcess(line.event, claimed.event)) continue;
        if (isLock(line, 'claim', step === 1 ? 'released' : 'acquired')) return [line.event];
        // This is the claim of another instance: the lock line of this one is missing.
        if (line.event.kind === 'instance.claimed' || isLock(line, 'claim', step === 1 ? 'acquired' : 'released')) return [];
      }
      return [];
    };
    return [...near(i, -1), ...near(i, 1)];
  });
}

/** Locks on images, if no other instance of the request created its disks in that process at the same time. */
function imageLocks(lines: readonly StoredLine[], instance: string): Event[] {
  return lines.flatMap((acquired, i) => {
    if (!isLock(acquired, 'image', 'acquired')) return [];
    const making = new Set<string>();
    for (const { event } of lines.slice(0, i)) {
      if (event.instance === undefined || !isOfOneProcess(event, acquired.event)) continue;
      if (event.kind === 'image.creation.started') making.add(event.instance);
      else if (event.kind === 'disks.created') making.delete(event.instance);
    }
    if (making.size !== 1 || !making.has(instance)) return [];
    const image = textOf(acquired.event, 'image');
    const released = lines
      .slice(i + 1)
      .find(
        (line) => isLock(line, 'image', 'released') && textOf(line.event, 'image') === image && isOfOneProcess(line.event, acquired.event),
      );
    return released === undefined ? [acquired.event] : [acquired.event, released.event];
  });
}
