import { type Causes, causesOf } from '../lifecycle/causes.js';
import type { ClosedAction, ClosedAttempt, ClosedFragment, ClosedSequel, ClosedThing } from '../lifecycle/closed.js';
import type { ActionSpec, PhaseSpec } from '../lifecycle/define.js';
import { type Event, numberOf, textOf } from '../lifecycle/event.js';
import { fragmentPhases } from '../lifecycle/fragment.js';
import { metadataProvision, networkReadyPhases } from '../lifecycle/network-ready.js';
import { type Coverage, type Lived, type Phase, phasesOf } from '../lifecycle/phases.js';
import { keys } from '../model/attributes.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import {
  type AttributeValue,
  type FinishedTrace,
  isError,
  type Outcome,
  type SpanData,
  type SpanEvent,
  type SpanLink,
} from '../model/span.js';
import { bounds, fitToLeave } from './bounds.js';
import { addCauses } from './causes.js';
import { exceptionOf } from './exception.js';
import { networkReady, rootIdOf, spanIdOf, traceIdOf } from './span-id.js';

export interface BuildOptions {
  /** `events`: the lines behind a span as its span events */
  readonly lines: 'events' | 'off';
  /** an action's phases, where users added some to its table */
  readonly phasesOf?: ((spec: ActionSpec) => readonly PhaseSpec[]) | undefined;
  /** whether this process reads the log of a service, on a host where one is given */
  readonly reads: (service: string, host?: string) => boolean;
  readonly count?: Count;
}

const uncounted: Count = () => undefined;

const tableOf = (spec: ActionSpec, { phasesOf: added }: BuildOptions): readonly PhaseSpec[] => added?.(spec) ?? spec.phases;

