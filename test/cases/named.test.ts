import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/cli/tally.js';
import { createUnnamedText } from '../../src/cli/unnamed-text.js';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Unnamed } from '../../src/lifecycle/unnamed.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { buildTrace } from '../../src/trace/build.js';
import { at, eventsOf, nova, oslo, P, U, vif } from '../support/lines.js';
import { counting } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const inFolder = temporaryFolder();
const CASES = new URL('./named/', import.meta.url).pathname;

const rootOf = ({ form, spans, action }: FinishedTrace): string =>
  form === 'action'
    ? `${action} ${spans[0]?.attributes['openstack.outcome']}, start ${spans[0]?.attributes['novaspan.start.evidence']}`
    : `${form} of ${spans[0]?.name === 'build attempt' ? 'build attempt' : ''}`;

/** Reads one case, under the name of the service that wrote it. */
async function read(name: string, as = `${name.split('/').at(-1)}`): Promise<{ traces: FinishedTrace[]; text: string; why: string }> {
  const path = inFolder(as);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(join(CASES, name), path);
  const tally = createTally();
  const unnamed = createUnnamedText(tally);
  const traces: FinishedTrace[] = [];
  const found = replay({
    paths: [path],
    zone: 'UTC',
    lines: 'events',
    count: tally.count,
    onUnnamed: unnamed.saw,
    onRequestless: unnamed.sawRequestless,
    onUnread: unnamed.sawUnread,
  });
  for await (const trace of found) traces.push(trace);
  return {
    traces,
    text: unnamed
      .list()
      .map((line) => `${line}\n`)
      .join(''),
    why: unnamed.whyNone()[0],
  };
}

/** What becomes of lines of nova-compute, and what of them gets no name. */
function seen(lines: readonly string[]): { roots: string[]; traces: FinishedTrace[]; unnamed: Unnamed[] } {
  const unnamed: Unnamed[] = [];
  const { count } = counting();
  const correlator = new Correlator(count, { onUnnamed: (each) => unnamed.push(each) });
  const events = eventsOf('nova-compute', lines);
  for (const event of events) correlator.accept(event);
  // Long after them another line was read: what did not end will not end.
  const traces = correlator
    .finish(at(3500))
    .map((closed) => buildTrace(closed, { lines: 'events', reads: (service) => service === 'nova-compute' }));
  return { roots: traces.filter(({ spans }) => spans.length > 0).map(rootOf), traces, unnamed };
}

describe('excerpts that users have', () => {
  it('names a failed boot without its claim, with the port and the wait', async () => {
    for (const [name, as] of [
      ['05-create-failed-excerpt.log', 'nova-compute.log'],
      ['03b-vpp-unwrapped/nova-compute.log', 'nova-compute.log'],
    ] as const) {
      const { traces } = await read(name, as);
      expect(traces.map(rootOf)).toEqual(['create failed, start unobserved']);
      const [root, wait] = traces[0]!.spans;
      expect(root!.error).toContain('Virtual Interface creation failed');
      expect([wait!.name, wait!.end - wait!.start, wait!.error]).toEqual([
        'vif-plugged wait',
        300_000,
        'timed out waiting for network-vif-plugged',
      ]);
    }
  });

  it('names a rebuild without its head', async () => {
    const { traces } = await read('02-rebuild-head-cut.log', 'nova-compute.log');
    expect(traces.map(({ action }) => action)).toEqual(['rebuild']);
  });

  // A resize and a cold migration print the same lines on the source: none of this file says whether the flavor changed. What writes the root
  // is the line "Migrating", which is cut off, and how it ended only the other host says. So it is a part of either.
  it('does not take a resize without its head for a stop', async () => {
    const { traces } = await read('03-resize-head-cut.log', 'nova-compute.log');
    expect(traces.map(({ form, partOf }) => [form, partOf])).toEqual([['fragment', ['resize', 'migrate']]]);
    expect(traces[0]!.spans.map(({ name }) => name)).toEqual(['guest shutdown', 'guest destroy', 'disk transfer']);
    const transfer = traces[0]!.spans.at(-1)!;
    expect(transfer.end - transfer.start).toBe(163_779);
  });

  it('names a boot that allocates its network, as far as its lines go', async () => {
    const { traces } = await read('09-lxd-devstack/journal.txt');
    expect(traces.map(({ action, spans }) => [action, spans[0]?.attributes['openstack.outcome']])).toEqual([['create', 'unfinished']]);
  });

  it('lists what only claims resources, and what would name it', async () => {
    const { traces, text } = await read('11-mitaka-volume/nova-compute.log', 'nova-compute.log');
    expect(traces).toEqual([]);
    expect(text).toBe(`the lines of one request show no name of an action:
  instance 95305703-7786-46ea-8c4f-408635ee2166  request req-81dc330a-446d-4f2e-86a5-2004419fbd12  host localhost
    3 lines from 2018-01-02 22:59:55.999 UTC
    nova-compute's line "Claim successful on node NODE" (create) or "Migrating" (resize or migrate) would name it: it is not in these logs
`);
  });

  it('does not call a log missing that is there', async () => {
    const periodic = await read('14-osa-train/syslog');
    expect([periodic.traces, periodic.text]).toEqual([[], '']);
    expect(periodic.why).toBe(
      "3 lines of nova-compute were read, but none has the request of an action: lines of periodic tasks, of neutron's events and of a traceback alone do not show one",
    );
    const scheduler = await read('17-grep-n-kolla/nova-scheduler.log');
    expect([scheduler.traces, scheduler.text]).toEqual([[], '']);
    expect(scheduler.why).toContain('read were lines of nova-scheduler');
  });
});

