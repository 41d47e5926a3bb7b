import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkLogs } from '../../src/check/check.js';
import { hasFailed } from '../../src/cli/select.js';
import { stallsText } from '../../src/cli/stalls-text.js';
import { keys } from '../../src/model/attributes.js';
import type { FinishedTrace } from '../../src/model/span.js';
import type { StallsOfDaemon } from '../../src/model/stall.js';
import { replay } from '../../src/pipeline/replay.js';
import { lock, nova, oslo, U, V, vif, vlog } from '../support/lines.js';
import { counting } from '../support/scenario.js';

const CASES = new URL('./ends/', import.meta.url).pathname;
const linesOf = (name: string): string[] => readFileSync(join(CASES, name), 'utf8').trimEnd().split('\n');

interface Told {
  readonly traces: FinishedTrace[];
  readonly stalls: readonly StallsOfDaemon[];
}

async function told(paths: readonly string[], stdin?: string): Promise<Told> {
  const traces: FinishedTrace[] = [];
  let stalls: readonly StallsOfDaemon[] = [];
  const given = stdin === undefined ? {} : { stdin: Readable.from([Buffer.from(stdin)]), service: 'nova-compute', host: 'cmp1' };
  const onStalls = (all: readonly StallsOfDaemon[]): void => {
    stalls = all;
  };
  for await (const trace of replay({ paths, zone: 'UTC', lines: 'off', count: counting().count, onStalls, ...given })) traces.push(trace);
  return { traces, stalls };
}

function folder(logs: Readonly<Record<string, readonly string[]>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-ends-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, lines] of Object.entries(logs)) writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
  return dir;
}

const ended = ({ action, spans }: FinishedTrace): unknown[] => {
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)!;
  return [action, root.attributes[keys.outcome], (root.end - root.start) / 1000, root.attributes[keys.end], root.error];
};
const roots = async (lines: readonly string[]): Promise<unknown[][]> => (await told(['-'], `${lines.join('\n')}\n`)).traces.map(ended);

/** As releases before Zed print it: one request id, and five words behind it. */
const old = (line: string): string => line.replace('[None req-', '[req-').replace(' default default]', ' -]');
const bare = (seconds: number, message: string): string => nova(seconds, message, { request: null });
/** Whatever nova-compute prints of itself: the log goes on. */
const later = (seconds: number): string =>
  oslo('nova-compute', seconds, 'Took 1.00 seconds to build instance.', {
    instance: V,
    request: 'req-22222222-2222-4222-8222-222222222222',
  });

const deleting = [
  nova(1, 'Terminating instance'),
  bare(1.2, 'Instance destroyed successfully.'),
  nova(2, 'Took 1.00 seconds to destroy the instance on the hypervisor.'),
];
const freed = nova(2.5, 'Took 0.48 seconds to deallocate network for instance.');
const detached = nova(3.5, 'Took 1.00 seconds to detach 1 volumes for instance.');
const given = nova(3, `Deleted allocations for instance ${U}`, { instance: null });

describe('a delete that no "Deleted allocations" ends (F7)', () => {
  const quiet = ['delete', 'succeeded', expect.closeTo(1.5, 3), 'derived', undefined];

  it('succeeded at its last line: the case', async () => {
    expect(await roots(linesOf('06-delete-before-ocata.log'))).toEqual([['delete', 'succeeded', 1.38, 'derived', undefined]]);
  });

  it.each([
    ['the log ends there', []],
    ['the log goes on', [later(60)]],
    ['the guest is seen to stop later', [bare(17, 'VM Stopped (Lifecycle Event)')]],
  ])('up to Ocata, where %s', async (_, more) => {
    const lines = [...deleting, freed].map(old);
    expect((await roots([...lines, ...more.map(old)])).filter(([action]) => action === 'delete')).toEqual([quiet]);
  });

  it.each([[[]], [[later(60)]]])('with volumes at the line of the volumes', async (more) => {
    const lines = [...deleting, freed, detached, ...more].map(old);
    expect((await roots(lines))[0]).toEqual(['delete', 'succeeded', 2.5, 'derived', undefined]);
  });

  it('failed where something fails', async () => {
    const failing = nova(2.6, 'Setting instance vm_state to ERROR', { level: 'ERROR' });
    expect((await roots([...deleting, freed, failing, later(100)].map(old)))[0]?.slice(0, 2)).toEqual(['delete', 'failed']);
  });

  it('is unfinished where the log ends within 30 s and its release prints another end', async () => {
    expect(await roots([...deleting, freed])).toEqual([['delete', 'unfinished', 1.5, 'unobserved', undefined]]);
    expect(await roots([...deleting, freed, later(100)])).toEqual([quiet, expect.anything()]);
  });

  it('knows the release by what the host printed before', async () => {
    const claim = old(oslo('nova-compute', 0, 'Claim successful on node cmp1', { instance: V }));
    expect((await roots([claim, ...[...deleting, freed].map(old)])).find(([action]) => action === 'delete')?.[1]).toBe('unfinished');
  });

  it('succeeded at its last line where a failed build had given the allocations back', async () => {
    const back = oslo('nova-compute', 0.5, `Deleted allocations for instance ${U}`, {
      request: 'req-6bb19421-018b-4785-876d-48a3509c74c1',
    });
    expect((await roots([back, ...deleting, freed])).find(([, , seconds]) => seconds === 1.5)?.[1]).toBe('succeeded');
  });

  it('ends at "Deleted allocations" where that is printed', async () => {
    expect(await roots([...deleting, freed, given])).toEqual([['delete', 'succeeded', 2, 'observed', undefined]]);
  });

  it('so does a shelved server that gives its host back, when its disks are gone', async () => {
    const lines = [
      nova(1, 'Shelve offloading'),
      bare(1.2, 'Instance destroyed successfully.'),
      nova(2, `Deleting instance files /var/lib/nova/instances/${U}_del`),
      nova(2.1, `Deletion of /var/lib/nova/instances/${U}_del complete`),
    ].map(old);
    expect(await roots(lines)).toEqual([['shelveOffload', 'succeeded', expect.closeTo(1.1, 3), 'derived', undefined]]);
  });
});

