import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/correlate/candidate.js';
import { ownerAt } from '../../src/correlate/owner.js';
import type { HostMoments } from '../../src/correlate/settle.js';
import { Timeline, timeline } from '../../src/correlate/timeline.js';
import { GRACE, SHARED_GRACE } from '../../src/correlate/times.js';
import type { ActionInterval } from '../../src/lifecycle/closed.js';
import { type Event, inOrder } from '../../src/lifecycle/event.js';
import { actions } from '../../src/lifecycle/name.js';
import { A, at, B, E, eventsOf, lock, nova, P, U, vif } from '../support/lines.js';

const NOTHING: HostMoments = { restarts: () => [], audits: () => [], buildEnds: () => [] };
const restarted = (...seconds: readonly number[]): HostMoments => ({ ...NOTHING, restarts: () => seconds.map(at) });

interface Given {
  readonly hosts?: HostMoments;
  readonly past?: readonly ActionInterval[];
  readonly shared?: boolean;
  readonly external?: readonly string[];
}

const sorted = (events: readonly Event[]): Event[] => [...events].sort(inOrder);
const bagsOf = (events: readonly Event[], { hosts = NOTHING, past = [], shared = false, external = [] }: Given = {}): Candidate[] =>
  timeline(U, sorted(events), { hosts: hosts, past, external, sharedSince: () => (shared ? 0 : Number.POSITIVE_INFINITY) });
const bags = (lines: readonly string[], given?: Given): Candidate[] => bagsOf(eventsOf('nova-compute', lines), given);
const inSeconds = (moment: number | undefined): number | undefined =>
  moment === undefined ? undefined : Math.round(moment - at(0)) / 1000;
const brief = ({ request, spec, outcome, start, end }: Candidate): unknown[] => [
  request,
  spec?.name,
  outcome,
  inSeconds(start),
  inSeconds(end),
];

const CLAIM = 'Claim successful on node cmp1';
const BUILT = 'Took 7.75 seconds to build instance.';
const FAILED = 'Instance failed to spawn: nova.exception.X: text';
const DELETED = `Deleted allocations for instance ${U}`;
const build = '_locked_do_build_and_run_instance';
const locks = (s: number, said: string, request = A): string => nova(s, said, { instance: null, request });

