import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/correlate/candidate.js';
import { Correlator } from '../../src/correlate/correlator.js';
import type { HostMoments } from '../../src/correlate/settle.js';
import { timeline } from '../../src/correlate/timeline.js';
import type { Event } from '../../src/lifecycle/event.js';
import { inOrder } from '../../src/lifecycle/event.js';
import { A, at, B, eventsOf, lock, nova, oslo, P, U, vif } from '../support/lines.js';
import { counting } from '../support/scenario.js';

const QUIET_HOST: HostMoments = { restarts: () => [], audits: () => [], buildEnds: () => [] };
const within = (events: readonly Event[], hosts = QUIET_HOST): Candidate[] =>
  timeline(U, [...events].sort(inOrder), { hosts: hosts, past: [], sharedSince: () => Number.POSITIVE_INFINITY });
const candidates = (lines: readonly string[], hosts?: HostMoments): Candidate[] => within(eventsOf('nova-compute', lines), hosts);

const inSeconds = (moment: number | undefined): number | undefined =>
  moment === undefined ? undefined : Math.round(moment - at(0)) / 1000;
const start = ({ spec, seen }: Candidate): unknown[] => [spec?.name, inSeconds(seen.start.at), seen.start.is];
const end = ({ spec, verdict }: Candidate): unknown[] => [spec?.name, verdict.outcome, inSeconds(verdict.end), verdict.endIs];

const bare = (seconds: number, message: string): string => nova(seconds, message, { request: null });
const unnamed = (seconds: number, message: string, request = A): string => nova(seconds, message, { instance: null, request });
const pending = (seconds: number, task: string): string =>
  nova(seconds, `During sync_power_state the instance has a pending task (${task}). Skip.`, { request: null });
const interfaceLock = (step: string, name: string): string =>
  `${step} "interface-${U}-${P}" by "nova.compute.manager.ComputeManager.${name}.<locals>.do_${name}"`;
const released = (name: string): string =>
  `Lock "interface-${U}-${P}" "released" by "nova.compute.manager.ComputeManager.${name}.<locals>.do_${name}" :: held 31.562s`;

