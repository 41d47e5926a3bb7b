import type { EventKind } from '../catalogue/event.js';
import type { ActionInterval } from '../lifecycle/closed.js';
import { foreignUnplugKinds, isUnplugKind } from '../lifecycle/unplugs.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { GRACE, LATE_LINE_WINDOW, LEAD } from './times.js';

/** nova logs the unplug of a port at most this long (ms) after OVS has removed it. */
const UNPLUG_LEAD = seconds(1);

/** Whether a line with this request id and time is a late line of an exported action. */
export const isExported = (past: ActionInterval, request: string, at: Millis): boolean =>
  past.request === request && !past.rescheduled && at <= past.until + LATE_LINE_WINDOW;

/**
 * As `isExported`, for a line of nova-compute. An attempt that was rescheduled owns the lines between its first and its
 * last line.
 */
export const isTaken = (past: ActionInterval, request: string, at: Millis): boolean =>
  past.rescheduled
    ? past.request === request && past.last !== undefined && at >= past.opened && at <= past.last
    : isExported(past, request, at);

/** Whether two are the same action, or the same attempt at it. */
export const isSame = (a: ActionInterval, b: ActionInterval): boolean =>
  a.request === b.request && a.attempt === b.attempt && a.opened === b.opened;

/** The facts about a line without a request id that help to find its owner. */
export interface UnattributedLine {
  readonly kind: EventKind;
  /** the ports that it is about */
  readonly ports: readonly string[];
}

/**
 * The action that owns a line with an instance and without a request id, by the first rule that applies:
 *
 * 1. the action that holds the lock of the port that the line is about;
 * 2. the action that holds the instance's lock;
 * 3. the earliest action that has started and not ended;
 * 4. the action that ended just before or starts just after, unless a candidate without a name logs lines of the
 *    instance at that time.
 *
 * @param line if given: a line about the removal of a port, just before the start of an action, does not belong to an
 *   action that removes no port
 */
export function ownerAt<T extends ActionInterval>(actions: readonly T[], at: Millis, line?: UnattributedLine): T | undefined {
  let portHolder: T | undefined;
  let holder: T | undefined;
  let running: T | undefined;
  let before: T | undefined;
  let after: T | undefined;
  let isOfUnnamed = false;
  let isBeforeForeign = false;
  const unplug = line !== undefined && isUnplugKind(line.kind) ? line.kind : undefined;
  for (const each of actions) {
    if (each.spec === undefined) {
      isOfUnnamed ||= each.last !== undefined && each.opened <= at && at <= each.last + GRACE;
      continue;
    }
    const { lock, end, until, spec } = each;
    const isForeign = unplug !== undefined && foreignUnplugKinds(spec).has(unplug);
    const begin = Math.min(each.opened, each.start);
    if (lock !== undefined && lock.from <= at && at <= (lock.to ?? Number.POSITIVE_INFINITY) && at <= until) {
      if (lock.port === undefined) holder ??= each;
      else if (line?.ports.includes(lock.port) === true && !isForeign) portHolder ??= each;
    }
    if (begin <= at && at <= (end ?? until)) {
      if (running === undefined || begin < Math.min(running.opened, running.start)) running = each;
    } else if (end !== undefined && end < at && at <= until) {
      if (before === undefined || end > before.end!) {
        before = each;
        isBeforeForeign = isForeign;
      }
    } else if (at < begin && begin - LEAD <= at) {
      if (after === undefined || begin < Math.min(after.opened, after.start)) after = each;
    }
  }
  if (isBeforeForeign && after !== undefined && Math.min(after.opened, after.start) - at <= UNPLUG_LEAD) before = undefined;
  return portHolder ?? holder ?? running ?? (isOfUnnamed ? undefined : (before ?? after));
}

/** The earlier attempts at the same build that were passed to another host, as far as lines are kept. */
export function attemptsBefore({ request, opened }: ActionInterval, past: readonly ActionInterval[]): ActionInterval[] {
  const attempts: ActionInterval[] = [];
  const same = past.filter((other) => other.rescheduled && other.request === request);
  let next = opened;
  for (const each of same.length > 1 ? same.sort((a, b) => b.opened - a.opened) : same) {
    if (each.opened >= next) continue;
    if (each.until < next - LATE_LINE_WINDOW) break;
    attempts.push(each);
    next = each.opened;
  }
  return attempts;
}

/** When an action started, including its earlier attempts: lines before the first attempt belong to the action. */
export const beganOf = (action: ActionInterval, past: readonly ActionInterval[]): Millis =>
  Math.min(...[action, ...attemptsBefore(action, past)].flatMap(({ opened, start }) => [opened, start]));

/** Tries that were passed to another host and that no other attempt has followed yet. */
export const pendingAttempts = (past: readonly ActionInterval[], candidates: readonly ActionInterval[]): ActionInterval[] =>
  past.filter(
    (each) => each.rescheduled && ![...past, ...candidates].some((other) => other.request === each.request && other.opened > each.opened),
  );