describe('timeline', () => {
  it('a build that said how long it took began so long ago, and closes after its grace', () => {
    const [bag] = bags([nova(3, CLAIM), nova(10, BUILT)]);
    expect(brief(bag!)).toEqual([A, 'create', 'succeeded', 2.25, 10]);
    expect(bag!.closesAt).toBe(at(10) + GRACE);
  });

  it('a build whose request is shared waits longer for the ports to be told', () => {
    const [bag] = bags([nova(3, CLAIM), nova(10, BUILT)], { shared: true });
    expect(bag!.closesAt).toBe(at(10) + SHARED_GRACE);
  });

  it('a delete that waits for a build has its own lines only: at DEBUG the lock tells', () => {
    const found = bags([
      locks(1, lock.acquired(build)),
      nova(1.1, 'Starting instance...'),
      nova(1.5, CLAIM),
      locks(4, lock.awaited('do_terminate_instance'), B),
      nova(8, 'VM Resumed (Lifecycle Event)', { request: null }),
      nova(8.5, 'Instance spawned successfully.', { request: null }),
      nova(9, BUILT),
      locks(9.1, lock.released(build)),
      locks(9.2, lock.acquired('do_terminate_instance'), B),
      nova(9.3, 'Terminating instance', { request: B }),
      nova(9.8, 'Instance destroyed successfully.', { request: null }),
      locks(11, DELETED, B),
      locks(11.1, lock.released('do_terminate_instance'), B),
    ]);
    expect(found.map(brief)).toEqual([
      [A, 'create', 'succeeded', 1, 9],
      [B, 'delete', 'succeeded', 4, 11.1],
    ]);
    expect(found.map(({ lines }) => lines.attributed.map(({ kind }) => kind))).toEqual([
      ['guest.lifecycle.resumed', 'instance.spawned'],
      ['instance.destroyed'],
    ]);
  });

  it('and at INFO the earliest that has begun and not ended', () => {
    const found = bags([
      nova(1.5, CLAIM),
      nova(8, 'VM Resumed (Lifecycle Event)', { request: null }),
      nova(9, BUILT),
      nova(9.3, 'Terminating instance', { request: B }),
      nova(9.8, 'Instance destroyed successfully.', { request: null }),
      locks(11, DELETED, B),
    ]);
    expect(found.map(brief)).toEqual([
      [A, 'create', 'succeeded', 1.25, 9],
      [B, 'delete', 'succeeded', 9.3, 11],
    ]);
    expect(found.map(({ lines }) => lines.attributed.map(({ kind }) => kind))).toEqual([
      ['guest.lifecycle.resumed'],
      ['instance.destroyed'],
    ]);
  });

  it('an action that begins within the grace of another takes the lines from its beginning on', () => {
    const found = bags([
      nova(1, 'Rebooting instance'),
      nova(3, 'Instance rebooted successfully.', { request: null }),
      nova(5, 'Pausing', { request: B }),
      nova(6, 'VM Paused (Lifecycle Event)', { request: null }),
    ]);
    expect(found.map(brief)).toEqual([
      [A, 'reboot', 'succeeded', 1, 3],
      [B, 'pause', 'succeeded', 5, 6],
    ]);
  });

  it('an end line is one only after what it is the end of', () => {
    const stopping = [
      nova(1, 'Instance destroyed successfully.', { request: null }),
      nova(
        2,
        'Stopping instance; current vm_state: active, current task_state: powering-off, current DB power_state: 1, current VM power_state: 1',
      ),
      nova(5, 'Instance shutdown successfully after 3 seconds.'),
      nova(6, 'Instance destroyed successfully.', { request: null }),
    ];
    expect(bags(stopping).map(brief)).toEqual([[A, 'stop', 'succeeded', 2, 6]]);
  });

  it("neutron's events and periodic tasks never open a bag", () => {
    const plugged = `Received unexpected event network-vif-plugged-${P} for instance with vm_state active and task_state None.`;
    expect(bags([nova(1, plugged, { request: E }), nova(1.1, 'VM Resumed (Lifecycle Event)', { request: E })])).toEqual([]);
    expect(bags([nova(1, CLAIM, { user: null })])).toEqual([]);
    expect(bags([nova(1, CLAIM, { request: null })])).toEqual([]);
  });

  it("lines of a request that turns out to be neutron's are not an action's, however late that is told", () => {
    const lines = [
      nova(1, 'VM Resumed (Lifecycle Event)', { request: E }),
      nova(2, `Received unexpected event network-vif-plugged-${P} for instance with vm_state active and task_state None.`, { request: E }),
    ];
    expect(bags(lines)).toEqual([]);
  });

  it('what is checked now and then never opens one either', () => {
    expect(
      bags([
        nova(
          1,
          'Synchronizing instance power state after lifecycle event "Resumed"; current vm_state: active, current task_state: None, current DB power_state: 1, VM power_state: 1',
        ),
      ]),
    ).toEqual([]);
  });

  it('lines that name no action are given up after two minutes', () => {
    const [bag] = bags([nova(1, 'VM Resumed (Lifecycle Event)')]);
    expect([bag!.spec, bag!.closesAt]).toEqual([undefined, at(121)]);
  });

  it('a failed build ends at its last clean-up line, and nothing comes after the allocation is given back', () => {
    const [bag] = bags([
      nova(1, CLAIM),
      nova(4, FAILED),
      nova(4.1, 'Terminating instance'),
      nova(4.9, 'Took 0.71 seconds to deallocate network for instance.'),
      locks(5, DELETED),
    ]);
    expect(brief(bag!)).toEqual([A, 'create', 'failed', 1, 5]);
  });

  it('a failed build without a clean-up line ends at its last line, after half a minute of silence', () => {
    const [bag] = bags([nova(1, CLAIM), nova(4, FAILED)]);
    expect(brief(bag!)).toEqual([A, 'create', 'failed', 1, 4]);
    expect(bag!.closesAt).toBe(at(34));
  });

  it('of a build that released its lock with neither a success nor a failure, only the end is known', () => {
    const [bag] = bags([locks(1, lock.acquired(build)), nova(1.1, 'Starting instance...'), nova(2, CLAIM), locks(5, lock.released(build))]);
    expect(brief(bag!)).toEqual([A, 'create', 'unfinished', 1, 5]);
  });

  it('of a build of which only the release of its lock is left, too', () => {
    const [bag] = bags([locks(5, lock.released(build))]);
    expect(brief(bag!).slice(1, 3)).toEqual(['create', 'unfinished']);
  });

  it('a network that is given back under no request fails no build: a delete prints it, too', () => {
    const [bag] = bags([nova(1, CLAIM), nova(60, 'Took 0.64 seconds to deallocate network for instance.', { request: null })]);
    expect(brief(bag!).slice(1, 3)).toEqual(['create', 'timed-out']);
    const [failed] = bags([nova(1, CLAIM), nova(60, 'Took 0.64 seconds to deallocate network for instance.')]);
    expect(brief(failed!).slice(1, 3)).toEqual(['create', 'failed']);
  });

  it('the clean-up of a build whose other lines are missing leaves the build to the next host', () => {
    const cleanup = [nova(1, 'Took 0.71 seconds to deallocate network for instance.'), locks(1.1, DELETED)];
    const next = eventsOf('nova-compute', [nova(2.3, CLAIM), nova(10, BUILT)], { host: 'cmp2' });
    const found = bagsOf([...eventsOf('nova-compute', cleanup), ...next]);
    expect(found.map(({ spec, outcome }) => [spec?.name, outcome])).toEqual([
      [undefined, undefined],
      ['create', 'succeeded'],
    ]);
  });

  it('the claim of a server that had an action before is no create', () => {
    const found = bags([nova(1, CLAIM), nova(10, BUILT), nova(60, CLAIM, { request: B }), nova(61, 'Creating image(s)', { request: B })]);
    expect(found.map(({ spec }) => spec?.name)).toEqual(['create', undefined]);
  });

  it('an action whose lock is a success needs no end line', () => {
    const [bag] = bags([locks(1, lock.acquired('do_attach_volume')), locks(3, lock.released('do_attach_volume'))]);
    expect(brief(bag!)).toEqual([A, 'attach_volume', 'succeeded', 0.999, 3]);
  });

  it('an action that nova-compute did not outlive is interrupted, whatever it printed on its way down', () => {
    for (const last of [nova(4, CLAIM), nova(4, FAILED)]) {
      const [bag] = bags([nova(1, CLAIM), last], { hosts: restarted(20) });
      expect(brief(bag!)).toEqual([A, 'create', 'interrupted', 1, 4]);
      expect(bag!.closesAt).toBe(at(20) + GRACE);
    }
  });

  it('but not one that had ended, or whose clean-up was complete', () => {
    expect(bags([nova(1, CLAIM), nova(9, BUILT)], { hosts: restarted(10) }).map(({ outcome }) => outcome)).toEqual(['succeeded']);
    expect(bags([nova(1, CLAIM), nova(4, FAILED), locks(5, DELETED)], { hosts: restarted(7) }).map(({ outcome }) => outcome)).toEqual([
      'failed',
    ]);
    expect(bags([nova(11, CLAIM)], { hosts: restarted(10) }).map(({ outcome }) => outcome)).toEqual(['timed-out']);
  });

  it('an action that never ends is over at its deadline', () => {
    const [bag] = bags([nova(1, CLAIM)]);
    expect(brief(bag!)).toEqual([A, 'create', 'timed-out', 1, undefined]);
    expect(bag!.closesAt).toBe(at(1) + 3_600_000);
  });

  it('what has been exported takes no line any more', () => {
    const [first] = bags([nova(1, CLAIM), nova(9, BUILT)]);
    expect(bags([nova(10, CLAIM)], { past: [first!] })).toEqual([]);
  });

  it('gives the same answer whatever came after, once it is closed', () => {
    const lines = [nova(1, CLAIM), nova(9, BUILT)];
    const [now] = bags(lines);
    const [later] = bags([
      ...lines,
      nova(15, 'Terminating instance', { request: B }),
      nova(60, 'VM Resumed (Lifecycle Event)', { request: null }),
    ]);
    expect(later).toEqual(now);
  });
});