describe('the end of the input (F8)', () => {
  it('is no time-out: the cases', async () => {
    expect(await roots(linesOf('07-delete-log-ends.log'))).toEqual([['delete', 'unfinished', 0.2, 'unobserved', undefined]]);
    expect(await roots(linesOf('seen-07-rhoso-coldmig.log'))).toEqual([['migrate', 'unfinished', 0, 'unobserved', undefined]]);
  });

  it.each([
    ['create', [nova(1, 'Claim successful on node cmp1'), nova(4, 'Creating image(s)')], 3],
    ['rebuild', [nova(1, 'Rebuilding instance'), bare(3, 'Instance destroyed successfully.')], 2],
    ['reboot', [nova(1, 'Rebooting instance'), bare(6, 'VM Stopped (Lifecycle Event)')], 5],
    [
      'delete',
      [nova(1, lock.acquired('do_terminate_instance'), { instance: null, level: 'DEBUG' }), nova(1.1, 'Terminating instance')],
      0.101,
    ],
    ['attach_volume', [nova(1, 'Attaching volume 75895a2d-1d6d-462d-8ce1-a9ac1ec48921 to /dev/vdb')], 0],
    ['shelve', [nova(1, 'Shelving'), bare(3, 'Instance destroyed successfully.')], 2],
  ])('leaves a %s unfinished, and its root reaches its last line', async (action, lines, seconds) => {
    const [found] = await roots(lines);
    expect(found).toEqual([action, 'unfinished', expect.closeTo(seconds, 3), 'unobserved', undefined]);
  });

  it('leaves no child longer than its root', async () => {
    const dir = folder({
      'nova-compute@cmp1.log': [
        nova(1, 'Claim successful on node cmp1'),
        nova(4, 'Creating image(s)'),
        nova(5, `Successfully plugged vif ${vif('df247bb8-4779-4902-aede-8e714f4bed2c')}`),
      ],
      'ovn-controller@cmp1.log': [vlog(5.2, 'binding', 'Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.')],
    });
    const [trace] = (await told([dir])).traces;
    const root = trace!.spans.find(({ parentSpanId }) => parentSpanId === undefined)!;
    expect(trace!.spans.length).toBeGreaterThan(1);
    expect(Math.max(...trace!.spans.map(({ end }) => end))).toBe(root.end);
  });

  it('is of each host: the logs of others say nothing of it', async () => {
    const boot = (from: number): string[] => [nova(from, 'Claim successful on node cmp1'), nova(from + 3, 'Creating image(s)')];
    // A line far ahead is believed when a second one follows.
    const goesOn = [later(2), later(9000), later(9001)];
    const apart = folder({ 'nova-compute@cmp1.log': boot(1), 'nova-compute@cmp2.log': goesOn });
    const same = folder({ 'nova-compute@cmp1.log': [...boot(1), later(9000), later(9001)] });
    const outcomes = async (dir: string): Promise<unknown[]> =>
      (await told([dir])).traces.filter(({ instance }) => instance === U).map((trace) => ended(trace)[1]);
    expect([await outcomes(apart), await outcomes(same)]).toEqual([['unfinished'], ['timed-out']]);
  });

  it('is no failure: --failed leaves it out', async () => {
    const { traces } = await told(['-'], `${linesOf('07-delete-log-ends.log').join('\n')}\n`);
    const wanted = (failed: boolean): number => traces.filter((trace) => !failed || hasFailed(trace)).length;
    expect([wanted(false), wanted(true)]).toEqual([1, 0]);
  });
});

describe('the release (F11)', () => {
  it('is one range: the case', async () => {
    const { releases, stalls } = await checkLogs({ paths: [join(CASES, '11-devstack-release.log')], zone: 'UTC', env: {}, all: true });
    expect(releases.map(({ says }) => says)).toEqual(['Pike to Stein']);
    expect(stalls).toEqual([]);
  });

  it('is Ocata or before for anything older', async () => {
    const { releases } = await checkLogs({
      paths: [join(CASES, 'seen-11-mitaka-volume.log')],
      service: 'nova-compute',
      host: 'cmp1',
      zone: 'UTC',
      env: {},
      all: true,
    });
    expect(releases.map(({ says }) => says)).toEqual(['Ocata or before']);
  });
});

