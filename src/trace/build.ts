import { sentenceOf } from '../export/sentence.js';
import { type Causes, causesOf } from '../lifecycle/causes.js';
import type { ClosedAction, ClosedAttempt, ClosedFragment, ClosedSequel, ClosedThing } from '../lifecycle/closed.js';
import type { Coverage } from '../lifecycle/coverage.js';
import type { ActionSpec, PhaseSpec } from '../lifecycle/define.js';
import { byPlace, type Event, numberOf } from '../lifecycle/event.js';
import { controlPlanePhases, fragmentPhases } from '../lifecycle/fragment.js';
import { atTheirMoments, EMITTED } from '../lifecycle/guest-events.js';
import { namesakesOf } from '../lifecycle/name.js';
import { metadataProvision, networkReadyPhases } from '../lifecycle/network-ready.js';
import { type Lived, type Phase, phasesOf } from '../lifecycle/phases.js';
import { isOf } from '../lifecycle/thread.js';
import { keys } from '../model/attributes.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import type { Level } from '../model/record.js';
import {
  type AttributeValue,
  BUILD_ATTEMPT,
  type FinishedTrace,
  isError,
  type SpanData,
  type SpanKind,
  type SpanLink,
} from '../model/span.js';
import { fitToLeave } from './bounds.js';
import { addCauses } from './causes.js';
import { exceptionOf } from './exception.js';
import { failuresOf } from './failure.js';
import { portsInOvs } from './interfaces.js';
import { LinesOfTrace, type ShownLines } from './line-events.js';
import { networkReady, rootIdOf, spanIdOf, traceIdOf } from './span-id.js';

export interface BuildOptions {
  readonly lines: ShownLines;
  /** an action's phases, where users added some to its table */
  readonly phasesOf?: ((spec: ActionSpec) => readonly PhaseSpec[]) | undefined;
  /** whether this process reads the log of a service, on a host where one is given */
  readonly reads: (service: string, host?: string) => boolean;
  readonly count?: Count;
}

const uncounted: Count = () => undefined;

const tableOf = (spec: ActionSpec, { phasesOf: added }: BuildOptions): readonly PhaseSpec[] => added?.(spec) ?? spec.phases;

/** Makes the spans of what closed, as they may leave the process: a pure function of it. */
export function buildTrace(closed: ClosedThing, options: BuildOptions): FinishedTrace {
  const count = options.count ?? uncounted;
  return summed(fitToLeave(withoutRepeats(build(withMoments(closed), options), count), count));
}

function withMoments(closed: ClosedThing): ClosedThing {
  const members = atTheirMoments(closed.members);
  return members === closed.members ? closed : { ...closed, members };
}

/** With the action in one sentence on its root, made of what may leave the process. */
function summed(trace: FinishedTrace): FinishedTrace {
  const [root, ...others] = trace.spans;
  if (root === undefined || root.parentSpanId !== undefined) return trace;
  return { ...trace, spans: [{ ...root, attributes: { ...root.attributes, [keys.summary]: sentenceOf(trace) } }, ...others] };
}

/** A backend would keep one of two spans with one id, whichever it likes: the first stays, and that there was another is an error of ours. */
export function withoutRepeats(trace: FinishedTrace, count: Count): FinishedTrace {
  const known = new Set<string>();
  for (const { spanId } of trace.spans) known.add(spanId);
  if (known.size === trace.spans.length) return trace;
  count('span_ids_repeated', trace.spans.length - known.size);
  return { ...trace, spans: trace.spans.filter(({ spanId }) => known.delete(spanId)) };
}

function build(closed: ClosedThing, options: BuildOptions): FinishedTrace {
  switch (closed.form) {
    case 'action':
      return buildAction(closed, options);
    case 'attempt':
      return buildAttempt(closed, options);
    case 'fragment':
      return buildFragment(closed, options);
    case 'network-ready':
      return buildSequel(closed, options);
    default:
      return closed satisfies never;
  }
}

function livedBy(
  closed: ClosedAction | ClosedAttempt | ClosedFragment | ClosedSequel,
  host: string | undefined,
  options: BuildOptions,
): Lived {
  const { request, start, end, members } = closed;
  return { request, start, end, members, ports: [...closed.ports.keys()].sort(), host, reads: options.reads };
}

