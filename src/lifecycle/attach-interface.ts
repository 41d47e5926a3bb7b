import { action, FAILURES, networkInfo, portRequests } from './common.js';
import { type ActionSpec, anywhere, endMinusDuration, last, latest, line, type PhaseSpec, standIn } from './define.js';
import { eventDeliver, PORT_CHAIN_WAIT, plugChain, portDown, requests, vifPluggedWait, vifUnplug } from './plug.js';
import { partsOf } from './spawning.js';

/** The API call. nova-api waits for nova-compute's answer, so the access line is the last line of the action. */
const call = (kind: 'interface.attach.requested' | 'interface.detach.requested'): PhaseSpec => ({
  name: 'api request',
  service: 'nova-api',
  http: 'user',
  from: [endMinusDuration(kind)],
  to: [line(kind)],
});

const lockWait: PhaseSpec = {
  name: 'lock wait',
  service: 'nova-compute',
  debug: true,
  optional: true,
  from: [line('interface.lock.awaited'), { kinds: ['interface.lock.acquired'], less: 'waited' }],
  to: [line('interface.lock.acquired')],
};

const starts = [line('interface.lock.awaited'), { kinds: ['interface.lock.acquired'] as const, less: 'waited' }];

/** Plug one more port into a running server. At INFO nova-compute logs only the plug. */
export const attachInterface: ActionSpec = action({
  name: 'attach_interface',
  lockedBy: ['do_attach_interface'],
  namedBy: [],
  apiLines: ['interface.attach.requested'],
  // nova-api waits for the answer, so its access line gives both ends if no other line does.
  starts: [...starts, endMinusDuration('interface.attach.requested')],
  opensWith: ['vif.plugged'],
  ends: ['interface.lock.released', 'interface.attach.requested'],
  doneBy: ['vif.plugged', 'interface.attach.requested'],
  endsQuietly: ['vif.plugged'],
  portWait: { millis: PORT_CHAIN_WAIT, after: ['vif.plugged'] },
  fails: [...FAILURES, 'interface.attach.failed', 'interface.attach.refused', 'vif.plug.failed'],
  phases: [
    call('interface.attach.requested'),
    lockWait,
    {
      name: 'port create',
      service: 'nova-compute',
      calls: true,
      per: 'port',
      debug: true,
      from: [anywhere('network.allocation.requested')],
      to: [line('port.created')],
      optional: true,
    },
    {
      name: 'port update',
      service: 'nova-compute',
      calls: true,
      per: 'port',
      debug: true,
      from: [latest('port.created', 'network.allocation.requested')],
      to: [line('port.updated')],
      optional: true,
    },
    networkInfo,
    ...partsOf(
      undefined,
      plugChain.filter((phase) => phase !== vifPluggedWait && phase !== eventDeliver),
    ),
    {
      name: 'device attach',
      service: 'nova-compute',
      debug: true,
      from: [line('device.attach.started')],
      to: [last('interface.attach.refused', 'interface.attach.failed'), standIn(line('interface.lock.released'))],
    },
    ...portRequests,
    ...requests,
  ],
});

/** Remove a port from a server. */
export const detachInterface: ActionSpec = action({
  name: 'detach_interface',
  lockedBy: ['do_detach_interface'],
  namedBy: [],
  namedByAll: [['device.detached.persistently', 'device.detached'], ['vif.unplugged']],
  apiLines: ['interface.detach.requested'],
  notWith: ['volume.detaching'],
  starts,
  opensWith: ['device.detaching', 'device.detach.started', 'device.detached.persistently', 'vif.unplugged'],
  ends: ['interface.lock.released', 'network.cache.port.dropped'],
  doneBy: ['device.detached.persistently', 'device.detached', 'vif.unplugged', 'network.cache.port.dropped'],
  endsQuietly: ['vif.unplugged', 'device.detached'],
  fails: [...FAILURES, 'interface.detach.failed'],
  phases: [
    call('interface.detach.requested'),
    lockWait,
    {
      name: 'device detach',
      service: 'nova-compute',
      from: [line('device.detaching'), line('device.detach.started'), standIn(line('device.detached.persistently'))],
      to: [line('device.detached'), last('device.detach.timed.out'), last('device.detached.persistently')],
      innerEvents: ['device.detach.timed.out'],
    },
    vifUnplug,
    ...portDown,
    networkInfo,
    ...portRequests,
    ...requests,
  ],
});
