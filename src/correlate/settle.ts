import type { Millis } from '../model/line.js';
import type { Candidate, EndLine, Verdict } from './candidate.js';
import { COPIES } from './kinds.js';
import { COPY_QUIET, GRACE, QUIET, SHARED_GRACE, UNNAMED_QUIET } from './times.js';

/** Times (epoch ms) of nova-compute's lines about a whole host, in order. */
export interface HostMoments {
  /** nova-compute started: all open actions were interrupted */
  restarts(host: string): readonly Millis[];
  /** the periodic resource audit of the host */
  audits(host: string): readonly Millis[];
  /** a build was over, however it ended */
  buildEnds(host: string): readonly Millis[];
}

/** How an action ended, and the latest time of its lines. */
type Ending = Omit<Verdict, 'closesAt'>;

/**
 * Decides when and how a candidate ended, and when it closes.
 *
 *     open ──its end line──▶ ended ──grace──▶ closed (succeeded)
 *     open ──a failure──▶ failing ──clean-up or silence──▶ ended ──grace──▶ closed (failed)
 *     open ──nova-compute starts again──▶ closed (interrupted)
 *     open ──deadline──▶ closed (timed-out)
 */
export function settle(candidate: Candidate, hosts: HostMoments): Verdict {
  const { spec, lastOwn } = candidate;
  if (spec === undefined) {
    const until = lastOwn + (isCopying(candidate) ? COPY_QUIET : UNNAMED_QUIET);
    return { end: undefined, endIs: 'unobserved', outcome: undefined, until, closesAt: until };
  }
  const ending = endingOf(candidate, spec.deadline);
  const cut = interruption(candidate, ending, hosts) ?? endBeforeNext(candidate, ending);
  const { end, endIs, outcome, isBySilence, until } = cut ?? ending;
  return {
    end,
    endIs,
    outcome,
    isBySilence,
    until,
    closesAt: outcome === 'succeeded' ? closingOf(candidate, end ?? until, until, hosts) : until,
  };
}

/**
 * Whether any further line of its own may change its end: if silence ends it (without a name, or after a failure), or
 * after a restart of nova-compute, because a later line proves that the action continued.
 */
export const dependsOnLast = ({ verdict, host }: Candidate, hosts: HostMoments): boolean =>
  (verdict.outcome !== 'timed-out' && (verdict.outcome !== 'succeeded' || verdict.isBySilence === true)) || hosts.restarts(host).length > 0;

/** Whether a disk may be being copied: the source of a resize logs nothing during that time. */
const isCopying = ({ lines: { byRequest } }: Candidate): boolean => COPIES.has(byRequest[byRequest.length - 1]?.kind ?? 'disk.moved');

/** The end of the wait for late lines of an action that ended at `end`. */
const withGrace = ({ sharedSince }: Candidate, end: Millis): Millis => end + (sharedSince <= end + GRACE ? SHARED_GRACE : GRACE);

function endingOf(candidate: Candidate, deadline: Millis): Ending {
  const { spec, seen, isHandedBack, lastOwn } = candidate;
  const { lock, failedAt, cleanedAt, quietAt } = seen;
  const released = lock?.to;
  const end = endOf(candidate);
  if (end !== undefined) {
    const until = withGrace(candidate, end.at);
    if (!hasFailed(candidate, end))
      return { end: end.at, endIs: end.is, outcome: isDone(candidate, end) ? 'succeeded' : 'unfinished', until };
    const failed = Math.max(end.at, seen.failedLast ?? end.at);
    return { end: failed, endIs: 'derived', outcome: 'failed', until: withGrace(candidate, failed) };
  }
  if (released !== undefined && !isHandedBack) {
    const until = withGrace(candidate, released);
    if (spec?.lockIsSuccess === true && failedAt === undefined) return { end: released, endIs: 'observed', outcome: 'succeeded', until };
    // nova logs every failure, and the end of every build. Without either line the action has ended with an unknown
    // outcome.
    if (failedAt === undefined) return { end: released, endIs: 'observed', outcome: 'unfinished', until };
    // nova's own record of a failed action ends with the clean-up; the lock is released a little later.
    return { end: cleanedAt ?? released, endIs: 'derived', outcome: 'failed', until };
  }
  if (failedAt !== undefined && (lock === undefined || isHandedBack)) {
    const cleaned = isHandedBack ? undefined : cleanedAt;
    const isOver = cleaned !== undefined && (cleaned === lastOwn || seen.isFinal);
    const until = isOver ? withGrace(candidate, cleaned) : lastOwn + QUIET;
    return { end: cleaned ?? lastOwn, endIs: 'derived', outcome: 'failed', until };
  }
  if (quietAt !== undefined && quietAt >= lastOwn && (lock === undefined || released !== undefined))
    return { end: quietAt, endIs: 'derived', outcome: 'succeeded', isBySilence: true, until: quietAt + QUIET };
  return { end: undefined, endIs: 'unobserved', outcome: 'timed-out', until: seen.start.at + deadline };
}