describe('a build that is given to another host', () => {
  const failing = [
    nova(1, CLAIM),
    nova(4, FAILED),
    nova(4.5, 'Failed to build and run instance: nova.exception.X: text'),
    nova(4.9, 'Took 0.71 seconds to deallocate network for instance.'),
    locks(5, DELETED),
  ];
  const taken = (from: number): Event[] =>
    eventsOf('nova-compute', [nova(from, 'Claim successful on node cmp2'), nova(from + 8, 'Took 8.00 seconds to build instance.')], {
      host: 'cmp2',
    });
  const told = (events: readonly Event[]): unknown[] =>
    bagsOf(events).map(({ host, rescheduled, outcome, start, end }) => [host, rescheduled, outcome, inSeconds(start), inSeconds(end)]);

  it('is an attempt of the first, and the action of the next', () => {
    expect(told([...eventsOf('nova-compute', failing), ...taken(6)])).toEqual([
      ['cmp1', true, 'failed', 1, 5],
      ['cmp2', false, 'succeeded', 6, 14],
    ]);
  });

  it('is so at DEBUG, where the first says that it is', () => {
    const said = nova(4.6, `Build of instance ${U} was re-scheduled: text`);
    const lines = [
      locks(0.5, lock.acquired(build)),
      nova(0.9, 'Starting instance...'),
      ...failing.slice(0, 3),
      said,
      ...failing.slice(3),
      locks(5.1, lock.released(build)),
    ];
    expect(told([...eventsOf('nova-compute', lines), ...taken(6)])).toEqual([
      ['cmp1', true, 'failed', 0.5, 5.1],
      ['cmp2', false, 'succeeded', 6, 14],
    ]);
  });

  // At INFO nova-compute does not say that it gave the build away, and the conductor may take its time: claims in placement, and a
  // queue of builds on the next host: a failed build is waited with until it has been quiet for 30 s.
  it('is still so when the next host begins ten seconds later', () => {
    expect(told([...eventsOf('nova-compute', failing), ...taken(15)])).toEqual([
      ['cmp1', true, 'failed', 1, 5],
      ['cmp2', false, 'succeeded', 15, 23],
    ]);
  });
});

