import { exitCodes } from '../model/errors.js';
import { defineCommand, write } from './command.js';
import { idsText } from './ids.js';

/** `trace-id INSTANCE REQUEST`: computes a trace id from the two ids in a ticket, without logs. */
export const traceId = defineCommand({
  name: 'trace-id',
  summary: 'print the trace id of an action, from its instance and request ids',
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

  async run({ positionals: [instance = '', request = ''] }, { stdout }) {
    await write(stdout, idsText(instance, request));
    return exitCodes.ok;
  },
});
