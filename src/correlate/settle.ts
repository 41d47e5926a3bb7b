import type { Millis } from '../model/line.js';
import type { Candidate, Verdict } from './candidate.js';
import { GRACE, QUIET, SHARED_GRACE, UNNAMED_QUIET } from './times.js';

/** What a host's nova-compute printed that is of no instance, in order of time. */
export interface HostMarks {
  /** nova-compute began: whatever was under way is cut off */
  restarts(host: string): readonly Millis[];
  /** the periodic count of the host's resources */
  audits(host: string): readonly Millis[];
}

/** How an action ended, and up to when its lines may lie. */
type Ending = Omit<Verdict, 'closesAt'>;

/**
 * Works out from what is known when a candidate ends, how, and when it may be closed.
 *
 *     open ──its end line──▶ ended ──grace──▶ closed (succeeded)
 *     open ──a failure──▶ failing ──clean-up or silence──▶ ended ──grace──▶ closed (failed)
 *     open ──nova-compute starts again──▶ closed (interrupted)
 *     open ──deadline──▶ closed (timed-out)
 */
export function settle(candidate: Candidate, marks: HostMarks): Verdict {
  const { spec, lastOwn } = candidate;
  if (spec === undefined) {
    const until = lastOwn + UNNAMED_QUIET;
    return { end: undefined, outcome: undefined, until, closesAt: until };
  }
  const ending = endingOf(candidate, spec.deadline);
  const cut = interruption(candidate, ending, marks);
  const { end, outcome, until } = cut ?? ending;
  return { end, outcome, until, closesAt: outcome === 'succeeded' ? closingOf(candidate, end ?? until, until, marks) : until };
}

/** How long lines of an action that ended then are waited for. */
const withGrace = ({ sharedSince }: Candidate, end: Millis): Millis => end + (sharedSince <= end + GRACE ? SHARED_GRACE : GRACE);

function endingOf(candidate: Candidate, deadline: Millis): Ending {
  const { spec, seen, isHandedBack, lastOwn } = candidate;
  const { lock, succeededAt, confirmedAt, quietAt, failedAt, cleanedAt } = seen;
  const released = lock?.to;
  if (succeededAt !== undefined) {
    const isLock = spec?.endsWithLock === true && released !== undefined && released >= succeededAt;
    const end = isLock ? released : (confirmedAt ?? succeededAt);
    return { end, outcome: 'succeeded', until: withGrace(candidate, end) };
  }
  if (released !== undefined && !isHandedBack) {
    const isSuccess = spec?.lockIsSuccess === true && failedAt === undefined;
    // nova's own record of a failed one ends with its clean-up; the lock is held on for a while.
    const end = isSuccess ? released : (cleanedAt ?? released);
    return { end, outcome: isSuccess ? 'succeeded' : 'failed', until: withGrace(candidate, released) };
  }
  if (failedAt !== undefined && (lock === undefined || isHandedBack)) {
    const cleaned = isHandedBack ? undefined : cleanedAt;
    const isOver = cleaned !== undefined && (cleaned === lastOwn || seen.isFinal);
    return { end: cleaned ?? lastOwn, outcome: 'failed', until: isOver ? withGrace(candidate, cleaned) : lastOwn + QUIET };
  }
  if (quietAt !== undefined && quietAt >= lastOwn && (lock === undefined || released !== undefined))
    return { end: quietAt, outcome: 'succeeded', until: quietAt + QUIET };
  return { end: undefined, outcome: 'timed-out', until: seen.start + deadline };
}

/** What a restart of nova-compute makes of an action that had not ended. */
function interruption(candidate: Candidate, { until }: Ending, marks: HostMarks): Ending | undefined {
  const { seen, host, lastOwn } = candidate;
  if (seen.succeededAt !== undefined || seen.lock?.to !== undefined || seen.isFinal) return undefined;
  const restart = marks.restarts(host).find((at) => at > lastOwn && at <= until);
  return restart === undefined ? undefined : { end: lastOwn, outcome: 'interrupted', until: withGrace(candidate, restart) };
}

/** When an action that succeeded may be closed: some wait at DEBUG for the host's next resource audit. */
function closingOf(candidate: Candidate, end: Millis, until: Millis, marks: HostMarks): Millis {
  const lingers = candidate.spec?.lingers;
  if (lingers === undefined || !candidate.seen.isAtDebug) return until;
  const audit = marks.audits(candidate.host).find((at) => at > end && at <= end + lingers);
  return Math.max(until, audit === undefined ? end + lingers : withGrace(candidate, audit));
}
