import type { ClosedSequel } from '../lifecycle/closed.js';
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

/** The trace of what an instance's network does after the boot. */
export function networkReadyTrace(sequel: ClosedSequel, options: BuildOptions): FinishedTrace {
  const request = networkReady(sequel.request);
  const traceId = traceIdOf(sequel.instance, request);
  const rootId = rootIdOf(traceId);
  const { phases, coverage } = phasesOf(networkReadyPhases, phaseInputOf(sequel, sequel.of.host, options));
  const hadNetwork = !phases.some(({ spec }) => spec === metadataProvision);
  const lines = new LinesOfTrace(options.lines);
  const children = spansOf(phases, traceId, rootId, {
    instance: sequel.instance,
    request: sequel.request,
    ports: portsInOvs(sequel),
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

const movedToNotApplicable = (coverage: Coverage, name: string): Coverage => ({
  ...coverage,
  missing: coverage.missing.filter((entry) => !entry.startsWith(name)),
  notApplicable: [...coverage.notApplicable, name],
});
