import type { ClosedNetworkReady } from '../lifecycle/closed.js';
import { EMITTED } from '../lifecycle/guest-events.js';
import { metadataProvision, networkReadyPhases } from '../lifecycle/network-ready.js';
import type { Coverage } from '../lifecycle/phase.js';
import { phasesOf } from '../lifecycle/phases.js';
import { keys } from '../model/attributes.js';
import type { AttributeValue, FinishedTrace, SpanData } from '../model/span.js';
import { portsInOvs } from './interfaces.js';
import { LinesOfTrace } from './line-events.js';
import { type BuildOptions, phaseInputOf } from './phase-input.js';
import { spansOf } from './phase-spans.js';
import { addCoverage, identityOf, linkTo } from './root.js';
import { networkReady, rootIdOf, traceIdOf } from './span-id.js';

/** The trace of an instance's network after the boot. */
export function networkReadyTrace(closed: ClosedNetworkReady, options: BuildOptions): FinishedTrace {
  const request = networkReady(closed.request);
  const traceId = traceIdOf(closed.instance, request);
  const rootId = rootIdOf(traceId);
  const { phases, coverage } = phasesOf(networkReadyPhases, phaseInputOf(closed, closed.of.host, options));
  const hadNetwork = !phases.some(({ spec }) => spec === metadataProvision);
  const lines = new LinesOfTrace(options.lines);
  const children = spansOf(phases, traceId, rootId, {
    instance: closed.instance,
    request: closed.request,
    ports: portsInOvs(closed),
    isWhole: true,
    causes: undefined,
    failures: undefined,
    lines,
  });
  const attributes: Record<string, AttributeValue> = identityOf(closed);
  attributes[keys.start] = closed.opening.kind === EMITTED ? 'observed' : 'derived';
  // Only the last DHCPACK is an observed end. Otherwise the wait ended without one.
  attributes[keys.end] = closed.endedBy === 'ready' ? 'observed' : 'unobserved';
  attributes[keys.endReason] = closed.endedBy;
  addCoverage(attributes, hadNetwork ? movedToNotApplicable(coverage, metadataProvision.name) : coverage);
  const root: SpanData = {
    traceId,
    spanId: rootId,
    parentSpanId: undefined,
    name: 'instance network-ready',
    kind: 'internal',
    start: closed.start,
    end: closed.end,
    service: 'nova-compute',
    host: closed.of.host,
    attributes,
    ...lines.on(
      closed.members.map(({ event }) => event),
      'nova-compute',
    ),
    links: [linkTo(closed.instance, closed.request, closed.of.spec.name)],
    error: undefined,
  };
  return {
    traceId,
    form: 'network-ready',
    instance: closed.instance,
    request: closed.request,
    action: closed.of.spec.name,
    spans: [root, ...children],
  };
}

const movedToNotApplicable = (coverage: Coverage, name: string): Coverage => ({
  ...coverage,
  missing: coverage.missing.filter((entry) => !entry.startsWith(name)),
  notApplicable: [...coverage.notApplicable, name],
});
