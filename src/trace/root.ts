import type { ClosedAction, ClosedUnit } from '../lifecycle/closed.js';
import { numberOf } from '../lifecycle/event.js';
import type { Coverage } from '../lifecycle/phase.js';
import { keys } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { Level } from '../model/record.js';
import type { AttributeValue, SpanLink } from '../model/span.js';
import { rootIdOf, traceIdOf } from './span-id.js';

/** Whether this is a real request id. If no line contains one, the time of the first line (`@...`) is used instead. */
export const isRequestId = (request: string): boolean => !request.startsWith('@');

/** A link to the root of an action. Ids are computed from names, so another process may write that root. */
export function linkTo(instance: string, request: string, action: string): SpanLink {
  const traceId = traceIdOf(instance, request);
  return { traceId, spanId: rootIdOf(traceId), attributes: { [keys.action]: action } };
}

/** The attributes of a root that identify the action: instance, request, project and user. */
export function identityOf(closed: ClosedUnit): Record<string, AttributeValue> {
  const own = closed.members.find(({ event }) => event.requestId === closed.request)?.event;
  const attributes: Record<string, AttributeValue> = {};
  attributes[keys.instance] = closed.instance;
  if (isRequestId(closed.request)) attributes[keys.request] = closed.request;
  if (own?.projectId !== undefined) attributes[keys.project] = own.projectId;
  if (own?.userId !== undefined) attributes[keys.user] = own.userId;
  return attributes;
}

/** The lowest level among the lines of the service that writes the root. Other services have their own levels. */
export function leastLevel({ members, service }: ClosedAction): Level {
  let least: Level = 'CRITICAL';
  for (const { event } of members)
    if (event.service === service && LEVELS.indexOf(event.level) < LEVELS.indexOf(least)) least = event.level;
  return least;
}
const LEVELS: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'AUDIT', 'WARNING', 'ERROR', 'CRITICAL'];

/** The duration that nova itself reports, in seconds: "Took N seconds to build instance." */
export function reportedDuration(action: ClosedAction): number | undefined {
  const { reports } = action.spec;
  const report = action.members.find(({ event }) => event.kind === reports);
  return report === undefined ? undefined : numberOf(report.event, 'seconds');
}

/** The part of the root's time that none of these times covers, in ms. */
export function unexplained(known: readonly { readonly start: Millis; readonly end: Millis }[], start: Millis, end: Millis): number {
  let to = start;
  let covered = 0;
  for (const time of known.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(to, time.start);
    const until = Math.min(end, time.end);
    if (until > from) {
      covered += until - from;
      to = until;
    }
  }
  return Math.round((end - start - covered) * 1000) / 1000;
}

/** Adds the lists of observed, missing, not logged and not applicable phases. */
export function addCoverage(attributes: Record<string, AttributeValue>, coverage: Coverage): void {
  attributes[keys.observed] = coverage.observed;
  attributes[keys.missing] = coverage.missing;
  attributes[keys.notLogged] = coverage.notLogged;
  attributes[keys.notApplicable] = coverage.notApplicable;
}