function buildAction(action: ClosedAction, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(action.instance, action.request);
  const rootId = rootIdOf(traceId);
  const { lived, phases, coverage } = seenOf(action, options);
  const causes = causesOf(phases, lived, action.meanwhile ?? []);
  const lines = new LinesOfTrace(options.lines);
  const around: Around = {
    instance: action.instance,
    request: action.request,
    ports: portsInOvs(action),
    start: action.start,
    end: action.end,
    isWhole: true,
    causes: causes.of,
    failures: failuresOf(phases, action.outcome),
    lines,
  };
  const children = spansOf(phases, traceId, rootId, around);
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
    error: failed ? (exception?.message ?? sayOutcome(action)) : undefined,
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

/** What the process that writes the root saw of the action: where no compute host ended it, the control plane's part. */
function seenOf(action: ClosedAction, options: BuildOptions): { lived: Lived; phases: Phase[]; coverage: Coverage } {
  if (action.service === 'nova-compute') {
    const lived = livedBy(action, action.host, options);
    return { lived, ...phasesOf(tableOf(action.spec, options), lived) };
  }
  const lived = { ...livedBy(action, undefined, options), start: Number.NEGATIVE_INFINITY };
  const { phases } = phasesOf(withoutPlugs(fragmentPhases), lived);
  // What the compute hosts did is on the attempts: here it is not missing.
  return { lived, phases, coverage: phasesOf(controlPlanePhases, lived).coverage };
}

/** The lines of an action that are at no end of its phases: they are the root's. */
function unusedLines({ members }: ClosedAction, phases: readonly Phase[]): Event[] {
  const used = new Set<Event>();
  for (const { lines } of phases) for (const line of lines) used.add(line);
  const unused: Event[] = [];
  for (const { event } of members) if (!used.has(event)) unused.push(event);
  return unused;
}

const sayOutcome = (action: ClosedAction): string =>
  action.outcome === 'interrupted'
    ? 'nova-compute was restarted in the middle of it'
    : action.outcome === 'timed-out'
      ? 'no line says that it ended'
      : 'it failed; the log gives no reason';

function buildAttempt(attempt: ClosedAttempt, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(attempt.instance, attempt.request);
  const rootId = rootIdOf(traceId);
  const lived = livedBy(attempt, attempt.host, options);
  const { phases } = phasesOf(tableOf(attempt.spec, options), lived);
  const causes = causesOf(phases, lived, attempt.meanwhile ?? []);
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
    start: attempt.start,
    end: attempt.end,
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

/** The same table for where no plug is seen: made once for each, since a plan is made of every table. */
const unplugged = new Map<readonly PhaseSpec[], readonly PhaseSpec[]>();
function withoutPlugs(specs: readonly PhaseSpec[]): readonly PhaseSpec[] {
  const known = unplugged.get(specs);
  if (known !== undefined) return known;
  const made = specs.map((spec): PhaseSpec => (spec.per === 'cycle' ? { ...spec, per: 'port' } : spec));
  unplugged.set(specs, made);
  return made;
}

function buildFragment(fragment: ClosedFragment, options: BuildOptions): FinishedTrace {
  const traceId = traceIdOf(fragment.instance, fragment.request);
  const rootId = rootIdOf(traceId);
  const lived = { ...livedBy(fragment, undefined, options), start: Number.NEGATIVE_INFINITY };
  // neutron's part of the chain has no plug to begin with where nova and OVS are another's to read.
  const plugsSeen = fragment.members.some(({ event }) => event.service === 'ovs-vswitchd');
  const told = fragment.spec === undefined ? fragmentPhases : tableOf(fragment.spec, options);
  const { phases } = phasesOf(plugsSeen ? told : withoutPlugs(told), lived);
  const spans = spansOf(phases, traceId, rootId, {
    instance: fragment.instance,
    request: fragment.request,
    ports: portsInOvs(fragment),
    start: fragment.start,
    end: fragment.end,
    isWhole: false,
    causes: causesOf(phases, lived, fragment.meanwhile ?? []).of,
    failures: undefined,
    lines: new LinesOfTrace(options.lines),
  });
  const partOf = fragment.spec === undefined ? {} : { partOf: namesakesOf(fragment.spec) };
  return { traceId, form: 'fragment', instance: fragment.instance, request: fragment.request, action: undefined, ...partOf, spans };
}

function buildSequel(sequel: ClosedSequel, options: BuildOptions): FinishedTrace {
  const request = networkReady(sequel.request);
  const traceId = traceIdOf(sequel.instance, request);
  const rootId = rootIdOf(traceId);
  const { phases, coverage } = phasesOf(networkReadyPhases, livedBy(sequel, sequel.of.host, options));
  const hadNetwork = !phases.some(({ spec }) => spec === metadataProvision);
  const lines = new LinesOfTrace(options.lines);
  const children = spansOf(phases, traceId, rootId, {
    instance: sequel.instance,
    request: sequel.request,
    ports: portsInOvs(sequel),
    start: sequel.start,
    end: sequel.end,
    isWhole: true,
    causes: undefined,
    failures: undefined,
    lines,
  });
  const attributes: Record<string, AttributeValue> = identityOf(sequel);
  attributes[keys.start] = sequel.opening.kind === EMITTED ? 'observed' : 'derived';
  // Only the last DHCPACK is an end; otherwise it was no longer waited for.
  attributes[keys.end] = sequel.endedBy === 'ready' ? 'observed' : 'unobserved';
  attributes[keys.endReason] = sequel.endedBy;
  addCoverage(attributes, hadNetwork ? movedToNotApplicable(coverage, metadataProvision.name) : coverage);
  const root: SpanData = {
    traceId,
    spanId: rootId,
    parentSpanId: undefined,
    name: 'instance network-ready',
    kind: 'internal',
    start: sequel.start,
    end: sequel.end,
    service: 'nova-compute',
    host: sequel.of.host,
    attributes,
    ...lines.on(
      sequel.members.map(({ event }) => event),
      'nova-compute',
    ),
    links: [linkTo(sequel.instance, sequel.request, sequel.of.spec.name)],
    error: undefined,
  };
  return {
    traceId,
    form: 'network-ready',
    instance: sequel.instance,
    request: sequel.request,
    action: sequel.of.spec.name,
    spans: [root, ...children],
  };
}

/** To the root of an action: its ids follow from names, so it may be another process's to write. */
function linkTo(instance: string, request: string, action: string): SpanLink {
  const traceId = traceIdOf(instance, request);
  return { traceId, spanId: rootIdOf(traceId), attributes: { [keys.action]: action } };
}

const movedToNotApplicable = (coverage: Coverage, name: string): Coverage => ({
  ...coverage,
  missing: coverage.missing.filter((entry) => !entry.startsWith(name)),
  notApplicable: [...coverage.notApplicable, name],
});

/** Where no line gives the request, the trace goes by the time of its first line: that is no id of nova's. */
const isRequestId = (request: string): boolean => !request.startsWith('@');

interface Around {
  /** By what an operator finds a span: on every one, since a fragment has no root to find it by. */
  readonly instance: string;
  readonly request: string;
  readonly ports: ClosedThing['ports'];
  readonly start: Millis;
  readonly end: Millis;
  /** the root is this process's to write: phases may be parts of one another */
  readonly isWhole: boolean;
  readonly causes: ReadonlyMap<Phase, Causes> | undefined;
  readonly failures: ReadonlyMap<Phase, string> | undefined;
  readonly lines: LinesOfTrace;
}

/** Spans of phases, with ids that every process and every reading gives alike. */
function spansOf(phases: readonly Phase[], traceId: string, rootId: string, around: Around): SpanData[] {
  const sorted = phases.toSorted(byTimeAndPlace);
  const ids = sorted.map((phase, i) => {
    const { service, host, name, port } = phase;
    let rank = 0;
    for (let j = 0; j < i; j++) if (isAlike(sorted[j]!, phase)) rank++;
    return spanIdOf(traceId, { service, host, name, of: port ?? '', rank });
  });
  return sorted.map((phase, i) => {
    const parent = around.isWhole && phase.within !== undefined ? sorted.findIndex((each) => isPartOf(phase, each)) : -1;
    const { events, droppedEvents } = around.lines.on(phase.lines, phase.service);
    return {
      traceId,
      spanId: ids[i]!,
      parentSpanId: parent === -1 ? rootId : ids[parent]!,
      name: phase.name,
      kind: kindOf(phase),
      start: phase.start,
      end: phase.end,
      service: phase.service,
      host: phase.host,
      attributes: attributesOf(phase, parent === -1 ? undefined : sorted[parent], around),
      events,
      droppedEvents,
      links: NO_LINKS,
      error: around.failures?.get(phase),
    };
  });
}

const NO_LINKS: readonly SpanLink[] = [];

/** Whether the ids of two phases differ by their ranks alone. */
const isAlike = (a: Phase, b: Phase): boolean => a.name === b.name && a.port === b.port && a.service === b.service && a.host === b.host;

function attributesOf(phase: Phase, parent: Phase | undefined, around: Around): Record<string, AttributeValue> {
  const vif = phase.port === undefined ? undefined : around.ports.get(phase.port);
  // Set one by one, not spread: there are thirty spans in a trace.
  const attributes: Record<string, AttributeValue> = {};
  attributes[keys.instance] = around.instance;
  if (isRequestId(around.request)) attributes[keys.request] = around.request;
  if (phase.port !== undefined) attributes[keys.port] = phase.port;
  if (vif?.tap !== undefined) attributes[keys.interface] = vif.tap;
  if (vif?.mac !== undefined) attributes[keys.mac] = vif.mac;
  addCall(attributes, phase);
  const reported = reportedByPhase(phase);
  if (reported !== undefined) attributes[keys.reported] = reported;
  attributes[keys.start] = phase.startIs;
  attributes[keys.end] = phase.endIs;
  addCauses(attributes, around.causes?.get(phase));
  if (parent === undefined) return attributes;
  const outside = Math.max(0, parent.start - phase.start, phase.end - parent.end);
  if (outside > 0) attributes[keys.skew] = Math.round(outside * 1000) / 1000;
  return attributes;
}

const isPartOf = (phase: Phase, whole: Phase): boolean =>
  phase.within !== undefined &&
  isOf(whole, phase.within) &&
  whole.host === phase.host &&
  // A part of what is done for a port is done for the same port.
  (whole.port === undefined || phase.port === undefined || whole.port === phase.port) &&
  whole.start <= phase.start &&
  phase.start <= whole.end;

function byTimeAndPlace(a: Phase, b: Phase): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.end !== b.end) return a.end - b.end;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.port !== b.port) return (a.port ?? '') < (b.port ?? '') ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  const [lineOfA, lineOfB] = [a.lines.at(-1), b.lines.at(-1)];
  if (lineOfA === undefined || lineOfB === undefined) return Number(lineOfA !== undefined) - Number(lineOfB !== undefined);
  return byPlace(lineOfA.origin, lineOfB.origin);
}

