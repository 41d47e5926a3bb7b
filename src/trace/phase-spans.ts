import type { Causes } from '../lifecycle/causes.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import { byPlace, numberOf } from '../lifecycle/event.js';
import type { Phase } from '../lifecycle/phase.js';
import { isOf } from '../lifecycle/thread.js';
import { keys } from '../model/attributes.js';
import type { AttributeValue, SpanData, SpanKind, SpanLink } from '../model/span.js';
import { addCauses } from './causes.js';
import type { LinesOfTrace } from './line-events.js';
import { isRequestId } from './root.js';
import { spanIdOf } from './span-id.js';

/** The facts that all spans of phases in a trace share. */
export interface SpanContext {
  /** on every span, because operators search for it and a fragment has no root */
  readonly instance: string;
  readonly request: string;
  readonly ports: ClosedUnit['ports'];
  /** this process writes the root: only then spans may have other phases as parents */
  readonly isWhole: boolean;
  readonly causes: ReadonlyMap<Phase, Causes> | undefined;
  readonly failures: ReadonlyMap<Phase, string> | undefined;
  readonly lines: LinesOfTrace;
}

/** The spans of phases. Their ids are the same in every process, and each time the logs are read. */
export function spansOf(phases: readonly Phase[], traceId: string, rootId: string, context: SpanContext): SpanData[] {
  const sorted = phases.toSorted(byTimeAndPlace);
  const ids = sorted.map((phase, i) => {
    const { service, host, name, port } = phase;
    let rank = 0;
    for (let j = 0; j < i; j++) if (isAlike(sorted[j]!, phase)) rank++;
    return spanIdOf(traceId, { service, host, name, of: port ?? '', rank });
  });
  return sorted.map((phase, i) => {
    const parent = context.isWhole && phase.within !== undefined ? sorted.findIndex((each) => isPartOf(phase, each)) : -1;
    const { events, droppedEvents } = context.lines.on(phase.lines, phase.service);
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
      attributes: attributesOf(phase, parent === -1 ? undefined : sorted[parent], context),
      events,
      droppedEvents,
      links: NO_LINKS,
      error: context.failures?.get(phase),
    };
  });
}

const NO_LINKS: readonly SpanLink[] = [];

/** Whether the ids of two phases differ only by the rank. */
const isAlike = (a: Phase, b: Phase): boolean => a.name === b.name && a.port === b.port && a.service === b.service && a.host === b.host;

function attributesOf(phase: Phase, parent: Phase | undefined, context: SpanContext): Record<string, AttributeValue> {
  const vif = phase.port === undefined ? undefined : context.ports.get(phase.port);
  // Set one by one, which is faster than spreading: a trace has thirty spans.
  const attributes: Record<string, AttributeValue> = {};
  attributes[keys.instance] = context.instance;
  if (isRequestId(context.request)) attributes[keys.request] = context.request;
  if (phase.port !== undefined) attributes[keys.port] = phase.port;
  if (vif?.tap !== undefined) attributes[keys.interface] = vif.tap;
  if (vif?.mac !== undefined) attributes[keys.mac] = vif.mac;
  addCall(attributes, phase);
  const reported = reportedByPhase(phase);
  if (reported !== undefined) attributes[keys.reported] = reported;
  attributes[keys.start] = phase.startIs;
  attributes[keys.end] = phase.endIs;
  addCauses(attributes, context.causes?.get(phase));
  if (parent === undefined) return attributes;
  const outside = Math.max(0, parent.start - phase.start, phase.end - parent.end);
  if (outside > 0) attributes[keys.skew] = Math.round(outside * 1000) / 1000;
  return attributes;
}

const isPartOf = (phase: Phase, whole: Phase): boolean =>
  phase.within !== undefined &&
  isOf(whole, phase.within) &&
  whole.host === phase.host &&
  // A part of a phase of a port is about the same port.
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

/** Adds the attributes of an HTTP request, from its access line. */
function addCall(attributes: Record<string, AttributeValue>, { call, lines }: Phase): void {
  if (call === undefined) return;
  attributes[keys.httpMethod] = call.method;
  attributes[keys.httpRoute] = call.route;
  attributes[keys.urlPath] = call.path;
  const event = lines.at(-1);
  const status = event === undefined ? undefined : numberOf(event, 'status');
  if (status !== undefined) attributes[keys.httpStatus] = status;
}

/** The duration that nova itself reports, in seconds: "Took N seconds to spawn the instance on the hypervisor." */
function reportedByPhase({ spec, lines }: Phase): number | undefined {
  const report = lines.at(-1);
  return report !== undefined && report.kind === spec.reports ? numberOf(report, 'seconds') : undefined;
}
