// Traces made by hand, with one of everything that OTLP can carry for us.
import { createHash } from 'node:crypto';

const id = (text, digits) => createHash('sha256').update(text).digest('hex').slice(0, digits);

/** A create on one compute host and one controller: four services, five resources, a link, an error, microseconds. */
export function handMade(name, at = Date.now() - 60_000) {
  const traceId = id(`trace ${name}`, 32);
  const instance = '3f0c1d6e-6d53-4a53-9d4b-0d5d1f0e9a11';
  const spanId = (span) => id(`span ${name} ${span}`, 16);
  const span = (spanName, parent, service, host, from, to, more = {}) => ({
    traceId,
    spanId: spanId(spanName),
    parentSpanId: parent === undefined ? undefined : spanId(parent),
    name: spanName,
    kind: 'internal',
    start: at + from,
    end: at + to,
    service,
    host,
    attributes: { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'observed' },
    events: [],
    droppedEvents: 0,
    links: [],
    error: undefined,
    ...more,
  });
  const port = {
    'openstack.port.id': '6c0d2f6e-6d53-4a53-9d4b-0d5d1f0e9a11',
    'novaspan.start.evidence': 'observed',
    'novaspan.end.evidence': 'derived',
  };
  return {
    traceId,
    form: 'action',
    instance,
    request: 'req-2b0f9d7e-5f0e-4d5b-8d6d-52c84b4d4a10',
    action: 'create',
    spans: [
      span('instance create', undefined, 'nova-compute', 'cmp1', 0, 12870.001, {
        attributes: {
          'openstack.instance.id': instance,
          'openstack.outcome': 'failed',
          'novaspan.reported_duration_s': 12.87,
          'novaspan.unexplained_ms': 120,
          'novaspan.phases.observed': ['spawn', 'vif plug'],
          'novaspan.phases.missing': [],
          'novaspan.flagged': true,
          a: 'sorted first: naïve – "quoted" <&> \u2028 tab\t',
        },
        error: 'Build of instance 3f0c1d6e aborted: <timed out & gone>',
      }),
      span('api request', 'instance create', 'nova-api', 'ctl1', -900.125, -50.5, { kind: 'server' }),
      span('spawn', 'instance create', 'nova-compute', 'cmp1', 2000.001, 11410.333, {
        events: [
          {
            name: 'nova.compute.manager',
            at: at + 2000.001,
            attributes: { 'log.file.path': 'nova-compute.log', 'log.file.offset': 123456 },
          },
          { name: 'bare', at: at + 11410.333, attributes: {} },
        ],
        droppedEvents: 3,
      }),
      span('ovs interface add', 'instance create', 'ovs-vswitchd', 'cmp1', 3000.25, 3010.75, { attributes: port }),
      span('lport claim', 'instance create', 'ovn-controller', 'cmp1', 3010.75, 3100, {
        attributes: port,
        links: [{ traceId: id('other', 32), spanId: id('other', 16), attributes: { why: 'retry' } }],
      }),
      span('port status up', 'instance create', 'neutron-server', 'ctl1', 3200, 5200.999, { attributes: port }),
    ],
  };
}