const kindOf = ({ spec, call }: Phase): SpanKind => (call !== undefined ? 'server' : spec.calls === true ? 'client' : 'internal');

/** What an access line says of its request. */
function addCall(attributes: Record<string, AttributeValue>, { call, lines }: Phase): void {
  if (call === undefined) return;
  attributes[keys.httpMethod] = call.method;
  attributes[keys.httpRoute] = call.route;
  attributes[keys.urlPath] = call.path;
  const event = lines.at(-1);
  const status = event === undefined ? undefined : numberOf(event, 'status');
  if (status !== undefined) attributes[keys.httpStatus] = status;
}

/** What a root begins with. Set one by one here and below, as a span's are. */
function identityOf(closed: ClosedThing): Record<string, AttributeValue> {
  const own = closed.members.find(({ event }) => event.requestId === closed.request)?.event;
  const attributes: Record<string, AttributeValue> = {};
  attributes[keys.instance] = closed.instance;
  if (isRequestId(closed.request)) attributes[keys.request] = closed.request;
  if (own?.projectId !== undefined) attributes[keys.project] = own.projectId;
  if (own?.userId !== undefined) attributes[keys.user] = own.userId;
  return attributes;
}

/** The lowest level among its lines of the service that writes the root: what the others print depends on their own. */
function leastLevel({ members, service }: ClosedAction): Level {
  let least: Level = 'CRITICAL';
  for (const { event } of members)
    if (event.service === service && LEVELS.indexOf(event.level) < LEVELS.indexOf(least)) least = event.level;
  return least;
}
const LEVELS: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'AUDIT', 'WARNING', 'ERROR', 'CRITICAL'];

/** nova's own "Took N seconds to build instance." */
function reportedDuration(action: ClosedAction): number | undefined {
  const { reports } = action.spec;
  const said = action.members.find(({ event }) => event.kind === reports);
  return said === undefined ? undefined : numberOf(said.event, 'seconds');
}

/** nova's own "Took N seconds to spawn the instance on the hypervisor." */
function reportedByPhase({ spec, lines }: Phase): number | undefined {
  const said = lines.at(-1);
  return said !== undefined && said.kind === spec.reports ? numberOf(said, 'seconds') : undefined;
}

/** What nobody saw begin or end explains nothing. */
const isKnown = ({ attributes }: SpanData): boolean => attributes[keys.start] !== 'unobserved' && attributes[keys.end] !== 'unobserved';

/** The root's time that none of these covers, in ms. */
function unexplained(known: readonly { readonly start: Millis; readonly end: Millis }[], start: Millis, end: Millis): number {
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

function addCoverage(attributes: Record<string, AttributeValue>, coverage: Coverage): void {
  attributes[keys.observed] = coverage.observed;
  attributes[keys.missing] = coverage.missing;
  attributes[keys.notLogged] = coverage.notLogged;
  attributes[keys.notApplicable] = coverage.notApplicable;
}
