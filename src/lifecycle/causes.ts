import type { EventKind } from '../catalogue/event.js';
import type { AtLeast } from '../catalogue/wants.js';
import type { Millis } from '../model/line.js';
import { type Event, type Member, numberOf, textOf } from './event.js';
import type { Phase } from './phase.js';
import { isOf } from './thread.js';

/**
 * Why a phase took so long, as far as the logs show. All times are in ms.
 *
 * - `ovnStall`, `ovsStall`, `northdStall`: time of the phase in which the main loop of the daemon was blocked
 * - `ovnEngine`: time of the phase in which ovn-controller's incremental engine computed a slow node
 * - `lockWait`, `lock`: time spent waiting for locks, and the names of these locks
 * - `image`, `imageFetch`, `imageConvert`: whether the image had to be fetched, and how long that took
 * - `requests`: only on the root: time in which a request of the action to another service was in progress
 */
export interface Causes {
  readonly ovnStall?: number;
  readonly ovsStall?: number;
  readonly northdStall?: number;
  readonly ovnEngine?: number;
  readonly lockWait?: number;
  readonly lock?: readonly string[];
  readonly image?: 'cache-hit' | 'fetched' | 'converted';
  readonly imageFetch?: number;
  readonly imageConvert?: number;
  readonly requests?: number;
}

interface HostCause {
  readonly cause: 'ovnStall' | 'ovsStall' | 'northdStall' | 'ovnEngine';
  /** a line that the daemon logs at the end of some work, with its duration */
  readonly kind: EventKind;
  readonly service: string;
  readonly phases: readonly string[];
  /** one such daemon serves all hosts, so its host does not matter */
  readonly anywhere?: true;
}

const OVS_PHASES = ['ovs interface add', 'ovs interface delete', 'flow install'];
const OVN_PHASES = ['lport claim', 'flow install', 'lport up', 'lport release', 'lport down'];

/** Which lines of which daemon explain which phases. */
const hostCauses: readonly HostCause[] = [
  { cause: 'ovnStall', kind: 'poll.stalled', service: 'ovn-controller', phases: OVN_PHASES },
  { cause: 'ovnEngine', kind: 'engine.stalled', service: 'ovn-controller', phases: OVN_PHASES },
  // ovn-controller reports flows as installed only after OVS has confirmed them, so OVS slows "flow install", too.
  { cause: 'ovsStall', kind: 'poll.stalled', service: 'ovs-vswitchd', phases: OVS_PHASES },
  { cause: 'northdStall', kind: 'poll.stalled', service: 'ovn-northd', phases: ['port status up', 'port status down'], anywhere: true },
];

interface LockCause {
  readonly kind: EventKind;
  /** the name of the lock that a user sees */
  readonly lock: string;
  /** the phases that may wait for it, the most likely first; if none was in progress, the root gets the wait */
  readonly phases: readonly string[];
  /** the line at which the wait starts, if the line at its end does not state the duration */
  readonly from?: EventKind;
}

const lockCauses: readonly LockCause[] = [
  { kind: 'instance.lock.acquired', lock: 'instance', phases: ['lock wait'] },
  { kind: 'interface.lock.acquired', lock: 'interface', phases: ['lock wait'] },
  { kind: 'claim.lock.acquired', lock: 'compute_resources', phases: ['resource claim'] },
  { kind: 'resource.lock.acquired', lock: 'compute_resources', phases: ['delete finish', 'allocation delete', 'network deallocate'] },
  { kind: 'image.lock.acquired', lock: 'image', phases: ['image create'] },
  {
    kind: 'cache.lock.acquired',
    lock: 'refresh_cache',
    phases: ['network allocate', 'info cache update', 'network info'],
    from: 'cache.lock.awaited',
  },
];

/** The phase that needs the image. */
const IMAGE_PHASE = 'image create';

/** Shorter waits (ms) are the normal cost of taking a lock. */
const MIN_WAIT = 100;
/** Shorter computations of the engine (ms) are normal; at DEBUG it logs every one. */
const MIN_ENGINE = 100;
/** A build that finds the image in the cache holds the lock for less than this (ms). */
const MIN_FETCH = 10;

