import type { EventKind } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import type { ActionSpec, Edge } from '../lifecycle/define.js';
import { type Event, inOrder, numberOf, textOf } from '../lifecycle/event.js';
import { actionOfLock, actions, isTaskOf, taskOf } from '../lifecycle/name.js';
import { notAfter } from '../lifecycle/rounding.js';
import type { Millis } from '../model/line.js';
import type { Candidate, Moment } from './candidate.js';
import { LIFECYCLE } from './kinds.js';
import type { HostMoments } from './settle.js';

/** The kinds of lines that can affect the start or the end of an action. Most kinds cannot. */
const decisive: ReadonlyMap<ActionSpec, ReadonlySet<EventKind>> = new Map(
  actions.map((spec) => [
    spec,
    new Set<EventKind>([
      'allocation.deleted',
      'power.state.sync.pending',
      ...spec.starts.flatMap(({ kinds, followedBy }) => (followedBy === undefined ? kinds : [...kinds, followedBy.kind])),
      ...(spec.underWay ?? []).flatMap(({ kinds }) => kinds),
      ...spec.ends,
      ...(spec.endsAfter ?? []),
      ...(spec.lateEndEvents ?? []),
      ...(spec.provedBy ?? []),
      ...(spec.endsQuietly ?? []),
      ...(spec.handsBack ?? []),
      ...(spec.decides ?? []),
      ...(spec.reopens ?? []),
      ...spec.fails,
      ...spec.cleanupEvents,
      ...(spec.portWait?.after ?? []),
    ]),
  ]),
);

/**
 * Updates the milestones of a candidate with one line.
 *
 * @returns whether the line may change the start or the end
 */
export function note(candidate: Candidate, event: Event, hosts: HostMoments): boolean {
  const { spec, seen } = candidate;
  const { kind, at } = event;
  const isOfRequest = event.requestId === candidate.request;
  let isDecisive = false;
  if (isOfRequest) {
    if (event.level === 'DEBUG' && !seen.isAtDebug) {
      seen.isAtDebug = true;
      isDecisive = true;
    }
    if (kind === 'allocation.deleted') seen.isFinal = true;
    if (event.service === 'nova-compute') {
      // In an action of two hosts, the host that logs the naming line writes the root.
      if (candidate.host !== event.host && (spec?.peerEvidence === undefined || spec.namedBy.includes(kind))) {
        candidate.host = event.host;
        isDecisive = true;
      }
      if (actionOfLock(event) !== undefined) {
        const step = traitsOf(kind).lock?.step;
        if (step === 'acquired') seen.lock = { from: at, to: undefined, ...portOfLock(event) };
        else if (step === 'released') seen.lock = { from: at, ...portOfLock(event), ...seen.lock, to: at };
        isDecisive = true;
      }
    }
  }
  if (spec === undefined) return true;
  if (decisive.get(spec)?.has(kind) !== true) return isDecisive;
  if (mayStart(spec, kind)) seen.start = startOf(spec, candidate, hosts);
  noteEnd(candidate, spec, event, isOfRequest);
  noteFailure(candidate, spec, event, isOfRequest);
  return true;
}

/** The port of a lock; empty for a lock of the instance. */
const portOfLock = (event: Event): { port?: string } =>
  traitsOf(event.kind).lock?.of === 'interface' ? { port: textOf(event, 'port') ?? 'new' } : {};

function noteEnd(candidate: Candidate, spec: ActionSpec, event: Event, isOfRequest: boolean): void {
  const { seen, opened } = candidate;
  const { kind, at } = event;
  // What lies before its first line may name an action; it ended the one before.
  if (at < opened) return;
  if (spec.ends.includes(kind)) {
    if (!isRefused(event) && isAfterItsCause(spec, candidate, event))
      seen.ended ??= { at, is: certaintyOf(event), isNeutral: traitsOf(kind).lock !== undefined || traitsOf(kind).request === true };
  } else if (seen.ended !== undefined && spec.lateEndEvents?.includes(kind)) seen.confirmed = { at, is: certaintyOf(event) };
  if (isOfRequest && spec.provedBy?.includes(kind) === true && isAfterItsName(spec, candidate)) seen.provedAt = at;
  if (spec.endsQuietly?.includes(kind)) seen.quietAt = at;
  if (kind === 'power.state.sync.pending' && isTaskOf(spec, taskOf(event))) seen.pendingAt = at;
}

