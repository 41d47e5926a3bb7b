import { usage } from '../model/errors.js';
import { networkReady, rootIdOf, traceIdOf } from '../trace/span-id.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Output of `trace-id`. @throws OperatorError USAGE if an id is not valid */
export function idsText(givenInstance: string, givenRequest: string): string {
  const { instance, request } = keyOf(givenInstance, givenRequest);
  const trace = traceIdOf(instance, request);
  return [
    `trace id                ${trace}`,
    `root span id            ${rootIdOf(trace)}`,
    `network-ready trace id  ${traceIdOf(instance, networkReady(request))}`,
    '',
  ].join('\n');
}

/** Normalises ids to lower case, as nova prints them, before they are hashed. */
function keyOf(givenInstance: string, givenRequest: string) {
  const instance = givenInstance.toLowerCase();
  const request = givenRequest.toLowerCase();
  if (UUID.test(request) && /^req-/.test(instance))
    throw usage('the two ids are in the wrong order', 'write the instance first: novaspan trace-id INSTANCE REQUEST');
  if (!UUID.test(instance))
    throw usage(
      `'${givenInstance}' is not an instance id`,
      'give the whole uuid, as `openstack server list` shows it, such as b8acd14b-35cc-4931-bd08-129b0bf97b38',
    );
  if (/^@[0-9]{10,16}(\.[0-9]+)?$/.test(request)) return { instance, request };
  if (!request.startsWith('req-') || !UUID.test(request.slice(4)))
    throw usage(
      `'${givenRequest}' is not a request id`,
      'give it as `openstack server event list` shows it, req-UUID, or @ and epoch milliseconds where no line has one',
    );
  return { instance, request };
}
