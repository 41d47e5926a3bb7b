import { latest, line, type PhaseSpec, standIn } from './define.js';

export const networkWait: PhaseSpec = {
  name: 'network wait',
  service: 'nova-compute',
  within: 'spawn',
  debug: true,
  next: ['guest xml'],
  from: [line('disks.created')],
  to: [line('guest.xml.started')],
};

export const guestXml: PhaseSpec = {
  name: 'guest xml',
  service: 'nova-compute',
  within: 'spawn',
  debug: true,
  next: ['vif plug', 'guest start'],
  from: [line('guest.xml.started')],
  to: [line('guest.xml.ended')],
};

export const guestStart: PhaseSpec = {
  name: 'guest start',
  service: 'nova-compute',
  within: 'spawn',
  from: [latest('vif.plugged'), standIn(line('guest.xml.ended')), line('vmware.guest.starting')],
  to: [line('guest.lifecycle.started'), line('vmware.guest.started')],
};

export const guestPaused: PhaseSpec = {
  name: 'guest paused',
  service: 'nova-compute',
  within: 'spawn',
  optional: true,
  needsFrom: true,
  from: [line('guest.lifecycle.paused')],
  to: [line('guest.lifecycle.resumed')],
};

/**
 * What libvirt's driver does to make a guest run, the same in every action that spawns one: parts of `spawn`, one after the
 * other. `vif plug`, between `guest xml` and `guest start`, is in plug.ts.
 */
export const spawning: readonly PhaseSpec[] = [
  {
    name: 'image create',
    service: 'nova-compute',
    within: 'spawn',
    // At INFO, and before Stein, the disks' end is not printed.
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

/** The same where it is not `spawn` that they are parts of: another phase, or the root. */
export function partsOf(name: string | undefined, phases: readonly PhaseSpec[]): PhaseSpec[] {
  return phases.map((phase) => {
    if (phase.within !== 'spawn') return phase;
    const { within: _, ...free } = phase;
    return name === undefined ? free : { ...free, within: name };
  });
}

/** The same where not every action of its kind has them. */
export const maybe = (...phases: readonly PhaseSpec[]): PhaseSpec[] => phases.map((phase) => ({ ...phase, optional: true }));
