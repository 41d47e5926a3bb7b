import { latest, line, type PhaseSpec, standIn } from './define.js';

/** The disks are ready, and nova waits for neutron to finish the ports. */
export const networkWait: PhaseSpec = {
  name: 'network wait',
  service: 'nova-compute',
  within: 'spawn',
  debug: true,
  next: ['guest xml'],
  from: [line('disks.created')],
  to: [line('guest.xml.started')],
};

/** nova writes libvirt's definition of the guest. */
export const guestXml: PhaseSpec = {
  name: 'guest xml',
  service: 'nova-compute',
  within: 'spawn',
  debug: true,
  next: ['vif plug', 'guest start'],
  from: [line('guest.xml.started')],
  to: [line('guest.xml.ended')],
};

/** libvirt and QEMU start the guest. */
export const guestStart: PhaseSpec = {
  name: 'guest start',
  service: 'nova-compute',
  within: 'spawn',
  from: [latest('vif.plugged'), standIn(line('guest.xml.ended')), line('vmware.guest.starting')],
  to: [line('guest.lifecycle.started'), line('vmware.guest.started')],
};

/** The guest is started paused, until neutron reports its ports as plugged. */
export const guestPaused: PhaseSpec = {
  name: 'guest paused',
  service: 'nova-compute',
  within: 'spawn',
  optional: true,
  requireStart: true,
  from: [line('guest.lifecycle.paused')],
  to: [line('guest.lifecycle.resumed')],
};

/**
 * The steps of nova's libvirt driver to start a guest, the same in every action that spawns one: parts of `spawn`, in
 * this order. `vif plug`, between `guest xml` and `guest start`, is in plug.ts.
 */
export const spawning: readonly PhaseSpec[] = [
  {
    name: 'image create',
    service: 'nova-compute',
    within: 'spawn',
    // At INFO, and before Stein, the end of the disks is not logged.
    next: ['network wait', 'guest xml'],
    from: [line('image.creation.started')],
    to: [line('disks.created')],
  },
  {
    name: 'image fetch',
    service: 'nova-compute',
    within: 'image create',
    debug: true,
    repeats: true,
    optional: true,
    from: [line('image.lock.acquired')],
    to: [line('image.lock.released')],
  },
  networkWait,
  guestXml,
  guestStart,
  guestPaused,
];

/** Makes the parts of `spawn` parts of another phase, or of the root if `name` is undefined. */
export function partsOf(name: string | undefined, phases: readonly PhaseSpec[]): PhaseSpec[] {
  return phases.map((phase) => {
    if (phase.within !== 'spawn') return phase;
    const { within: _, ...free } = phase;
    return name === undefined ? free : { ...free, within: name };
  });
}

/** Makes phases optional. */
export const maybe = (...phases: readonly PhaseSpec[]): PhaseSpec[] => phases.map((phase) => ({ ...phase, optional: true }));