const CREATE_FAILED = ['create failed, start unobserved'];
const ATTEMPT = ['fragment of build attempt'];
const timeout = (vm: string, task: string, tail: string): string =>
  `Timeout waiting for ${tail.startsWith('.') && tail.includes('Event') ? `['network-vif-plugged-${P}']` : `[('network-vif-plugged', '${P}')]`} for instance with vm_state ${vm} and task_state ${task}${tail}`;
const reverted = (task: string): string => `Successfully reverted task state from ${task} on failure for instance.`;
const CAUSE = ': eventlet.timeout.Timeout: 300 seconds';

describe('a failed boot of which little is left', () => {
  it.each([
    ['Failed to allocate network(s): nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed', CREATE_FAILED],
    ['Instance failed network setup after 1 attempt(s): nova.exception.NoMoreFixedIps: No fixed IP addresses available', CREATE_FAILED],
    [`Build of instance ${U} aborted: Failed to allocate the network(s), not rescheduling.`, CREATE_FAILED],
    ['Unexpected build failure, not rescheduling build.', CREATE_FAILED],
    ['Could not clean up failed build, not rescheduling. Error: No valid host was found.', CREATE_FAILED],
    ['Failure prepping block device: nova.exception.VolumeNotCreated: Volume did not finish being created', CREATE_FAILED],
    // Handed back to the conductor: the next host, or nova-conductor, writes the root.
    ['Failed to build and run instance: nova.exception.PortBindingFailed: Binding failed for port', ATTEMPT],
    ['Instance failed to spawn: libvirt.libvirtError: internal error: qemu unexpectedly closed the monitor', ATTEMPT],
    [`Build of instance ${U} was re-scheduled: internal error: process exited while connecting to monitor`, ATTEMPT],
  ])('%s', (message, roots) => {
    expect(seen([nova(0, message)]).roots).toEqual(roots);
  });

  it.each([
    ['Ocata and Pike', 'Timeout waiting for vif plugging callback for instance with vm_state building and task_state spawning.'],
    ['Queens to Victoria', timeout('building', 'spawning', '.: Timeout: 300 seconds')],
    ['Wallaby and Xena', timeout('building', 'spawning', CAUSE)],
    [
      'Yoga and later',
      timeout(
        'building',
        'spawning',
        `. Event states are: network-vif-plugged-${P}: timed out after 300.00 seconds: eventlet.timeout.Timeout: 300 seconds`,
      ),
    ],
  ])('the states in the line of a wait in vain, as %s print them', (_release, message) => {
    expect(seen([nova(400, message), nova(401, 'Failed to allocate network(s)')]).roots).toEqual(CREATE_FAILED);
  });

  it('a wait in vain before a failed spawn aborts the build, unless the wait was not fatal', () => {
    const lines = [
      nova(400, timeout('building', 'spawning', CAUSE)),
      nova(401, 'Instance failed to spawn: nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed'),
    ];
    expect(seen(lines).roots).toEqual(CREATE_FAILED);
    const given = nova(402, `Build of instance ${U} was re-scheduled: internal error`);
    expect(seen([...lines, given]).roots).toEqual(ATTEMPT);
  });

  it.each([
    ['active', 'rebuild_spawning', 'rebuild'],
    ['shelved_offloaded', 'spawning', 'unshelve'],
    ['active', 'reboot_started_hard', 'reboot'],
    ['active', 'resize_finish', 'migrate'],
    ['stopped', 'powering-on', 'start'],
  ])('a wait in vain with vm_state %s and task_state %s is of a %s', (vm, task, action) => {
    expect(seen([nova(400, timeout(vm, task, CAUSE))]).traces.map((trace) => trace.action)).toEqual([action]);
  });

  it('a spawn that failed and reverts its task is an unshelve: a build reverts none', () => {
    const { roots } = seen([nova(0, 'Instance failed to spawn: libvirt.libvirtError: internal error'), nova(1, reverted('spawning'))]);
    expect(roots).toEqual(['unshelve failed, start unobserved']);
  });

  it.each([
    ['powering-off', ['stop']],
    ['powering-on', ['start']],
    ['reboot_started_hard', ['reboot']],
    ['rescuing', ['rescue']],
    ['unrescuing', ['unrescue']],
    ['suspending', ['suspend']],
    ['deleting', ['delete']],
    ['unshelving', ['unshelve']],
    // Of several actions, of the host that writes no root, or of none.
    ['image_snapshot', []],
    ['rebuilding', []],
    ['shelving_offloading', []],
    ['resize_prep', []],
    ['resize_finish', []],
    ['None', []],
  ])('the task %s that nova takes back names %j', (task, names) => {
    const { traces } = seen([nova(0, reverted(task), { level: 'INFO' })]);
    expect(traces.map(({ action, spans }) => [action, spans[0]?.attributes['openstack.outcome']])).toEqual(
      names.map((name) => [name, 'failed']),
    );
  });
});

