import type { Attributes, FinishedTrace, SpanData } from '../../../src/model/span.js';

/** 2026-11-21 01:50:31.668 UTC: every trace here starts then. */
export const START = Date.UTC(2026, 10, 21, 1, 50, 31, 668);
export const INSTANCE = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
export const REQUEST = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
export const PORT = 'df247bb8-4779-4902-aede-8e714f4bed2c';
export const OTHER_PORT = 'e5af434e-4779-4902-aede-8e714f4bed2d';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

export type Given = Partial<Omit<SpanData, 'parentSpanId' | 'attributes'>> & {
  readonly name: string;
  /** milliseconds from START */
  readonly from: number;
  readonly to: number;
  /** name of the span that it is a part of, `null` for a root; else the root */
  readonly in?: string | null;
  readonly port?: string;
  readonly attributes?: Attributes;
};

const ROOT = 'root';

export function span({ name, from, to, in: parent, port, attributes, ...rest }: Given): SpanData {
  return {
    traceId: TRACE,
    spanId: parent === null ? ROOT : `${name}/${port ?? ''}/${from}`,
    parentSpanId: parent === null ? undefined : (parent ?? ROOT),
    name,
    start: START + from,
    end: START + to,
    service: 'nova-compute',
    host: 'cmp1',
    events: [],
    droppedEvents: 0,
    links: [],
    kind: 'internal',
    error: undefined,
    ...rest,
    attributes: {
      ...(port !== undefined && { 'openstack.port.id': port, 'openstack.interface.name': `tap${port.slice(0, 11)}` }),
      ...attributes,
    },
  };
}

export const trace = (spans: readonly SpanData[], rest: Partial<FinishedTrace> = {}): FinishedTrace => ({
  traceId: TRACE,
  form: 'action',
  instance: INSTANCE,
  request: REQUEST,
  action: 'create',
  spans,
  ...rest,
});

export const root = (to: number, attributes: Attributes = {}, rest: Partial<Given> = {}): SpanData =>
  span({ name: 'instance create', from: 0, to, in: null, ...rest, attributes: { 'openstack.outcome': 'succeeded', ...attributes } });

const chain = (port: string, at: number): SpanData[] => [
  span({ name: 'vif-plugged wait', from: at, to: at + 1600, port, in: 'spawn//500' }),
  span({ name: 'vif plug', from: at + 5, to: at + 100, port, in: 'spawn//500' }),
  span({ name: 'ovs interface add', from: at + 100, to: at + 140, port, service: 'ovs-vswitchd' }),
  span({ name: 'lport claim', from: at + 140, to: at + 145, port, service: 'ovn-controller' }),
  span({ name: 'flow install', from: at + 145, to: at + 400, port, service: 'ovn-controller' }),
  span({ name: 'port status up', from: at + 400, to: at + 600, port, service: 'neutron-server', host: 'ctl1' }),
  span({ name: 'neutron port activate', from: at + 600, to: at + 1590, port, service: 'neutron-server', host: 'ctl1' }),
];

const apiRequest = span({
  name: 'api request',
  from: -812,
  to: -22,
  service: 'nova-api',
  host: 'ctl1.cloud.example',
  attributes: { 'novaspan.start.evidence': 'derived' },
});

/** A boot with one port on two hosts. */
export const boot = trace([
  root(5000, {
    'novaspan.reported_duration_s': 4.98,
    'novaspan.unexplained_ms': 500,
    'novaspan.phases.not_logged': ['network wait', 'image fetch'],
    'novaspan.phases.not_applicable': ['build queue'],
  }),
  apiRequest,
  span({ name: 'spawn', from: 500, to: 4900 }),
  span({ name: 'image create', from: 510, to: 3000, in: 'spawn//500', attributes: { 'novaspan.end.evidence': 'derived' } }),
  ...chain(PORT, 3000),
  span({ name: 'spawn finish', from: 4610, to: 4900, in: 'spawn//500' }),
  span({ name: 'build finish', from: 4900, to: 5000 }),
]);

/** The same with two ports, the second the slower. */
export const twoPorts = trace([
  root(5400),
  span({ name: 'spawn', from: 500, to: 5300 }),
  ...chain(PORT, 3000),
  ...chain(OTHER_PORT, 3600),
  span({ name: 'build finish', from: 5300, to: 5400 }),
]);

/** A boot whose port was never wired. */
export const failed = trace([
  root(
    31_000,
    {
      'openstack.outcome': 'failed',
      'error.type': 'nova.exception.VirtualInterfaceCreateException',
      'novaspan.unexplained_ms': 12.4,
      'novaspan.phases.missing': ['flow install (no such line)', 'lport up (no such line)', 'event deliver (not read: nova-compute@cmp1)'],
    },
    { error: 'Virtual Interface creation failed\u001b[31m' },
  ),
  span({ name: 'spawn', from: 500, to: 30_500, attributes: { 'novaspan.end.evidence': 'derived' } }),
  span({
    name: 'vif-plugged wait',
    from: 4800,
    to: 28_500,
    port: PORT,
    in: 'spawn//500',
    error: 'timed out waiting for network-vif-plugged',
    attributes: { 'error.type': 'Timeout' },
  }),
  span({ name: 'vif plug', from: 4805, to: 7800, port: PORT, in: 'spawn//500' }),
  span({ name: 'ovs interface add', from: 7800, to: 7850, port: PORT, service: 'ovs-vswitchd' }),
  span({
    name: 'lport claim',
    from: 7850,
    to: 31_000,
    port: PORT,
    service: 'ovn-controller',
    error: 'did not end',
    attributes: { 'novaspan.end.evidence': 'unobserved' },
  }),
]);

/** What a controller has to say: no root, the parent is written elsewhere. */
export const fragment = trace(
  [
    span({
      name: 'api request',
      from: 0,
      to: 300,
      service: 'nova-api',
      host: 'ctl1',
      in: 'elsewhere',
      attributes: { 'novaspan.start.evidence': 'derived' },
    }),
    span({ name: 'neutron-server request', from: 50, to: 80, service: 'neutron-server', host: 'ctl1', in: 'elsewhere' }),
    span({ name: 'neutron-server request', from: 90, to: 100, service: 'neutron-server', host: 'ctl1', in: 'elsewhere' }),
    span({ name: 'neutron-server request', from: 120, to: 180, service: 'neutron-server', host: 'ctl1', in: 'elsewhere' }),
  ],
  { form: 'fragment', action: undefined },
);

export const networkReady = trace(
  [
    root(6000, {}, { name: 'instance network-ready' }),
    span({ name: 'guest dhcp', from: 0, to: 6000, port: PORT, service: 'ovn-controller' }),
  ],
  { form: 'network-ready', traceId: 'aa66819c5146fbec940ce11b4ed3b8f8' },
);
