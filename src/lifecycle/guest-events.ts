import type { EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { atTime, type Event, inOrder, type Member, numberOf, textOf } from './event.js';

/**
 * The states of a guest event in the line that nova logs when libvirt reports the event (DEBUG), and the kind of the
 * line that nova logs when it handles the event.
 */
const PRINTED: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['Started', 'guest.lifecycle.started'],
  ['Stopped', 'guest.lifecycle.stopped'],
  ['Paused', 'guest.lifecycle.paused'],
  ['Resumed', 'guest.lifecycle.resumed'],
  ['Suspended', 'guest.lifecycle.suspended'],
  ['Migration completed', 'guest.lifecycle.migrated'],
  ['Postcopy started', 'guest.lifecycle.postcopy'],
]);

const printedKinds: ReadonlySet<EventKind> = new Set(PRINTED.values());

/** nova-compute's DEBUG line with the time at which libvirt reported an event of the guest. */
export const EMITTED: EventKind = 'guest.event.emitted';

/** Lines that nova logs only after it has seen the guest run: the guest was started or resumed before them. */
export const PROOFS: readonly EventKind[] = [
  'instance.spawned',
  'instance.rebooted',
  'instance.soft.rebooted',
  'instance.running',
  'instance.spawn.timed',
  'instance.built',
];

/** nova delays "Stopped" by 15 s. A larger difference comes from another clock or another time zone. */
const MAX_HANDLING_DELAY = seconds(60);

/** Log times are whole milliseconds, so an event may seem to be emitted this long before it happened. */
const ROUNDING: Millis = 1;

/**
 * The event of the guest that a line is about, as the kind of the line at its handling; undefined if it is about none.
 */
export function guestEventOf(event: Event): EventKind | undefined {
  if (printedKinds.has(event.kind)) return event.kind;
  return event.kind === EMITTED && happenedAt(event) !== undefined ? PRINTED.get(textOf(event, 'state') ?? '') : undefined;
}

/** When the event of the guest happened, as the line states, in epoch ms; undefined if it states no plausible time. */
export function happenedAt(event: Event): Millis | undefined {
  const epoch = event.kind === EMITTED ? numberOf(event, 'epoch') : undefined;
  if (epoch === undefined) return undefined;
  const at = Math.round(epoch * 1e6) / 1e3;
  return at <= event.at + ROUNDING && at >= event.at - MAX_HANDLING_DELAY ? at : undefined;
}

/**
 * The lines of an action, where each line that states the time of a guest event is moved to that time: it is shown
 * there, and bounds phases there. nova logs the same event again when it handles it, up to five seconds later.
 */
export function atEmittedTimes(members: readonly Member[]): readonly Member[] {
  if (!members.some(({ event }) => event.kind === EMITTED)) return members;
  return members
    .map((member) => {
      const at = happenedAt(member.event);
      return at === undefined || at === member.event.at ? member : { ...member, event: atTime(at, member.event) };
    })
    .sort((a, b) => inOrder(a.event, b.event));
}

/** The time that the line states for a guest event, otherwise the time of the line. */
export const momentOf = (event: Event): Millis => happenedAt(event) ?? event.at;

/**
 * The lines of each guest event, by the kind of the line at its handling: the lines that state when it happened, and
 * the lines at its handling that have no such line. A line that states the time replaces the next handling line of its
 * host.
 */
export function guestLines(events: readonly Event[]): ReadonlyMap<EventKind, readonly Event[]> {
  const byKind = new Map<EventKind, Event[]>();
  for (const event of events) {
    const kind = guestEventOf(event);
    if (kind === undefined) continue;
    const same = byKind.get(kind);
    if (same === undefined) byKind.set(kind, [event]);
    else same.push(event);
  }
  for (const [kind, same] of byKind) {
    const stated = same.filter((event) => event.kind === EMITTED);
    if (stated.length === 0) continue;
    const used = new Set<Event>();
    const isStated = ({ at, host }: Event): boolean => {
      const emitted = stated.find(
        (each) => !used.has(each) && each.host === host && momentOf(each) <= at + ROUNDING && at - momentOf(each) <= MAX_HANDLING_DELAY,
      );
      if (emitted !== undefined) used.add(emitted);
      return emitted !== undefined;
    };
    const alone = same.filter((event) => event.kind !== EMITTED && !isStated(event));
    byKind.set(
      kind,
      [...stated, ...alone].sort((a, b) => momentOf(a) - momentOf(b)),
    );
  }
  return byKind;
}

/**
 * The line that bounds best when a guest event happened, if no line states its time: a line that proves that the guest
 * runs may come before the line at the handling of the event.
 *
 * @param find the lines of a kind, in order
 * @param since earlier lines prove nothing about this event
 */
export function earliestProof(
  printed: Event,
  find: (kind: EventKind) => readonly Event[],
  since: Millis = Number.NEGATIVE_INFINITY,
): Event {
  let first = printed;
  for (const kind of PROOFS) {
    const proof = find(kind).find(({ at }) => at >= since);
    if (proof !== undefined && proof.at < first.at) first = proof;
  }
  return first;
}

/** When an event of the guest happened, and the line that shows it. */
export interface GuestMoment {
  readonly event: Event;
  readonly at: Millis;
  readonly is: 'observed' | 'derived';
}

/** The last guest event of a kind among these lines. It is `observed` only if a line states its time. */
export function lastGuestEvent(kind: EventKind, events: readonly Event[]): GuestMoment | undefined {
  const event = guestLines(events.filter((each) => guestEventOf(each) === kind))
    .get(kind)
    ?.at(-1);
  if (event === undefined) return undefined;
  if (event.kind === EMITTED) return { event, at: momentOf(event), is: 'observed' };
  const proof = earliestProof(event, (each) => events.filter((line) => line.kind === each));
  return { event: proof, at: proof.at, is: 'derived' };
}