/**
 * The end by the most exact of its lines, but not before nova's last line that its task is pending.
 */
function endOf({ spec, seen }: Candidate): EndLine | undefined {
  const { lock, ended, confirmed, provedAt, pendingAt } = seen;
  if (ended === undefined && provedAt === undefined) return undefined;
  const released = lock?.to;
  if (spec?.endsWithLock === true && ended !== undefined && released !== undefined && released >= ended.at)
    return { at: released, is: 'observed', isNeutral: ended.isNeutral };
  const isNeutral = ended?.isNeutral ?? false;
  const end = provedAt === undefined ? (confirmed ?? ended) : { at: provedAt, is: 'observed' as const };
  if (end === undefined) return undefined;
  return pendingAt !== undefined && pendingAt > end.at ? { at: pendingAt, is: 'derived', isNeutral } : { ...end, isNeutral };
}

/**
 * Whether the action failed. A failure counts up to the grace after the end. nova has recovered from a failure that
 * comes before a line that only a success logs.
 */
const hasFailed = ({ seen }: Candidate, { isNeutral }: EndLine): boolean =>
  isNeutral ? seen.failedAt !== undefined : seen.failedLast !== undefined && seen.failedLast >= (seen.ended?.at ?? seen.provedAt ?? 0);

/** Whether its lines show that its work was done, where its end line does not. */
const isDone = ({ spec, lines: { byRequest, attributed, apiLines } }: Candidate, { isNeutral }: EndLine): boolean => {
  const doneBy = isNeutral ? spec?.doneBy : undefined;
  return doneBy === undefined || [byRequest, attributed, apiLines].some((lines) => lines.some(({ kind }) => doneBy.includes(kind)));
};

/** The end of an action that a restart of nova-compute interrupted; undefined if none did. */
function interruption(candidate: Candidate, { until }: Ending, hosts: HostMoments): Ending | undefined {
  const { seen, host, lastOwn } = candidate;
  if (seen.ended !== undefined || seen.provedAt !== undefined || seen.lock?.to !== undefined || seen.isFinal) return undefined;
  const restart = hosts.restarts(host).find((at) => at > lastOwn && at <= until);
  return restart === undefined
    ? undefined
    : { end: lastOwn, endIs: 'derived', outcome: 'interrupted', until: withGrace(candidate, restart) };
}

/** The end of an action whose last lines are missing, if another action was at work on the instance after it. */
function endBeforeNext({ followedAt, lastOwn }: Candidate, { end }: Ending): Ending | undefined {
  if (end !== undefined || followedAt === undefined || followedAt <= lastOwn) return undefined;
  return { end: lastOwn, endIs: 'unobserved', outcome: 'unfinished', until: followedAt + GRACE };
}

/**
 * When an action that succeeded closes. At DEBUG some wait for the chains of their ports, or for the host's next
 * resource audit. At INFO the next action may have no name of its own, so the action before it does not stay open.
 */
function closingOf(candidate: Candidate, end: Millis, until: Millis, hosts: HostMoments): Millis {
  const { spec, seen, lines } = candidate;
  if (spec === undefined || !seen.isAtDebug) return until;
  const { postAuditWait, portWait } = spec;
  if (portWait !== undefined) {
    const { millis, after } = portWait;
    return after === undefined || lines.byRequest.some(({ kind }) => after.includes(kind)) ? Math.max(until, end + millis) : until;
  }
  if (postAuditWait === undefined) return until;
  const audit = hosts.audits(candidate.host).find((at) => at > end && at <= end + postAuditWait);
  return Math.max(until, audit === undefined ? end + postAuditWait : withGrace(candidate, audit));
}