/** Kinds of lines that are read only for their duration: lines with a shorter one are skipped. */
const minimums: Readonly<Partial<Record<EventKind, AtLeast>>> = {
  'resource.lock.acquired': { field: 'waited', number: MIN_WAIT / 1000 },
  'engine.stalled': { field: 'millis', number: MIN_ENGINE },
};

/** The shortest duration that makes a line of this kind worth reading; undefined if all its lines are read. */
export const minimumOf = (kind: EventKind): AtLeast | undefined => minimums[kind];

/** Kinds that matter only inside an action. nova's periodic tasks log them all day, under requests without a user. */
const USERS_ONLY: ReadonlySet<EventKind> = new Set<EventKind>([
  'power.state.checked',
  'instance.attribute.loaded',
  'cache.lock.awaited',
  'cache.lock.acquired',
  'cache.lock.released',
]);

/** Whether lines of this kind count only if their request has a user id. */
export const isOnlyOfUsers = (kind: EventKind): boolean => USERS_ONLY.has(kind);

/** The possible causes of a long phase, as sentences for a user. Empty if no line of a log shows a cause. */
export function causesKnownOf(phase: string): string[] {
  return [
    ...hostCauses
      .filter(({ phases }) => phases.includes(phase))
      .map(({ service, kind }) => (kind === 'engine.stalled' ? `the engine of ${service} is busy` : `the main loop of ${service} stalls`)),
    ...lockCauses.filter(({ phases }) => phases.includes(phase)).map(({ lock }) => `another holds the lock ${lock}`),
    ...(phase === IMAGE_PHASE ? ['the image is not in the cache of the host: it is fetched, and converted'] : []),
  ];
}

/** Kinds of lines that are read only as causes. */
export const causeKinds: readonly EventKind[] = [
  ...hostCauses.map(({ kind }) => kind),
  ...lockCauses.flatMap(({ kind, from }) => (from === undefined ? [kind] : [kind, from])),
  'image.converting',
  'image.converted',
];

/** Whether a line is stored by its host, and not by an action: a stall of a daemon. */
export const isOfHost = ({ kind }: Event): boolean => hostKinds.has(kind);
const hostKinds: ReadonlySet<EventKind> = new Set(hostCauses.map(({ kind }) => kind));

/** Whether a line reports too short a time to be a cause, and has no other use. */
export function isNegligible(event: Event): boolean {
  // nova checks the power state all day. Only a check inside an action matters.
  if (event.kind === 'power.state.checked') return event.userId === undefined;
  // Only the list of stalls uses it: the task was blocked, or it waited for another service.
  if (event.kind === 'loop.outlasted') return true;
  if (event.kind === 'poll.stalled') return !hostCauses.some(({ service }) => service === event.service);
  return false;
}

interface CauseInput {
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  /** the compute host, or undefined for a fragment */
  readonly host: string | undefined;
  readonly members: readonly Member[];
}

/** The causes of each phase that has any, and those of the root (`whole`): a pure function of the lines. */
export function causesOf(
  phases: readonly Phase[],
  input: CauseInput,
  hostEvents: readonly Event[],
): { of: ReadonlyMap<Phase, Causes>; whole: Causes } {
  const of = new Map<Phase, Causes>();
  let whole: Causes = {};
  const attributeTo = (phase: Phase | undefined, causes: Causes): void => {
    if (phase === undefined) whole = merged(whole, causes);
    else of.set(phase, merged(of.get(phase) ?? {}, causes));
  };

  for (const phase of hostEvents.length === 0 ? [] : phases) {
    for (const { cause, kind, service, phases: names, anywhere } of hostCauses) {
      if (!names.some((name) => isOf(phase, name))) continue;
      const lines = hostEvents.filter(
        (event) => event.kind === kind && event.service === service && (anywhere === true || event.host === phase.host),
      );
      const lost = covered(
        lines.map(({ at, fields }) => ({ start: at - Number(fields['millis']), end: at })),
        phase,
      );
      if (lost > 0) attributeTo(phase, { [cause]: lost });
    }
  }

  const { host } = input;
  if (host === undefined) return { of, whole };
  const own = input.members
    .map(({ event }) => event)
    .filter((event) => event.requestId === input.request && event.service === 'nova-compute' && event.host === host);
  const onHost = phases.filter((phase) => phase.service === 'nova-compute' && phase.host === host);

  for (const { kind, lock, phases: names, from } of lockCauses) {
    for (const event of own) {
      if (event.kind !== kind) continue;
      const wait = waitOf(event, own, from);
      if (wait.end - wait.start < MIN_WAIT || covered([wait], input) === 0) continue;
      const candidates = names.flatMap((name) => onHost.filter((phase) => isOf(phase, name) && covered([wait], phase) > 0));
      attributeTo(candidates[0], { lockWait: inMillis(wait.end - wait.start), lock: [lock] });
    }
  }

  const image = imageOf(own, input.members);
  if (image !== undefined)
    attributeTo(
      onHost.find((phase) => isOf(phase, IMAGE_PHASE)),
      image,
    );

  const requests = covered(phases.filter(isRequest), input);
  if (requests > 0) attributeTo(undefined, { requests });
  return { of, whole };
}