/** Makes the spans of what closed, as they may leave the process: a pure function of it. */
export const buildTrace = (closed: ClosedThing, options: BuildOptions): FinishedTrace =>
  fitToLeave(build(closed, options), options.count ?? uncounted);

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
  const lived = livedBy(action, action.host, options);
  const { phases, coverage } = phasesOf(tableOf(action.spec, options), lived);
  const causes = causesOf(phases, lived, action.meanwhile ?? []);
  const around = { ports: action.ports, start: action.start, end: action.end, isWhole: true, causes: causes.of, outcome: action.outcome };
  const children = spansOf(phases, traceId, rootId, around, options);
  const failed = isError(action.outcome);
  const exception = failed
    ? exceptionOf(
        action.members.map(({ event }) => event),
        action.spec,
      )
    : undefined;
  const { events, dropped } = lineEvents(unusedLines(action, phases), action.service, options);
  const attributes: Record<string, AttributeValue> = identityOf(action);
  attributes[keys.action] = action.spec.name;
  attributes[keys.outcome] = action.outcome;
  attributes[keys.start] = action.startIs;
  attributes[keys.end] = action.endIs;
  const reported = reportedDuration(action);
  if (reported !== undefined) attributes[keys.reported] = reported;
  attributes[keys.unexplained] = unexplained(children, action.start, action.end);
  if (action.builds !== undefined) attributes[keys.builds] = action.builds;
  addCauses(attributes, causes.whole);
  addCoverage(attributes, coverage);
  if (exception !== undefined) attributes[keys.errorType] = exception.type;
  const root: SpanData = {
    traceId,
    spanId: rootId,
    parentSpanId: undefined,
    name: `instance ${action.spec.name}`,
    start: action.start,
    end: action.end,
    service: action.service,
    host: action.host,
    attributes,
    events: exception === undefined ? events : [...events, exception.event].sort((a, b) => a.at - b.at),
    droppedEvents: dropped,
    links: [],
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

/** The lines of an action that are at no end of its phases: they are the root's. */
function unusedLines({ members }: ClosedAction, phases: readonly Phase[]): Event[] {
  const used = new Set<Event>();
  for (const { lines } of phases) for (const line of lines) used.add(line);
  const unused: Event[] = [];
  for (const { event } of members) if (!used.has(event)) unused.push(event);
  return unused;
}

/** On a failed action, the phases that were still under way are where it failed. */
function errorOf({ spec, lines, endIs }: Phase, outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined || !isError(outcome)) return undefined;
  if (spec.failsAt !== undefined && lines.at(-1)?.kind === spec.failsAt.kind) return spec.failsAt.why;
  return endIs === 'unobserved' ? `did not end: the action ${outcome === 'failed' ? 'failed' : 'was cut off'} before` : undefined;
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
  const name = 'build attempt';
  const span: SpanData = {
    traceId,
    spanId: spanIdOf(traceId, { service: attempt.service, host: attempt.host, name, of: '', rank: 0 }),
    parentSpanId: rootId,
    name,
    start: attempt.start,
    end: attempt.end,
    service: attempt.service,
    host: attempt.host,
    attributes: {
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
  const children = spansOf(
    phases,
    traceId,
    span.spanId,
    { ports: attempt.ports, start: attempt.start, end: attempt.end, isWhole: true, causes: causes.of },
    options,
  );
  return { traceId, form: 'fragment', instance: attempt.instance, request: attempt.request, action: undefined, spans: [span, ...children] };
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
  const spans = spansOf(
    phases,
    traceId,
    rootId,
    {
      ports: fragment.ports,
      start: fragment.start,
      end: fragment.end,
      isWhole: false,
      causes: causesOf(phases, lived, fragment.meanwhile ?? []).of,
    },
    options,
  );
  return { traceId, form: 'fragment', instance: fragment.instance, request: fragment.request, action: undefined, spans };
}

function buildSequel(sequel: ClosedSequel, options: BuildOptions): FinishedTrace {
  const request = networkReady(sequel.request);
  const traceId = traceIdOf(sequel.instance, request);
  const rootId = rootIdOf(traceId);
  const { phases, coverage } = phasesOf(networkReadyPhases, livedBy(sequel, sequel.of.host, options));
  const boot = traceIdOf(sequel.instance, sequel.request);
  const hadNetwork = !phases.some(({ spec }) => spec === metadataProvision);
  const children = spansOf(phases, traceId, rootId, { ports: sequel.ports, start: sequel.start, end: sequel.end, isWhole: true }, options);
  const link: SpanLink = { traceId: boot, spanId: rootIdOf(boot), attributes: { [keys.action]: sequel.of.spec.name } };
  const attributes: Record<string, AttributeValue> = identityOf(sequel);
  attributes[keys.start] = 'observed';
  attributes[keys.end] = coverage.missing.length === 0 ? 'observed' : 'derived';
  addCoverage(attributes, hadNetwork ? movedToNotApplicable(coverage, metadataProvision.name) : coverage);
  const root: SpanData = {
    traceId,
    spanId: rootId,
    parentSpanId: undefined,
    name: 'instance network-ready',
    start: sequel.start,
    end: sequel.end,
    service: 'nova-compute',
    host: sequel.of.host,
    attributes,
    ...lineEventsOf(sequel.lines, 'nova-compute', options),
    links: [link],
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

const movedToNotApplicable = (coverage: Coverage, name: string): Coverage => ({
  ...coverage,
  missing: coverage.missing.filter((entry) => !entry.startsWith(name)),
  notApplicable: [...coverage.notApplicable, name],
});

interface Around {
  readonly ports: ClosedThing['ports'];
  readonly start: Millis;
  readonly end: Millis;
  /** the root is this process's to write: phases may be parts of one another */
  readonly isWhole: boolean;
  readonly causes?: ReadonlyMap<Phase, Causes>;
  /** of a whole action: how it ended */
  readonly outcome?: Outcome;
}

/** Spans of phases, with ids that every process and every reading gives alike. */
function spansOf(phases: readonly Phase[], traceId: string, rootId: string, around: Around, options: BuildOptions): SpanData[] {
  const sorted = [...phases].sort(byTimeAndPlace);
  const ranks = new Map<string, number>();
  const identified = sorted.map((phase) => {
    const of = phase.port ?? '';
    const kind = `${phase.service}/${phase.host}/${phase.name}/${of}`;
    const rank = ranks.get(kind) ?? 0;
    ranks.set(kind, rank + 1);
    return { phase, id: spanIdOf(traceId, { service: phase.service, host: phase.host, name: phase.name, of, rank }) };
  });
  return identified.map(({ phase, id }) => {
    const parent =
      around.isWhole && phase.within !== undefined
        ? identified.find(
            (each) =>
              each.phase.name === phase.within &&
              each.phase.host === phase.host &&
              each.phase.start <= phase.start &&
              phase.start <= each.phase.end,
          )
        : undefined;
    const bounds = parent?.phase ?? around;
    const outside = Math.max(0, bounds.start - phase.start, phase.end - bounds.end);
    const vif = phase.port === undefined ? undefined : around.ports.get(phase.port);
    const { events, dropped } = lineEvents(phase.lines, phase.service, options);
    // Set one by one, not spread, as in lineEvents: there are thirty spans in a trace.
    const attributes: Record<string, AttributeValue> = {};
    if (phase.port !== undefined) attributes[keys.port] = phase.port;
    if (vif?.tap !== undefined) attributes[keys.interface] = vif.tap;
    if (vif?.mac !== undefined) attributes[keys.mac] = vif.mac;
    addRequest(attributes, phase);
    const reported = reportedByPhase(phase);
    if (reported !== undefined) attributes[keys.reported] = reported;
    attributes[keys.start] = phase.startIs;
    attributes[keys.end] = phase.endIs;
    addCauses(attributes, around.causes?.get(phase));
    if (outside > 0 && parent !== undefined) attributes[keys.skew] = Math.round(outside * 1000) / 1000;
    return {
      traceId,
      spanId: id,
      parentSpanId: parent?.id ?? rootId,
      name: phase.name,
      start: phase.start,
      end: phase.end,
      service: phase.service,
      host: phase.host,
      attributes,
      events,
      droppedEvents: dropped,
      links: [],
      error: errorOf(phase, around.outcome),
    };
  });
}

function byTimeAndPlace(a: Phase, b: Phase): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.end !== b.end) return a.end - b.end;
  const place = (phase: Phase): number => phase.lines.at(-1)?.origin.offset ?? 0;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.port !== b.port) return (a.port ?? '') < (b.port ?? '') ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  return place(a) - place(b);
}

/** What an access line says of its request; never the query, which may name anything. */
function addRequest(attributes: Record<string, AttributeValue>, phase: Phase): void {
  // A request about a port is not described yet.
  if (phase.spec.http === undefined || phase.port !== undefined) return;
  const event = phase.lines.at(-1);
  if (event === undefined) return;
  const method = textOf(event, 'method');
  const path = textOf(event, 'url')?.split('?', 1)[0];
  const status = numberOf(event, 'status');
  if (method !== undefined) attributes[keys.httpMethod] = method;
  if (path !== undefined) attributes[keys.urlPath] = path;
  if (status !== undefined) attributes[keys.httpStatus] = status;
}

/** What a root begins with. Set one by one here and below, as a span's are. */
function identityOf(closed: ClosedThing): Record<string, AttributeValue> {
  const own = closed.members.find(({ event }) => event.requestId === closed.request)?.event;
  const attributes: Record<string, AttributeValue> = {};
  attributes[keys.instance] = closed.instance;
  attributes[keys.request] = closed.request;
  if (own?.projectId !== undefined) attributes[keys.project] = own.projectId;
  if (own?.userId !== undefined) attributes[keys.user] = own.userId;
  return attributes;
}

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

/** The root's time that none of its phases covers, in ms. @param children in the order of their start */
function unexplained(children: readonly SpanData[], start: Millis, end: Millis): number {
  let to = start;
  let covered = 0;
  for (const span of children) {
    const from = Math.max(to, span.start);
    const until = Math.min(end, span.end);
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

const lineEventsOf = (lines: readonly Event[], service: string, options: BuildOptions): { events: SpanEvent[]; droppedEvents: number } => {
  const { events, dropped } = lineEvents(lines, service, options);
  return { events, droppedEvents: dropped };
};

/** Lines as span events: their wording with the values that the catalogue allows, and where they stand. */
function lineEvents(lines: readonly Event[], service: string, options: BuildOptions): { events: SpanEvent[]; dropped: number } {
  if (options.lines === 'off') return { events: [], dropped: 0 };
  const shown = lines.length > bounds.eventsOfSpan ? lines.slice(0, bounds.eventsOfSpan) : lines;
  return {
    events: shown.map((event) => {
      // The span says the service, and most lines are INFO: only what differs is worth its bytes.
      const attributes: Record<string, AttributeValue> = {};
      if (event.service !== service) attributes[keys.logService] = event.service;
      if (event.level !== 'INFO') attributes[keys.logLevel] = event.level;
      attributes[keys.logPath] = event.origin.path;
      attributes[keys.logOffset] = event.origin.offset;
      return { name: event.text, at: event.at, attributes };
    }),
    dropped: lines.length - shown.length,
  };
}
