import { sentenceOf } from '../export/sentence.js';
import { isKnown } from '../export/terminal/reading.js';
import { causesOf } from '../lifecycle/causes.js';
import type { ClosedAction, ClosedAttempt, ClosedFragment, ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import { controlPlanePhases, fragmentPhases } from '../lifecycle/fragment.js';
import { atEmittedTimes } from '../lifecycle/guest-events.js';
import { namesakesOf } from '../lifecycle/name.js';
import type { Coverage, Phase, PhaseInput } from '../lifecycle/phase.js';
import { phasesOf } from '../lifecycle/phases.js';
import { keys } from '../model/attributes.js';
import type { Count } from '../model/counters.js';
import { type AttributeValue, BUILD_ATTEMPT, type FinishedTrace, isError, type SpanData } from '../model/span.js';
import { fitToLeave } from './bounds.js';
import { addCauses } from './causes.js';
import { exceptionOf } from './exception.js';
import { failuresOf } from './failure.js';
import { portsInOvs } from './interfaces.js';
import { LinesOfTrace } from './line-events.js';
import { networkReadyTrace } from './network-ready.js';
import { type BuildOptions, phaseInputOf, tableOf, withoutPlugs } from './phase-input.js';
import { type SpanContext, spansOf } from './phase-spans.js';
import { addCoverage, identityOf, leastLevel, linkTo, reportedDuration, unexplained } from './root.js';
import { rootIdOf, spanIdOf, traceIdOf } from './span-id.js';

const uncounted: Count = () => undefined;

/** Builds the trace of a closed unit, ready for export: a pure function. */
export function buildTrace(closed: ClosedUnit, options: BuildOptions): FinishedTrace {
  const count = options.count ?? uncounted;
  return summed(fitToLeave(withoutRepeats(build(withMoments(closed), options), count), count));
}

function withMoments(closed: ClosedUnit): ClosedUnit {
  const members = atEmittedTimes(closed.members);
  return members === closed.members ? closed : { ...closed, members };
}

/** Adds the summary, one sentence, to the root. It is made from the scrubbed trace. */
function summed(trace: FinishedTrace): FinishedTrace {
  const [root, ...others] = trace.spans;
  if (root === undefined || root.parentSpanId !== undefined) return trace;
  return { ...trace, spans: [{ ...root, attributes: { ...root.attributes, [keys.summary]: sentenceOf(trace) } }, ...others] };
}

/**
 * Keeps only the first of spans with the same id. A backend would keep an arbitrary one. A repeated id is a bug of
 * novaspan, and is counted.
 */
export function withoutRepeats(trace: FinishedTrace, count: Count): FinishedTrace {
  const known = new Set<string>();
  for (const { spanId } of trace.spans) known.add(spanId);
  if (known.size === trace.spans.length) return trace;
  count('span_ids_repeated', trace.spans.length - known.size);
  return { ...trace, spans: trace.spans.filter(({ spanId }) => known.delete(spanId)) };
}

function build(closed: ClosedUnit, options: BuildOptions): FinishedTrace {
  switch (closed.form) {
    case 'action':
      return buildAction(closed, options);
    case 'attempt':
      return buildAttempt(closed, options);
    case 'fragment':
      return buildFragment(closed, options);
    case 'network-ready':
      return networkReadyTrace(closed, options);
    default:
      return closed satisfies never;
  }
}

function buildAction(action: ClosedAction, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(action.instance, action.request);
  const rootId = rootIdOf(traceId);
  const { input, phases, coverage } = seenOf(action, options);
  const causes = causesOf(phases, input, action.hostEvents ?? []);
  const lines = new LinesOfTrace(options.lines);
  const context: SpanContext = {
    instance: action.instance,
    request: action.request,
    ports: portsInOvs(action),
    isWhole: true,
    causes: causes.of,
    failures: failuresOf(phases, action.outcome),
    lines,
  };
  const children = spansOf(phases, traceId, rootId, context);
  const failed = isError(action.outcome);
  const exception = failed
    ? exceptionOf(
        action.members.map(({ event }) => event),
        action.spec,
      )
    : undefined;
  const { events, droppedEvents } = lines.on(unusedLines(action, phases), action.service);
  const attributes: Record<string, AttributeValue> = identityOf(action);
  attributes[keys.action] = action.spec.name;
  attributes[keys.outcome] = action.outcome;
  attributes[keys.start] = action.startIs;
  attributes[keys.end] = action.endIs;
  const reported = reportedDuration(action);
  if (reported !== undefined) attributes[keys.reported] = reported;
  attributes[keys.leastLevel] = leastLevel(action);
  attributes[keys.unexplained] = unexplained([...children.filter(isKnown), ...(action.attempts ?? [])], action.start, action.end);
  if (action.builds !== undefined) attributes[keys.builds] = action.builds;
  addCauses(attributes, causes.whole);
  addCoverage(attributes, coverage);
  if (exception !== undefined) attributes[keys.errorType] = exception.type;
  const root: SpanData = {
    traceId,
    spanId: rootId,
    parentSpanId: undefined,
    name: `instance ${action.spec.name}`,
    kind: 'internal',
    start: action.start,
    end: action.end,
    service: action.service,
    host: action.host,
    attributes,
    events: exception === undefined ? events : [...events, exception.event].sort((a, b) => a.at - b.at),
    droppedEvents,
    links: action.follows === undefined ? [] : [linkTo(action.instance, action.follows.request, action.follows.action)],
    error: failed ? (exception?.message ?? reasonOfOutcome(action)) : undefined,
  };
  return {
    traceId,
    form: 'action',
    instance: action.instance,
    request: action.request,
    action: action.spec.name,
    spans: [root, ...children],
  };
}

/**
 * The phases for the process that writes the root: those of the whole action, or only those of the control plane if no
 * compute host ended the action.
 */
function seenOf(action: ClosedAction, options: BuildOptions): { input: PhaseInput; phases: Phase[]; coverage: Coverage } {
  if (action.service === 'nova-compute') {
    const input = phaseInputOf(action, action.host, options);
    return { input, ...phasesOf(tableOf(action.spec, options), input) };
  }
  const input = { ...phaseInputOf(action, undefined, options), start: Number.NEGATIVE_INFINITY };
  const { phases } = phasesOf(withoutPlugs(fragmentPhases), input);
  // The phases of compute hosts are in the traces of the attempts, so they are not missing here.
  return { input, phases, coverage: phasesOf(controlPlanePhases, input).coverage };
}

/** The lines of an action that bound no phase. They are shown on the root. */
function unusedLines({ members }: ClosedAction, phases: readonly Phase[]): Event[] {
  const used = new Set<Event>();
  for (const { lines } of phases) for (const line of lines) used.add(line);
  const unused: Event[] = [];
  for (const { event } of members) if (!used.has(event)) unused.push(event);
  return unused;
}

const reasonOfOutcome = (action: ClosedAction): string =>
  action.outcome === 'interrupted'
    ? 'nova-compute was restarted in the middle of it'
    : action.outcome === 'timed-out'
      ? 'no line says that it ended'
      : 'it failed; the log gives no reason';

function buildAttempt(attempt: ClosedAttempt, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(attempt.instance, attempt.request);
  const rootId = rootIdOf(traceId);
  const input = phaseInputOf(attempt, attempt.host, options);
  const { phases } = phasesOf(tableOf(attempt.spec, options), input);
  const causes = causesOf(phases, input, attempt.hostEvents ?? []);
  const events = attempt.members.map(({ event }) => event);
  const exception = exceptionOf(events, attempt.spec);
  const name = BUILD_ATTEMPT;
  const span: SpanData = {
    traceId,
    spanId: spanIdOf(traceId, { service: attempt.service, host: attempt.host, name, of: '', rank: 0 }),
    parentSpanId: rootId,
    name,
    kind: 'internal',
    start: attempt.start,
    end: attempt.end,
    service: attempt.service,
    host: attempt.host,
    attributes: {
      [keys.instance]: attempt.instance,
      [keys.request]: attempt.request,
      [keys.start]: attempt.startIs,
      [keys.end]: attempt.endIs,
      ...(attempt.builds === undefined ? {} : { [keys.builds]: attempt.builds }),
      ...addCauses({}, causes.whole),
      ...(exception === undefined ? {} : { [keys.errorType]: exception.type }),
    },
    events: exception === undefined ? [] : [exception.event],
    droppedEvents: 0,
    links: [],
    error: exception?.message ?? 'given to another host',
  };
  const children = spansOf(phases, traceId, span.spanId, {
    instance: attempt.instance,
    request: attempt.request,
    ports: portsInOvs(attempt),
    isWhole: true,
    causes: causes.of,
    failures: failuresOf(phases, attempt.outcome),
    lines: new LinesOfTrace(options.lines),
  });
  return {
    traceId,
    form: 'fragment',
    instance: attempt.instance,
    request: attempt.request,
    action: undefined,
    partOf: [attempt.spec.name],
    spans: [span, ...children],
  };
}

function buildFragment(fragment: ClosedFragment, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(fragment.instance, fragment.request);
  const rootId = rootIdOf(traceId);
  const input = { ...phaseInputOf(fragment, undefined, options), start: Number.NEGATIVE_INFINITY };
  // If another process reads nova and OVS, neutron's part of the chain contains no plug.
  const plugsSeen = fragment.members.some(({ event }) => event.service === 'ovs-vswitchd');
  const table = fragment.spec === undefined ? fragmentPhases : tableOf(fragment.spec, options);
  const { phases } = phasesOf(plugsSeen ? table : withoutPlugs(table), input);
  const spans = spansOf(phases, traceId, rootId, {
    instance: fragment.instance,
    request: fragment.request,
    ports: portsInOvs(fragment),
    isWhole: false,
    causes: causesOf(phases, input, fragment.hostEvents ?? []).of,
    failures: undefined,
    lines: new LinesOfTrace(options.lines),
  });
  const partOf = fragment.spec === undefined ? {} : { partOf: namesakesOf(fragment.spec) };
  return { traceId, form: 'fragment', instance: fragment.instance, request: fragment.request, action: undefined, ...partOf, spans };
}