describe('how an action ended', () => {
  const failure = 'Exception during message handling: nova.exception.InterfaceDetachFailed: Failed to detach network adapter device';
  const detaching = [
    unnamed(1, interfaceLock('Acquiring lock', 'detach_interface')),
    unnamed(
      1.001,
      `Lock "interface-${U}-${P}" acquired by "nova.compute.manager.ComputeManager.detach_interface.<locals>.do_detach_interface" :: waited 0.001s`,
    ),
    unnamed(32, released('detach_interface')),
  ];
  const unplugged = unnamed(31, `Successfully unplugged vif ${vif(P)}`);

  it('the release of a lock is an end, and no success where a failure follows within the grace', () => {
    expect(candidates([...detaching, unplugged]).map(end)).toEqual([['detach_interface', 'succeeded', 32, 'observed']]);
    expect(candidates([...detaching, unnamed(32.1, failure)]).map(end)).toEqual([['detach_interface', 'failed', 32.1, 'derived']]);
  });

  it('nor is it one where nothing shows that the port was taken away: why that failed is printed by another logger', () => {
    expect(candidates(detaching).map(end)).toEqual([['detach_interface', 'unfinished', 32, 'observed']]);
  });

  it('an action whose end is missing does not take that of the next one, which had the instance to itself', () => {
    const rebuilds = [
      nova(1, 'Rebuilding instance'),
      nova(4, 'Creating image(s)'),
      nova(20, 'Rebuilding instance', { request: B }),
      bare(29, 'Instance spawned successfully.'),
    ];
    expect(candidates(rebuilds).map(end)).toEqual([
      ['rebuild', 'unfinished', 4, 'unobserved'],
      ['rebuild', 'succeeded', 29, 'observed'],
    ]);
    // A line of its own shows that it was not over.
    expect(candidates([...rebuilds, nova(24, 'Creating image(s)')]).map(end)[0]).toEqual(['rebuild', 'succeeded', 29, 'observed']);
    // A delete may come while a rebuild is under way: nova does not lock the instance for all of that.
    expect(candidates([...rebuilds.slice(0, 2), nova(20, 'Terminating instance', { request: B })]).map(end)[0]).toEqual([
      'rebuild',
      'timed-out',
      undefined,
      'unobserved',
    ]);
    // Nor does what only waits for the instance end what has it.
    const locked = [unnamed(1, lock.acquired('do_stop_instance'))];
    const waits = unnamed(3, lock.awaited('do_terminate_instance'), B);
    const outcomes = (...lines: string[]): unknown[] => candidates([...locked, ...lines]).map(({ spec, outcome }) => [spec?.name, outcome]);
    expect(outcomes(waits)[0]).toEqual(['stop', 'timed-out']);
    expect(outcomes(waits, unnamed(9, lock.acquired('do_terminate_instance'), B))[0]).toEqual(['stop', 'unfinished']);
  });

  it('what ended the action before it does not end it', () => {
    const rebuilding = [pending(0.2, 'rebuild_spawning'), bare(0.3, 'Instance spawned successfully.'), nova(5, 'Rebuilding instance')];
    expect(candidates([...rebuilding, bare(14, 'Instance spawned successfully.')]).map(end)).toEqual([
      ['rebuild', 'succeeded', 14, 'observed'],
    ]);
    expect(candidates(rebuilding).map(end)).toEqual([['rebuild', 'timed-out', undefined, 'unobserved']]);
  });

  it('a live migration whose guest has moved fails where the destination fails after that', () => {
    const broken = [
      nova(3, 'Live Migration failure: operation failed: domain is not running: libvirt.libvirtError: operation failed'),
      nova(
        10,
        'Post live migration at destination cmp2 failed: nova.exception_Remote.InstanceNotFound_Remote: Instance could not be found.',
      ),
    ];
    expect(candidates(broken).map(end)).toEqual([['live-migration', 'failed', 10, 'derived']]);
  });

  it("an API's answer with an error is no end of what nova-compute does", () => {
    const answer = (status: number): Event[] =>
      eventsOf('nova-api', [
        oslo('nova-api', 61, `127.0.0.1 "POST /v2.1/servers/${U}/os-interface HTTP/1.1" status: ${status} len: 592 time: 60.5`),
      ]);
    const attaching = [
      unnamed(
        1,
        `Lock "interface-${U}-${P}" acquired by "nova.compute.manager.ComputeManager.attach_interface.<locals>.do_attach_interface" :: waited 0.001s`,
      ),
      nova(5, `Successfully plugged vif ${vif(P)}`, { instance: null }),
    ];
    const later = [unnamed(143, released('attach_interface')), unnamed(143.1, failure)];
    const open = within([...eventsOf('nova-compute', attaching), ...answer(500)]);
    expect(open.map(({ spec, outcome }) => [spec?.name, outcome])).toEqual([['attach_interface', 'timed-out']]);
    const over = within([...eventsOf('nova-compute', [...attaching, ...later]), ...answer(500)]);
    expect(over.map(end)).toEqual([['attach_interface', 'failed', 143.1, 'derived']]);
  });

  it('a delete that has nothing left to give back ends with its network, when nothing follows', () => {
    const deleting = [
      nova(1, 'Terminating instance'),
      nova(3, 'Took 1.79 seconds to destroy the instance on the hypervisor.'),
      bare(4, 'Took 1.31 seconds to deallocate network for instance.'),
    ];
    expect(candidates(deleting).map(end)).toEqual([['delete', 'succeeded', 4, 'derived']]);
    const whole = [...deleting, unnamed(5, `Deleted allocations for instance ${U}`)];
    expect(candidates(whole).map(end)).toEqual([['delete', 'succeeded', 5, 'observed']]);
  });

  it('it has not ended while nova says that its task is pending', () => {
    const rebooting = [nova(1, 'Rebooting instance'), bare(6, 'Instance rebooted successfully.')];
    expect(candidates(rebooting).map(end)).toEqual([['reboot', 'succeeded', 6, 'observed']]);
    expect(candidates([...rebooting, pending(6.5, 'reboot_started_hard')]).map(end)).toEqual([['reboot', 'succeeded', 6.5, 'derived']]);
    expect(candidates([...rebooting, pending(6.5, 'deleting')]).map(end)).toEqual([['reboot', 'succeeded', 6, 'observed']]);
  });

  it('a rebuild ends with its last step, where that is printed', () => {
    const rebuilding = [
      nova(1, 'Rebuilding instance'),
      nova(1.1, 'Trying to apply a migration context that does not seem to be set for this instance'),
      bare(10, 'Instance spawned successfully.'),
    ];
    const last = 'Lock "compute_resources" "released" by "nova.compute.resource_tracker.ResourceTracker.finish_evacuation" :: held 0.079s';
    expect(candidates(rebuilding).map(end)).toEqual([['rebuild', 'succeeded', 10, 'observed']]);
    expect(candidates([...rebuilding, unnamed(10.3, last)]).map(end)).toEqual([['rebuild', 'succeeded', 10.3, 'observed']]);
  });

  it('what the guest went through is printed late: such an end is derived, but for the line that nova prints of its own work', () => {
    const unrescuing = [nova(1, 'Unrescuing'), bare(5, 'VM Started (Lifecycle Event)')];
    expect(candidates(unrescuing).map(end)).toEqual([['unrescue', 'succeeded', 5, 'derived']]);
    expect(candidates([...unrescuing, nova(4.5, 'Checking state')]).map(end)).toEqual([['unrescue', 'succeeded', 4.5, 'observed']]);
  });
});

