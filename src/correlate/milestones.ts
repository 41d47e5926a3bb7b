import type { EventKind } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import type { ActionSpec, Edge } from '../lifecycle/define.js';
import { type Event, numberOf } from '../lifecycle/event.js';
import { actionOfLock } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';

/** Takes one line into account: what it shows of the action's start and end. */
export function note(candidate: Candidate, event: Event): void {
  const { spec, seen } = candidate;
  const { kind, at } = event;
  const isOfRequest = event.requestId === candidate.request;
  if (isOfRequest && event.level === 'DEBUG') seen.isAtDebug = true;
  if (kind === 'instance.build.failed' || kind === 'claim.failed') seen.mayBeGivenOn = true;
  if (isOfRequest && kind === 'allocation.deleted') seen.isFinal = true;
  if (isOfRequest && event.service === 'nova-compute') {
    // The root of an action of two hosts is written by the one that prints its naming line.
    if (spec?.takesPart === undefined || spec.namedBy.includes(kind)) candidate.host = event.host;
    if (actionOfLock(event) !== undefined) {
      const step = traitsOf(kind).lock?.step;
      if (step === 'acquired') seen.lock = { from: at, to: undefined };
      else if (step === 'released') seen.lock = { from: seen.lock?.from ?? at, to: at };
    }
  }
  if (spec === undefined) return;
  if (mayStart(spec, kind)) seen.start = startOf(spec, candidate);
  if (spec.ends.includes(kind) && isAfterItsCause(spec, candidate) && (spec.endsWithId !== true || isOfRequest)) seen.succeededAt ??= at;
  else if (seen.succeededAt !== undefined && spec.confirms?.includes(kind)) seen.confirmedAt = at;
  if (spec.endsQuietly?.includes(kind)) seen.quietAt = at;
  if (spec.fails.includes(kind)) seen.failedAt ??= at;
  if (spec.cleansUp.includes(kind)) seen.cleanedAt = at;
  if (kind === 'instance.build.rescheduled') candidate.rescheduled = true;
}

const isAfterItsCause = ({ endsAfter }: ActionSpec, { lines }: Candidate): boolean =>
  endsAfter === undefined || lines.own.some((event) => endsAfter.includes(event.kind));

/** Whether a line of this kind has a say in when the action began. */
const mayStart = (spec: ActionSpec, kind: EventKind): boolean =>
  spec.starts.some(({ kinds, followedBy }) => kinds.includes(kind) || followedBy?.kind === kind);

function startOf(spec: ActionSpec, { lines, opened }: Candidate): Millis {
  const { own, owned, begun } = lines;
  for (const edge of spec.starts) {
    const among = own.find((event) => edge.kinds.includes(event.kind) && isOfTheAction(event, spec));
    const found = among ?? [...owned, ...begun].find((event) => edge.kinds.includes(event.kind));
    if (found === undefined || !isFollowed(found, edge, own)) continue;
    const at = edgeTime(found, edge);
    return spec.startsWithFirst === true ? Math.min(at, opened) : at;
  }
  return opened;
}

const isFollowed = ({ at }: Event, { followedBy }: Edge, own: readonly Event[]): boolean =>
  followedBy === undefined || own.some((event) => event.kind === followedBy.kind && event.at >= at && event.at <= at + followedBy.within);

/** Among lock lines only those of the action's own function. */
const isOfTheAction = (event: Event, spec: ActionSpec): boolean => traitsOf(event.kind).lock === undefined || actionOfLock(event) === spec;

const edgeTime = (event: Event, edge: Edge): Millis =>
  edge.less === undefined ? event.at : event.at - Math.round((numberOf(event, edge.less) ?? 0) * 1e6) / 1e3;
