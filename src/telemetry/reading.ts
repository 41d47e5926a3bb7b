import { askedAt } from '../model/asked.js';
import { keys } from '../model/attributes.js';
import { phaseOf } from '../model/call.js';
import { BUILD_ATTEMPT, type FinishedTrace, type Outcome, type SpanData } from '../model/span.js';

/** nova's name of the action that boots an instance. */
export const BUILD = 'create';

const UNKNOWN = 'unknown';
const OTHER = 'other';

/** Outcomes that count as failures. An unfinished or evicted action is not known to have failed. */
const FAILED: ReadonlySet<string> = new Set<Outcome>(['failed', 'timed-out', 'interrupted']);

/** Outcomes of actions whose end no line shows: the duration is a lower bound. */
const LEAST: ReadonlySet<string> = new Set<Outcome>(['timed-out', 'unfinished', 'evicted']);

/** One duration of a trace, for the histogram `of`. */
export interface Duration {
  readonly of: 'action_duration_seconds' | 'action_wait_seconds' | 'phase_duration_seconds' | 'nova_build_seconds' | 'nova_spawn_seconds';
  /** in the order of the histogram's labels */
  readonly labels: readonly string[];
  readonly seconds: number;
  /** the duration is a lower bound */
  readonly isLeast?: boolean;
}

/** All durations of a trace. A root is no phase; a network-ready trace counts as a phase of its boot. */
export function* durationsIn(trace: FinishedTrace): Iterable<Duration> {
  const action = actionOf(trace);
  const root = rootOf(trace);
  for (const span of trace.spans) {
    const { service, host } = span;
    const seconds = (span.end - span.start) / 1000;
    const reported = reportedSeconds(span);
    if (span === root) {
      const outcome = outcomeOf(root);
      // Without a line that shows the start, the duration is unknown.
      if (root.attributes[keys.start] !== 'unobserved')
        yield { of: 'action_duration_seconds', labels: [action, host, outcome], seconds, isLeast: LEAST.has(outcome) };
      // The host's part is not all that the user waits for: nova-api and the scheduler come first.
      const asked = askedAt(trace.spans, root);
      if (asked !== undefined)
        yield {
          of: 'action_wait_seconds',
          labels: [action, host, outcome],
          seconds: (span.end - asked) / 1000,
          isLeast: LEAST.has(outcome),
        };
      if (reported !== undefined) yield { of: 'nova_build_seconds', labels: [host], seconds: reported };
    } else {
      // Without a line at both ends, the duration is unknown: it is only counted.
      if (isMeasured(span)) yield { of: 'phase_duration_seconds', labels: [phaseAction(action), phaseOf(span), service, host], seconds };
      if (reported !== undefined) yield { of: 'nova_spawn_seconds', labels: [host], seconds: reported };
    }
  }
}

/** What of a trace is counted without a duration. */
export function* countsIn(trace: FinishedTrace): Iterable<{
  readonly of: 'actions_total' | 'actions_failed_total' | 'build_attempts_failed_total' | 'phases_unmeasured_total';
  readonly labels: readonly string[];
}> {
  const action = actionOf(trace);
  const root = rootOf(trace);
  if (root !== undefined) yield { of: 'actions_total', labels: [action, outcomeOf(root), root.host] };
  if (root !== undefined && FAILED.has(outcomeOf(root))) yield { of: 'actions_failed_total', labels: [action, reasonOf(root), root.host] };
  for (const span of trace.spans) if (span.name === BUILD_ATTEMPT) yield { of: 'build_attempts_failed_total', labels: [span.host] };
  for (const span of trace.spans)
    if (span !== root && !isMeasured(span))
      yield { of: 'phases_unmeasured_total', labels: [phaseAction(action), phaseOf(span), span.service, span.host] };
}

/**
 * Label `action` of a phase: `create`, `other`, or `unknown` if this host's logs do not name the action. A host sees
 * phases of some fifteen actions, and each value would multiply the series of every host.
 */
const phaseAction = (action: string): string => (action === BUILD || action === UNKNOWN ? action : OTHER);

/** Name of an exception without its module. */
const reasonOf = (root: SpanData): string => {
  const type = root.attributes[keys.errorType];
  return typeof type === 'string' && type !== '' ? type.slice(type.lastIndexOf('.') + 1) : outcomeOf(root);
};

/** Root of an action; undefined for fragments and network-ready traces, which are no actions. */
const rootOf = ({ form, spans }: FinishedTrace): SpanData | undefined =>
  form === 'action' ? spans.find(({ parentSpanId }) => parentSpanId === undefined) : undefined;

const actionOf = (trace: FinishedTrace): string => trace.action ?? UNKNOWN;

const outcomeOf = (root: SpanData): string => {
  const outcome = root.attributes[keys.outcome];
  return typeof outcome === 'string' ? outcome : UNKNOWN;
};

/** Duration that nova itself logs: "Took N seconds". */
const reportedSeconds = (span: SpanData): number | undefined => {
  const seconds = span.attributes[keys.reported];
  return typeof seconds === 'number' ? seconds : undefined;
};

/** Whether both ends of a span are known from lines. */
const isMeasured = ({ attributes }: SpanData): boolean => attributes[keys.start] !== 'unobserved' && attributes[keys.end] !== 'unobserved';
