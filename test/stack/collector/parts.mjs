// Traces in parts, as sidecars send them: the compute node's with the root, the controller's without.
import { createHash, randomBytes } from 'node:crypto';
import { toOtlpJson } from '../modules.mjs';

const RUN = randomBytes(4).toString('hex');
const id = (text, digits) => createHash('sha256').update(`${RUN} ${text}`).digest('hex').slice(0, digits);

/**
 * An action that ended a minute ago.
 *
 * @param seconds how long it took
 * @param error the root's status, if it failed
 * @param wait how long its vif-plugged wait took, in seconds
 * @param trouble the status of the controller's span, if it failed
 * @returns its trace id, and `compute` and `controller`: each the body of one OTLP/HTTP request
 */
export function partsOf(name, { action = 'create', outcome = 'succeeded', seconds = 1, error, wait = 0.5, trouble } = {}) {
  const traceId = id(name, 32);
  const start = Date.now() - 60_000 - seconds * 1000;
  const span = (spanName, service, host, from, to, more = {}) => ({
    traceId,
    spanId: id(`${name} ${spanName}`, 16),
    parentSpanId: spanName.startsWith('instance ') ? undefined : id(`${name} instance ${action}`, 16),
    name: spanName,
    kind: 'internal',
    start: start + from * 1000,
    end: start + to * 1000,
    service,
    host,
    attributes: { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'observed' },
    events: [],
    droppedEvents: 0,
    links: [],
    error: undefined,
    ...more,
  });
  const root = { 'openstack.action': action, 'openstack.outcome': outcome, 'openstack.instance.id': id(`${name} instance`, 32) };
  const compute = [
    span(`instance ${action}`, 'nova-compute', 'cmp1', 0, seconds, { attributes: root, error }),
    span('vif-plugged wait', 'nova-compute', 'cmp1', 0.1, 0.1 + wait),
  ];
  const controller = [span('neutron port create', 'neutron-server', 'ctl1', 0.1, 0.3, { error: trouble })];
  const bodyOf = (spans) => toOtlpJson({ traceId, form: 'action', instance: name, request: undefined, action, spans });
  return {
    name,
    traceId,
    compute: bodyOf(compute),
    controller: bodyOf(controller),
    ids: [...compute, ...controller].map((each) => each.spanId),
  };
}

/** Sends one request. @returns the HTTP status */
export async function post(endpoint, body) {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(`${endpoint}/v1/traces`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

export async function send(endpoint, body) {
  const status = await post(endpoint, body);
  if (status !== 200) throw new Error(`${endpoint} answered ${status}`);
}