describe('ownerAt', () => {
  const spec = actions.find(({ name }) => name === 'reboot');
  const past = (request: string, start: number, end: number | undefined, more: Partial<ActionInterval> = {}): ActionInterval => ({
    request,
    attempt: 0,
    rescheduled: false,
    opened: at(start),
    start: at(start),
    end: end === undefined ? undefined : at(end),
    lock: undefined,
    spec,
    until: at((end ?? start) + 5),
    ...more,
  });
  const owner = (all: readonly ActionInterval[], seconds: number): string | undefined => ownerAt(all, at(seconds))?.request;

  it('is the holder of the lock, though another began before', () => {
    const holder = past('second', 3, 9, { lock: { from: at(4), to: at(8) } });
    expect([owner([past('first', 1, 9), holder], 5), owner([past('first', 1, 9), holder], 8.5)]).toEqual(['second', 'first']);
  });

  it('else the earliest that has begun and not ended', () => {
    const all = [past('second', 3, 20), past('first', 1, 10)];
    expect([2, 5, 12].map((seconds) => owner(all, seconds))).toEqual(['first', 'first', 'second']);
  });

  it('else the one that ended just before, within its grace', () => {
    const all = [past('first', 1, 10), past('second', 2, 11)];
    expect([14, 15.5, 17].map((seconds) => owner(all, seconds))).toEqual(['second', 'second', undefined]);
  });

  it('else the one that begins within a minute', () => {
    const all = [past('later', 200, 210), past('next', 100, 110)];
    expect([30, 45].map((seconds) => owner(all, seconds))).toEqual([undefined, 'next']);
  });

  it('never one without a name', () => {
    expect(owner([past('unnamed', 1, 10, { spec: undefined })], 5)).toBeUndefined();
  });

  const GONE = 'Instance destroyed successfully.';
  const bare = (s: number, said: string): string => nova(s, said, { request: null });
  const periodic = (s: number, said: string): string => nova(s, said, { request: E, user: null });
  const STOPPED = 'Instance failed to shutdown in 10 seconds.';
  const PENDING = 'During sync_power_state the instance has a pending task (powering-on). Skip.';

  it('a start begins with the line that takes away what is left of the guest, just after a stop', () => {
    const found = bags([
      nova(11, STOPPED),
      bare(11.2, GONE),
      bare(13.5, GONE),
      nova(13.6, `Successfully unplugged vif ${vif(P)}`, { request: B }),
      periodic(13.9, PENDING),
      bare(14.4, 'Instance rebooted successfully.'),
    ]);
    expect(found.map(brief)).toEqual([
      [A, 'stop', 'succeeded', 1, 11.2],
      [B, 'start', 'succeeded', 13.5, 14.4],
    ]);
    expect(found.map(({ lines }) => lines.attributed.filter(({ kind }) => kind === 'instance.destroyed').length)).toEqual([1, 1]);
  });

  it('a start does not begin with such a line from long before it', () => {
    const [found] = bags([
      bare(1, GONE),
      nova(13.6, `Successfully unplugged vif ${vif(P)}`, { request: B }),
      periodic(13.9, PENDING),
      bare(14.4, 'Instance rebooted successfully.'),
    ]);
    expect(brief(found!)).toEqual([B, 'start', 'succeeded', 13.6, 14.4]);
    expect(found!.lines.attributed.map(({ kind }) => kind)).not.toContain('instance.destroyed');
  });

  it('a stop ends with the line after its shutdown, and not with one like it that an action without a name printed before', () => {
    const [found] = bags([bare(5, GONE), nova(31, STOPPED), bare(31.2, GONE)]);
    expect(brief(found!)).toEqual([A, 'stop', 'succeeded', 21, 31.2]);
    // Nor where the stop has printed a line of its own before it.
    const loaded = nova(4, `Lazy-loading 'pci_devices' on Instance uuid ${U}`, { instance: null });
    expect(bags([loaded, bare(5, GONE), nova(31, STOPPED), bare(31.2, GONE)]).map(brief)).toEqual([[A, 'stop', 'succeeded', 21, 31.2]]);
  });

  it("what a request does after a line that shows it to be neutron's event is no action, even if an action has taken that line", () => {
    const rest = [nova(13, `Successfully unplugged vif ${vif(P)}`, { request: E })];
    expect(bags(rest)).toHaveLength(1);
    expect(bags(rest, { external: [E] })).toEqual([]);
  });
});

