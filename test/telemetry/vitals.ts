import type { Vitals } from '../../src/model/gauges.js';
import type { FinishedTrace, SpanData } from '../../src/model/span.js';

export const NOW = Date.UTC(2026, 10, 21, 3, 0, 0);

/** A sidecar that is well, five minutes after it was started. */
export const vitals = (other: Partial<Vitals> = {}): Vitals => ({
  version: '0.1.0',
  started: NOW - 300_000,
  sources: [
    { path: '/var/log/nova/nova-compute.log', lagBytes: 0, lagSeconds: 0, readable: true, newest: NOW - 1500, zoneOffset: undefined },
  ],
  watermark: NOW - 3000,
  openActions: { create: { count: 2, oldest: NOW - 12_000 }, unnamed: { count: 1, oldest: NOW - 700 } },
  buildHosts: [],
  computeHosts: [],
  linesKept: 340,
  queueTraces: 0,
  queueBytes: 0,
  backendUp: true,
  acknowledged: NOW - 4000,
  checkpointed: NOW - 5000,
  horizon: NOW - 72_000,
  descriptors: 10,
  receiveBuffer: { bytes: 4096, mostBytes: 1024 ** 3, logs: 3 },
  ...other,
});

export const TRACE_ID = '22e3269d157231679e45640f90a4bdf3';

interface Shape {
  readonly form?: FinishedTrace['form'];
  readonly action?: string | undefined;
  readonly host?: string;
  readonly outcome?: string;
  readonly seconds?: number;
  /** by name: its seconds, or how many and what else is known */
  readonly phases?: Readonly<Record<string, number | (Partial<SpanData> & { readonly seconds: number })>>;
  readonly attributes?: SpanData['attributes'];
}

/** A trace as `buildTrace` gives it, as far as metrics look at it. */
export function trace({ form = 'action', action = 'create', host = 'cmp1', outcome = 'succeeded', ...shape }: Shape = {}): FinishedTrace {
  const { seconds = 8.44, phases = {}, attributes = {} } = shape;
  const span = (name: string, length: number, other: Partial<SpanData> = {}): SpanData => ({
    traceId: TRACE_ID,
    spanId: '00f067aa0ba902b7',
    parentSpanId: 'b7ad6b7169203331',
    name,
    start: NOW,
    end: NOW + length * 1000,
    service: 'nova-compute',
    host,
    attributes: { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'observed' },
    events: [],
    droppedEvents: 0,
    links: [],
    kind: 'internal',
    error: undefined,
    ...other,
  });
  const root = span(`instance ${action}`, seconds, {
    parentSpanId: undefined,
    attributes: { 'openstack.outcome': outcome, 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'observed', ...attributes },
  });
  const children = Object.entries(phases).map(([name, phase]) =>
    typeof phase === 'number' ? span(name, phase) : span(name, phase.seconds, phase),
  );
  return {
    traceId: TRACE_ID,
    form,
    instance: 'b8acd14b-35cc-4931-bd08-129b0bf97b38',
    request: 'req-5678fc57-4d2e-486d-95b7-7deb6d508747',
    action: form === 'fragment' ? undefined : action,
    spans: form === 'fragment' ? children : [root, ...children],
  };
}
