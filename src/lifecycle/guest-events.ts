import type { EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { atTime, type Event, inOrder, type Member, numberOf, textOf } from './event.js';

/** What nova calls an event of the guest when libvirt reports it (DEBUG), and the line that it prints when it handles the event. */
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

/** The line at DEBUG that states when an event of the guest happened. */
export const EMITTED: EventKind = 'guest.event.emitted';

/** Lines that nova prints only when it has seen the guest run: what started or resumed the guest happened before. */
export const PROOFS: readonly EventKind[] = [
  'instance.spawned',
  'instance.rebooted',
  'instance.soft.rebooted',
  'instance.running',
  'instance.spawn.timed',
  'instance.built',
];

/** nova keeps "Stopped" back for 15 s; whatever differs by more was stamped by another clock, or in another zone. */
const MAX_HANDLING_DELAY = seconds(60);

/** A stamp has whole milliseconds: an event may seem to be emitted so much before it happened. */
const ROUNDING: Millis = 1;

/** Which event of the guest a line is about, by the kind of the line that nova prints of it; undefined where it is about none. */
export function guestEventOf(event: Event): EventKind | undefined {
  if (printedKinds.has(event.kind)) return event.kind;
  return event.kind === EMITTED && happenedAt(event) !== undefined ? PRINTED.get(textOf(event, 'state') ?? '') : undefined;
}

/** When the event of the guest happened, as the line states; undefined where it states nothing that can be. */
export function happenedAt(event: Event): Millis | undefined {
  const epoch = event.kind === EMITTED ? numberOf(event, 'epoch') : undefined;
  if (epoch === undefined) return undefined;
  const at = Math.round(epoch * 1e6) / 1e3;
  return at <= event.at + ROUNDING && at >= event.at - MAX_HANDLING_DELAY ? at : undefined;
}

/**
 * The lines of an action, each line that states when an event of the guest happened at that moment: it is shown, compared and
 * taken for an end there. nova prints the same event a second time when it handles it, up to five seconds late.
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

/** When it happened where the line states it, else when it was printed. */
export const momentOf = (event: Event): Millis => happenedAt(event) ?? event.at;

/**
 * The lines of each event of the guest, by the kind of the printed line: those that state when it happened, and those printed
 * ones of which none does. Each that states it stands for the next printed one of its host.
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
 * The line that says best when a printed event of the guest happened, where none states it: what follows from the event may be
 * printed before it.
 * @param find the lines of a kind, in order
 * @param since nothing before this moment follows from the event
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

/** An event of the guest: when it happened, on the word of which line. */
export interface GuestMoment {
  readonly event: Event;
  readonly at: Millis;
  readonly is: 'observed' | 'derived';
}

/** The last such event of the guest that some lines show. Only a line that states the moment makes it `observed`. */
export function lastGuestEvent(kind: EventKind, events: readonly Event[]): GuestMoment | undefined {
  const event = guestLines(events.filter((each) => guestEventOf(each) === kind))
    .get(kind)
    ?.at(-1);
  if (event === undefined) return undefined;
  if (event.kind === EMITTED) return { event, at: momentOf(event), is: 'observed' };
  const proof = earliestProof(event, (each) => events.filter((line) => line.kind === each));
  return { event: proof, at: proof.at, is: 'derived' };
}