describe('when an action began', () => {
  it('an opening line is observed, a stand-in derived, and any other first line shows that the head is missing', () => {
    expect(candidates([nova(1, 'Rebooting instance')]).map(start)).toEqual([['reboot', 1, 'observed']]);
    const hard = 'Failed to soft reboot instance. Trying hard reboot.';
    expect(candidates([nova(12, hard)]).map(start)).toEqual([['reboot', 12, 'unobserved']]);
    expect(candidates([nova(1, 'Claim successful on node cmp1')]).map(start)).toEqual([['create', 1, 'derived']]);
    expect(
      candidates([
        nova(3, 'Took 1.79 seconds to destroy the instance on the hypervisor.'),
        unnamed(5, `Deleted allocations for instance ${U}`),
      ]).map(start),
    ).toEqual([['delete', 3, 'unobserved']]);
  });

  it('one that nova begins right after another may have waited for it: at INFO its first line is a bound', () => {
    const building = [nova(1, 'Claim successful on node cmp1'), nova(9, 'Took 8.00 seconds to build instance.')];
    const starts = (seconds: number): unknown[] =>
      candidates([...building, nova(seconds, 'Terminating instance', { request: B })]).map(start)[1] as unknown[];
    expect([starts(9.1), starts(20)]).toEqual([
      ['delete', 9.1, 'derived'],
      ['delete', 20, 'observed'],
    ]);
  });

  it('at DEBUG one without an opening line begins with its first line', () => {
    const lines = [unnamed(1, `Lazy-loading 'pci_devices' on Instance uuid ${U}`), pending(1.1, 'suspending'), nova(2.6, 'Checking state')];
    const [suspend] = candidates(lines);
    expect([start(suspend!), end(suspend!)]).toEqual([
      ['suspend', 1, 'derived'],
      ['suspend', 'succeeded', 2.6, 'observed'],
    ]);
    expect(candidates(lines.slice(0, 1))).toEqual([]);
  });

  it('the lock of a periodic task is none of its lines', () => {
    const sync = `Acquiring lock "${U}" by "nova.compute.manager.ComputeManager._sync_power_states.<locals>._sync.<locals>.query_driver_power_state_and_sync"`;
    expect(candidates([bare(1, sync), nova(2, 'Unpausing')]).map(start)).toEqual([['unpause', 2, 'observed']]);
  });

  it('a build that is slow to say that it begins began with its lock, unless another build ended meanwhile', () => {
    const lines = [unnamed(1, lock.acquired('_locked_do_build_and_run_instance')), nova(2.5, 'Starting instance...')];
    const busy: HostMoments = { ...QUIET_HOST, buildEnds: () => [at(2)] };
    expect([...candidates(lines), ...candidates(lines, busy)].map(start)).toEqual([
      ['create', 1, 'observed'],
      ['create', 2.5, 'observed'],
    ]);
  });
});

