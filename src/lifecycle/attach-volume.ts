import { action, FAILURES } from './common.js';
import { type ActionSpec, endMinusDuration, last, line, type PhaseSpec } from './define.js';
import { requests } from './plug.js';

const call = (kind: 'volume.attach.requested' | 'volume.detach.requested'): PhaseSpec => ({
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
  from: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }],
  to: [line('instance.lock.acquired')],
};

/** Connect a volume to a server. nova logs no line at the end; at DEBUG the release of the lock shows it. */
export const attachVolume: ActionSpec = action({
  name: 'attach_volume',
  lockedBy: ['do_attach_volume'],
  namedBy: ['volume.attaching'],
  apiLines: ['volume.attach.requested'],
  ends: [],
  endsQuietly: ['volume.attaching'],
  fails: [...FAILURES, 'volume.attach.failed', 'volume.attach.refused', 'volume.driver.attach.failed'],
  phases: [
    call('volume.attach.requested'),
    lockWait,
    {
      name: 'volume attach',
      service: 'nova-compute',
      debug: true,
      from: [line('volume.attaching')],
      to: [last('volume.attach.failed', 'volume.driver.attach.failed', 'volume.attach.refused'), line('instance.lock.released')],
    },
    ...requests,
  ],
});

/** Disconnect a volume from a server. */
export const detachVolume: ActionSpec = action({
  name: 'detach_volume',
  lockedBy: ['do_detach_volume'],
  namedBy: ['volume.detaching'],
  apiLines: ['volume.detach.requested'],
  ends: ['device.detached'],
  // Releases before Wallaby log nothing when the device is detached.
  endsQuietly: ['volume.detaching', 'volume.driver.detaching'],
  fails: [...FAILURES],
  phases: [
    call('volume.detach.requested'),
    lockWait,
    {
      name: 'device detach',
      service: 'nova-compute',
      from: [line('volume.driver.detaching'), line('volume.detaching')],
      to: [line('device.detached')],
      innerEvents: ['device.detached.persistently', 'device.detach.timed.out'],
    },
    {
      name: 'detach finish',
      service: 'nova-compute',
      debug: true,
      from: [line('device.detached')],
      to: [line('instance.lock.released')],
    },
    ...requests,
  ],
});