/** A request from nova-compute to another service. The user's request to nova-api comes before the action. */
const isRequest = ({ spec }: Phase): boolean => spec.http === 'service';

interface Time {
  readonly start: Millis;
  readonly end: Millis;
}

function waitOf(event: Event, own: readonly Event[], from: EventKind | undefined): Time {
  if (from === undefined) return { start: event.at - (numberOf(event, 'waited') ?? 0) * 1000, end: event.at };
  const begun = own.findLast(({ kind, at }) => kind === from && at <= event.at);
  const before = own.findLast(({ kind, at }) => kind === event.kind && at < event.at);
  // Another lock was taken in between, so the start of this wait is not known.
  return { start: begun === undefined || (before !== undefined && before.at > begun.at) ? event.at : begun.at, end: event.at };
}

/** How much of a time range others cover, in ms. Where they overlap, the time counts once. */
function covered(others: readonly Time[], { start, end }: Time): number {
  let to = start;
  let sum = 0;
  for (const other of [...others].sort((a, b) => a.start - b.start)) {
    const from = Math.max(to, other.start);
    const until = Math.min(end, other.end);
    if (until > from) {
      sum += until - from;
      to = until;
    }
  }
  return inMillis(sum);
}

/**
 * Whether the image was in the cache of the host. At INFO only a download in glance's log shows that it was not; no
 * line shows that it was.
 */
function imageOf(own: readonly Event[], members: readonly Member[]): Causes | undefined {
  const sum = (events: readonly Event[], field: string): number =>
    inMillis(events.reduce((total, event) => total + (numberOf(event, field) ?? 0) * 1000, 0));
  const released = own.filter(({ kind }) => kind === 'image.lock.released');
  const fetches = released.filter((event) => textOf(event, 'function')?.endsWith('.fetch_func_sync'));
  const downloads = members
    .map(({ event }) => event)
    .filter((event) => event.kind === 'image.downloaded' && numberOf(event, 'status') === 200);
  const converted = own.filter(({ kind }) => kind === 'image.converted');
  const held = sum(fetches, 'held');
  if (held >= MIN_FETCH || downloads.length > 0)
    return {
      image: converted.length > 0 || own.some(({ kind }) => kind === 'image.converting') ? 'converted' : 'fetched',
      imageFetch: held >= MIN_FETCH ? held : sum(downloads, 'seconds'),
      ...(converted.length === 0 ? {} : { imageConvert: sum(converted, 'seconds') }),
    };
  return released.length > 0 ? { image: 'cache-hit' } : undefined;
}

/** Merges two sets of causes. Waits for locks are added up. */
const merged = (a: Causes, b: Causes): Causes => ({
  ...a,
  ...b,
  ...(a.lockWait === undefined || b.lockWait === undefined ? {} : { lockWait: inMillis(a.lockWait + b.lockWait) }),
  ...(a.lock === undefined || b.lock === undefined ? {} : { lock: [...new Set([...a.lock, ...b.lock])].sort() }),
});

const inMillis = (millis: number): number => Math.round(millis * 1000) / 1000;
