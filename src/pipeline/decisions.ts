import type { ClosedRecord } from '../correlate/closed-record.js';
import type { Decide, Decision } from '../correlate/decisions.js';

import { scrubbed } from '../export/scrub.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import type { Log } from '../telemetry/log.js';
import type { FollowerVitals } from './follower-vitals.js';

/** Reason why a closed action is not sent. */
type NotSent = 'already sent' | 'before the start' | 'no phase seen';

/** Logs the decisions between a line and its delivered trace, to answer why a trace did not appear. */
export interface DecisionLog {
  readonly decide: Decide;
  notSent(record: ClosedRecord, why: NotSent): void;
  made(trace: FinishedTrace): void;
  done(trace: FinishedTrace, how: string): void;
  /** Logs how far all logs are read, and which log is behind. */
  standing(vitals: FollowerVitals): void;
}

const WHY_NOT: Record<NotSent, string> = {
  'already sent': 'a trace of this action was already delivered; its lines were read again after a restart',
  'before the start': 'it ended before the first start of novaspan, or began before lookBack; with --backfill it is exported',
  'no phase seen': 'none of its phases was seen',
};

/** @returns undefined unless the level is debug: then no decision is computed */
export function decisionLog(log: Log): DecisionLog | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  return {
    decide: (decision) => log.debug(fieldsOf(decision), `decision: ${decision.decision}`),
    notSent: ({ instance, request, began }, why) =>
      log.debug({ instance, request, began: timeOf(began), why: WHY_NOT[why] }, `decision: not sent: ${why}`),
    made: ({ traceId, instance, request, action, form, spans }) =>
      log.debug({ instance, request, action, form, traceId, spans: spans.length }, 'decision: sent to the queue'),
    done: ({ traceId, instance, request }, how) => log.debug({ instance, request, traceId }, `decision: ${how}`),
    standing({ watermark, logs, linesKept }) {
      const behind = logs.filter(({ lagBytes, readable, newest }) => !readable || lagBytes > 0 || newest === undefined);
      const [slowest] = behind.sort((a, b) => (a.newest ?? 0) - (b.newest ?? 0));
      log.debug(
        {
          readTo: timeOf(watermark),
          linesKept,
          ...(slowest !== undefined && { waitsFor: slowest.path, itsLastLine: timeOf(slowest.newest), itsUnreadBytes: slowest.lagBytes }),
        },
        'all logs are read up to this time; actions that end later are still open',
      );
    },
  };
}

function fieldsOf({ instance, request, action, form, outcome, line, end, waitsFor, closesAt, why }: Decision): object {
  return {
    instance,
    request,
    action,
    form,
    outcome,
    why,
    end: timeOf(end),
    closesAt: timeOf(closesAt),
    ...(waitsFor !== undefined && waitsFor.length > 0 && { waitsFor }),
    ...(line !== undefined && { line: lineOf(line) }),
  };
}

const timeOf = (at: Millis | undefined): string | undefined =>
  at !== undefined && Number.isFinite(at) ? new Date(at).toISOString() : undefined;

const lineOf = ({ kind, at, service, host, text, origin: { path, offset } }: Event): object => ({
  ...{ kind, at: timeOf(at), service, host, path, offset },
  text: scrubbed(text),
});