describe('what an action is', () => {
  it('a task that was pending before its first line is another action’s', () => {
    const lines = [
      pending(1, 'powering-on'),
      nova(5, 'Terminating instance'),
      bare(7, 'Instance destroyed successfully.'),
      unnamed(8, `Deleted allocations for instance ${U}`),
    ];
    expect(candidates(lines).map(({ spec }) => spec?.name)).toEqual(['delete']);
  });

  it('a task names the action that has it, though another one’s grace lasts', () => {
    const lines = [
      nova(1, 'Unpausing', { request: B }),
      bare(1.1, 'VM Resumed (Lifecycle Event)'),
      unnamed(2, `Lazy-loading 'pci_devices' on Instance uuid ${U}`),
      pending(2.1, 'suspending'),
      nova(3, 'Checking state'),
    ];
    expect(candidates(lines).map(({ spec }) => spec?.name)).toEqual(['unpause', 'suspend']);
  });

  it('what may name an action that is at work is not taken by one that has just ended', () => {
    const lines = [
      nova(1, 'Instance shutdown successfully after 0 seconds.', { request: B }),
      bare(1.2, 'Instance destroyed successfully.'),
      nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
      nova(3.1, 'Checking state'),
      bare(4, 'Instance rebooted successfully.'),
      pending(4.1, 'powering-on'),
    ];
    const of = (events: readonly Event[]): Event[] =>
      events.map((event) => (event.kind === 'vif.plugged' ? { ...event, instance: U } : event));
    expect(within(of(eventsOf('nova-compute', lines))).map(end)).toEqual([
      ['stop', 'succeeded', 1.2, 'observed'],
      ['start', 'succeeded', 4.1, 'derived'],
    ]);
  });

  it('a line that no such action prints contradicts a name', () => {
    const stopping = [nova(10, 'Instance shutdown successfully after 10 seconds.'), bare(10.2, 'Instance destroyed successfully.')];
    expect(candidates(stopping).map(({ spec }) => spec?.name)).toEqual(['stop']);
    const resizing = [...stopping, nova(12, `Successfully plugged vif ${vif(P)}`, { instance: null }), nova(12.1, 'Migrating')];
    expect(candidates([...stopping, nova(12, 'Beginning cold snapshot process')]).map(({ spec }) => spec?.name)).toEqual([undefined]);
    expect(candidates(resizing).map(({ spec }) => spec?.name)).not.toContain('stop');
  });
});

describe('the end of the input', () => {
  const outcomes = (last: number): unknown[] => {
    const correlator = new Correlator(counting().count);
    for (const event of eventsOf('nova-compute', [nova(1, 'Rebooting instance')])) correlator.accept(event);
    return correlator.finish(at(last)).map((thing) => (thing.form === 'action' ? [thing.outcome, thing.endIs] : thing.form));
  };

  it('is no time-out of what might have gone on', () => {
    expect([outcomes(100), outcomes(4000)]).toEqual([[['unfinished', 'unobserved']], [['timed-out', 'unobserved']]]);
  });
});