const deallocated = nova(8, 'Took 0.59 seconds to deallocate network for instance.');
const given = nova(9, `Deleted allocations for instance ${U}`, { instance: null });
const bare = (seconds: number, message: string): string => nova(seconds, message, { request: null });

describe('what is left of an action whose head is missing', () => {
  it.each([
    ['the last lines of a delete, or of a failed build', [deallocated, given], undefined],
    [
      'a delete, from the line that only a failed build shares',
      [nova(7, 'Took 0.47 seconds to destroy the instance on the hypervisor.'), deallocated, given],
      'delete',
    ],
    [
      'an offload that follows an image is of a shelve',
      [nova(0, 'Snapshot image upload complete'), nova(1, 'Shelve offloading'), given],
      'shelve',
    ],
    [
      'an unshelve claims as a build does, and never says how long it spawned',
      [nova(0, 'Claim successful on node cmp1'), nova(1, 'Creating image(s)'), bare(3, 'Instance spawned successfully.')],
      undefined,
    ],
    [
      'a plug and a reboot, by a start or by a reboot',
      [nova(0, `Successfully plugged vif ${vif(P)}`), bare(1, 'Instance rebooted successfully.')],
      undefined,
    ],
    ['a stop', [nova(3, 'Instance shutdown successfully after 3 seconds.'), bare(3.1, 'Instance destroyed successfully.')], 'stop'],
    [
      'a shutdown while nova has the task of a resize',
      [
        nova(3, 'Instance shutdown successfully after 3 seconds.'),
        oslo('nova-compute', 3.05, 'During sync_power_state the instance has a pending task (resize_migrating). Skip.', {
          user: null,
          instance: U,
        }),
        bare(3.1, 'Instance destroyed successfully.'),
      ],
      undefined,
    ],
    [
      'a shutdown before the disks are kept for a resize',
      [
        nova(3, 'Instance shutdown successfully after 3 seconds.'),
        bare(3.1, 'Instance destroyed successfully.'),
        nova(3.2, `CMD "mv /var/lib/nova/instances/${U} /var/lib/nova/instances/${U}_resize" returned: 0 in 0.012s`, { instance: null }),
      ],
      undefined,
    ],
    [
      'a rescue shuts down, too',
      [
        nova(3, 'Instance shutdown successfully after 3 seconds.'),
        bare(3.1, 'Instance destroyed successfully.'),
        nova(3.4, 'Attempting rescue'),
      ],
      'rescue',
    ],
    [
      'a soft reboot that becomes a hard one',
      [nova(3, 'Failed to soft reboot instance. Trying hard reboot.', { level: 'WARNING' })],
      'reboot',
    ],
    ['a reboot that failed', [nova(3, 'Cannot reboot instance: internal error', { level: 'ERROR' })], 'reboot'],
    [
      'a stop that was shut down, beside a task of a start',
      [
        nova(3, 'Instance failed to shutdown in 10 seconds.'),
        oslo('nova-compute', 7, 'During sync_power_state the instance has a pending task (powering-on). Skip.', {
          user: null,
          instance: U,
        }),
      ],
      undefined,
    ],
    [
      "a live migration's last line",
      [
        nova(0, `Successfully plugged vif ${vif(P)}`),
        oslo('nova-compute', 9, 'Deleted allocation for migration ce9be493-b345-4198-abbb-28d00d4289bd'),
      ],
      undefined,
    ],
  ] as const)('%s', (_case, lines, action) => {
    expect(seen(lines).traces.find(({ form }) => form === 'action')?.action).toBe(action);
  });

  it('is listed up to ten, with the first error and what would name it', () => {
    const text = createUnnamedText(createTally());
    const [one] = seen([deallocated, given]).unnamed;
    for (let n = 0; n < 12; n++) text.saw({ ...one!, error: { at: at(8), text: 'Setting instance vm_state to ERROR' } });
    expect(text.list().slice(0, 4)).toEqual([
      'the lines of 12 requests show no name of an action:',
      `  instance ${U}  request req-5678fc57-4d2e-486d-95b7-7deb6d508747  host cmp1`,
      '    2 lines from 2026-11-21 03:00:08.000 UTC; first error: Setting instance vm_state to ERROR',
      `    nova-compute's line "Claim successful on node NODE" (create) or "Terminating instance" (delete) would name it: it is not in these logs`,
    ]);
    expect(text.list()).toContain('  and 2 more');
  });
});
