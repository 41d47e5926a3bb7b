import { exitCodes, usage } from '../model/errors.js';
import { defineCommand, write } from './command.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `trace-id INSTANCE REQUEST`: from the two ids in a ticket to the trace, with no log at hand. */
export const traceId = defineCommand({
  name: 'trace-id',
  summary: "tell an action's trace id from its instance and request ids",
  operands: 'INSTANCE REQUEST',
  takes: { least: 2, most: 2 },
  about: [
    'Trace ids follow from the instance and the request, so every sidecar finds the same one, and so can you: `openstack server event list INSTANCE` shows the request ids. Paste the trace id into the search of Grafana or Jaeger.',
    'Where no log line gives a request id (a suspend at INFO), the action is keyed by `@` and the epoch milliseconds of its first line.',
    'A boot has a second trace, for the time until its guest had its network; it exists only if a boot, start, reboot, unshelve or rebuild resumed the guest.',
  ],
  options: {},
  examples: [
    {
      says: 'the trace of a boot',
      command: 'novaspan trace-id b8acd14b-35cc-4931-bd08-129b0bf97b38 req-5678fc57-4d2e-486d-95b7-7deb6d508747',
    },
  ],

  async run({ positionals: [instance = '', request = ''] }, { engine, stdout }) {
    const key = keyOf(instance, request);
    const { traceIdOf, rootIdOf } = await engine.ids();
    const trace = traceIdOf(key.instance, key.request);
    await write(
      stdout,
      [
        `trace id                ${trace}`,
        `root span id            ${rootIdOf(trace)}`,
        `network-ready trace id  ${traceIdOf(key.instance, `${key.request}/network-ready`)}`,
        '',
      ].join('\n'),
    );
    return exitCodes.ok;
  },
});

/** Ids are hashed as nova prints them, which is in lower case. */
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