describe('stalls of daemons (F12)', () => {
  const stall = (seconds: number, millis: number): string =>
    vlog(seconds, 'timeval', `Unreasonably long ${millis}ms poll interval (12ms user, 3ms system)`).replace('|INFO|', '|WARN|');
  const logs = {
    'ovn-controller@cmp1.log': [stall(100, 88089), stall(200, 1100), stall(300, 2200), stall(400, 1500)],
    'ovs-vswitchd@cmp1.log': [stall(500, 3000)],
    'ovn-northd@ctl1.log': [stall(500, 1200)],
    'ovsdb-server@ctl1.log': [stall(500, 90000)],
  };
  const brief = (all: readonly StallsOfDaemon[]): unknown[] =>
    all.map(({ service, host, count, totalMillis, longest }) => [
      `${service}@${host}`,
      count,
      totalMillis,
      longest.map(({ millis }) => millis),
    ]);
  const expected = [
    ['ovsdb-server@ctl1', 1, 90000, [90000]],
    ['ovn-controller@cmp1', 4, 92889, [88089, 2200, 1500]],
    ['ovs-vswitchd@cmp1', 1, 3000, [3000]],
    ['ovn-northd@ctl1', 1, 1200, [1200]],
  ];

  it('are listed by replay and check, where no action is', async () => {
    const dir = folder(logs);
    const { traces, stalls } = await told([dir]);
    expect([traces, brief(stalls)]).toEqual([[], expected]);
    const { stalls: checked } = await checkLogs({ paths: [dir], zone: 'UTC', env: {}, all: true });
    expect(brief(checked)).toEqual(expected);
  });

  it("are also those of the loops of OpenStack's services, of every release", async () => {
    const held = (seconds: number, logger: string, message: string): string =>
      `2026-11-21 03:0${seconds / 100}:00.000 7 WARNING ${logger} [-] ${message}`;
    const dir = folder({
      'nova-compute@cmp1.log': [
        held(
          100,
          'oslo.service.loopingcall',
          "Function 'nova.servicegroup.drivers.db.DbDriver._report_state' run outlasted interval by 82.53 sec",
        ),
        held(
          200,
          'oslo_service.backend._threading.loopingcall',
          "Function 'nova.compute.manager.ComputeManager._run' run outlasted interval by 1.02 sec",
        ),
      ],
      'nova-conductor@ctl1.log': [
        held(
          100,
          'nova.openstack.common.loopingcall',
          'task <bound method DbDriver._report_state of <nova.servicegroup.drivers.db.DbDriver object at 0x3f>> run outlasted interval by 6.16 sec',
        ),
      ],
      'neutron-dhcp-agent@net1.log': [
        held(
          100,
          'oslo_service.loopingcall',
          "Function 'neutron.agent.dhcp.agent.DhcpAgentWithStateReport._report_state' run outlasted interval by 30.00 sec",
        ),
      ],
    });
    const { traces, stalls } = await told([dir]);
    expect(traces).toEqual([]);
    expect(brief(stalls)).toEqual([
      ['nova-compute@cmp1', 2, 83550, [82530, 1020]],
      ['neutron-dhcp-agent@net1', 1, 30000, [30000]],
      ['nova-conductor@ctl1', 1, 6160, [6160]],
    ]);
    expect(stalls.map(({ longest }) => longest.map(({ task }) => task))).toEqual([
      ['_report_state', '_run'],
      ['_report_state'],
      ['_report_state'],
    ]);
    expect(stallsText(stalls)[2]).toMatch(/^ {4}82\.530? s until .*, task _report_state: it was blocked, or waited for another service$/);
    const { stalls: checked } = await checkLogs({ paths: [dir], zone: 'UTC', env: {}, all: true });
    expect(brief(checked)).toEqual(brief(stalls));
  });

  it('say which of them a trace shows', async () => {
    const port = 'df247bb8-4779-4902-aede-8e714f4bed2c';
    const dir = folder({
      'nova-compute@cmp1.log': [
        nova(1, 'Claim successful on node cmp1'),
        nova(5, `Successfully plugged vif ${vif(port)}`),
        nova(9, 'Took 7.00 seconds to spawn the instance on the hypervisor.'),
        nova(9.1, 'Took 8.10 seconds to build instance.'),
      ],
      'ovn-controller@cmp1.log': [
        vlog(5.2, 'binding', `Claiming lport ${port} for this chassis.`),
        stall(7.5, 2000),
        vlog(8, 'binding', `Setting lport ${port} ovn-installed in OVS`),
        stall(900, 5000),
      ],
    });
    const { stalls } = await told([dir]);
    expect(stalls.flatMap(({ longest }) => longest.map(({ millis, isInTrace }) => [millis, isInTrace]))).toEqual([
      [5000, undefined],
      [2000, true],
    ]);
  });
});