function noteFailure({ seen }: Candidate, spec: ActionSpec, event: Event, isOfRequest: boolean): void {
  const { kind, at } = event;
  if (spec.handsBack?.includes(kind)) seen.isHandedBack = true;
  if (spec.decides?.includes(kind)) seen.isDecided = true;
  if (spec.reopens?.includes(kind)) seen.isDecided = false;
  if (!isOfRequest && spec.failsWithOwnId?.includes(kind) === true) return;
  if (spec.fails.includes(kind) || (spec.ends.includes(kind) && isRefused(event))) {
    seen.failedAt ??= at;
    if (isOfRequest) seen.failedLast = at;
  }
  if (spec.cleanupEvents.includes(kind)) seen.cleanedAt = at;
}

/** nova logs libvirt's lifecycle events some time after they happened. */
const certaintyOf = ({ kind }: Event): Moment['is'] => (LIFECYCLE.has(kind) ? 'derived' : 'observed');

/** Whether an API answered with an error: it refused the action, or nova-compute did not answer in time. */
const isRefused = (event: Event): boolean => traitsOf(event.kind).request === true && (numberOf(event, 'status') ?? 0) >= 400;

/**
 * Whether a line of `endsAfter` came before an end line. Without it the end line belongs to an earlier action without a
 * name.
 */
const isAfterItsCause = ({ endsAfter }: ActionSpec, { lines }: Candidate, end: Event): boolean =>
  endsAfter === undefined || lines.byRequest.some((event) => endsAfter.includes(event.kind) && inOrder(event, end) <= 0);

const isAfterItsName = ({ namedBy }: ActionSpec, { lines }: Candidate): boolean =>
  namedBy.length === 0 || lines.byRequest.some(({ kind }) => namedBy.includes(kind));

/** Whether a line of this kind may affect the start of the action. */
const mayStart = (spec: ActionSpec, kind: EventKind): boolean =>
  spec.starts.some(({ kinds, followedBy }) => kinds.includes(kind) || followedBy?.kind === kind) ||
  spec.underWay?.some(({ kinds }) => kinds.includes(kind)) === true;

/** The start of an action: the first edge that has a line, otherwise the first line as a substitute. */
export function startOf(spec: ActionSpec, candidate: Candidate, hosts: HostMoments): Moment {
  const { lines, opened, host } = candidate;
  const { byRequest, attributed, apiLines } = lines;
  for (const edge of spec.starts) {
    const isEdge = (event: Event): boolean => edge.kinds.includes(event.kind) && isOfTheAction(event, spec);
    const found = byRequest.find(isEdge) ?? attributed.find(isEdge) ?? apiLines.find(isEdge);
    if (found === undefined || !isFollowed(found, edge, byRequest, () => hosts.buildEnds(host))) continue;
    const at = edge.less === undefined ? found.at : notAfter(beganAt(found, edge.less), opened);
    if (spec.startsWithFirst === true && opened < at) break;
    return { at, is: edge.less !== undefined || edge.derived === true ? 'derived' : startIsOf(candidate, found) };
  }
  const first = byRequest[0];
  const since = Math.min(...byRequest.map((event) => underWaySince(spec, event)));
  if (since < opened) return { at: since, is: 'unobserved' };
  return { at: opened, is: first !== undefined && spec.opensWith?.includes(first.kind) === true ? 'derived' : 'unobserved' };
}

function underWaySince({ underWay = [] }: ActionSpec, event: Event): Millis {
  const seconds = underWay.find(({ kinds }) => kinds.includes(event.kind))?.lessStated?.(event);
  return seconds === undefined ? Number.POSITIVE_INFINITY : event.at - seconds * 1000;
}

/** At INFO no line shows how long an action waited for the instance, so its first line is only a bound. */
const startIsOf = ({ mayHaveWaited }: Candidate, { kind }: Event): Moment['is'] =>
  mayHaveWaited && traitsOf(kind).lock === undefined ? 'derived' : 'observed';

/**
 * Whether the line of `followedBy` comes soon enough after the edge's line. If no build ended in between, the action
 * did not wait in the queue, however long it took.
 */
function isFollowed({ at }: Event, { followedBy }: Edge, byRequest: readonly Event[], buildEnds: () => readonly Millis[]): boolean {
  if (followedBy === undefined) return true;
  const next = byRequest.find((event) => event.kind === followedBy.kind && event.at >= at);
  return next !== undefined && (next.at <= at + followedBy.within || !buildEnds().some((end) => end > at && end < next.at));
}

/** Whether a lock line belongs to the action's own function; true for all other lines. */
const isOfTheAction = (event: Event, spec: ActionSpec): boolean => traitsOf(event.kind).lock === undefined || actionOfLock(event) === spec;

/** The start of work whose duration (seconds) is in a field of the line at its end; epoch ms. */
const beganAt = (event: Event, field: string): Millis => event.at - Math.round((numberOf(event, field) ?? 0) * 1e6) / 1e3;