describe('a pass over lines that goes on', () => {
  const none = { hosts: NOTHING, past: [], sharedSince: () => Number.POSITIVE_INFINITY };
  const plugged = (s: number): string => nova(s, `Received event network-vif-plugged-${P}`, { request: E });
  const build = eventsOf('nova-compute', [
    locks(1, lock.acquired('_locked_do_build_and_run_instance')),
    nova(2, CLAIM),
    nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }),
    plugged(4),
    nova(9, 'VM Resumed (Lifecycle Event)', { request: null }),
    nova(10, BUILT),
    nova(12, 'Terminating instance', { request: B }),
  ]);

  it('finds what one over all of them finds, wherever it stopped', () => {
    for (const { at: moment } of build) {
      const passing = new Timeline(U, none);
      expect(passing.advance(build, moment)).toBeUndefined();
      expect(passing.isContinuedBy(build, at(14))).toBe(true);
      expect(passing.advance(build, at(14))).toBeUndefined();
      expect(passing.candidates.map(brief)).toEqual(bagsOf(build).map(brief));
    }
  });

  it('stops before the first line after a candidate closed', () => {
    const passing = new Timeline(U, none);
    expect(passing.advance(build, at(15))?.request).toBe(A);
    const long = [...build.slice(0, -1), ...eventsOf('nova-compute', [nova(20, 'Terminating instance', { request: B })])];
    const other = new Timeline(U, none);
    expect(other.advance(long, at(99))?.request).toBe(A);
    expect([other.taken, other.candidates.length]).toEqual([long.length - 1, 1]);
  });

  it("begins anew when a line came before those it has taken, or shows a request that it took for an action to be neutron's event", () => {
    const passing = new Timeline(U, none);
    passing.advance(build, at(11));
    const late = sorted([...build, ...eventsOf('nova-compute', [nova(2.5, 'Creating image')])]);
    expect(passing.isContinuedBy(late, at(14))).toBe(false);
    const before = eventsOf('nova-compute', [nova(1, 'Start destroying the instance on the hypervisor.', { request: E }), plugged(4)]);
    const another = new Timeline(U, none);
    another.advance(before, at(2));
    expect([another.isContinuedBy(before, at(3)), another.isContinuedBy(before, at(5))]).toEqual([true, false]);
  });
});

it('what fails to spawn is no create where nova says meanwhile that the server was there before', () => {
  const unexpected = `Received unexpected event network-vif-plugged-${P} for instance with vm_state active and task_state rebuild_spawning.`;
  const failed = nova(3, FAILED);
  expect(bags([failed]).map(({ spec }) => spec?.name)).toEqual(['create']);
  expect(bags([nova(2, 'Creating image'), nova(2.5, unexpected, { request: E }), failed]).map(({ spec }) => spec?.name)).toEqual([
    undefined,
  ]);
});
