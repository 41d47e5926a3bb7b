import { describe, expect, it } from 'vitest';
import { eventsOf, nova, oslo, U } from '../support/lines.js';
import { correlate, type Log } from '../support/scenario.js';

/** The roots and attempts of what these logs show. */
const spansOf = (logs: readonly Log[]): string[] =>
  correlate(logs)
    .filter(({ form }) => form !== 'network-ready')
    .flatMap(({ spans }) => spans)
    .filter(({ parentSpanId, name }) => parentSpanId === undefined || name === 'build attempt')
    .map(({ name, service, attributes }) => [name, service, attributes['openstack.outcome'] ?? ''].join(' ').trim());

const logOf = (service: string, host: string, lines: readonly string[]): Log => ({
  path: `${service}@${host}.log`,
  service,
  host,
  events: eventsOf(service, lines, { host }),
});
const compute = (...lines: readonly string[]): Log => logOf('nova-compute', 'cmp1', lines);
const conductor = (...lines: readonly string[]): Log => logOf('nova-conductor', 'ctl1', lines);
const api = (host: string, ...lines: readonly string[]): Log => logOf('nova-api', host, lines);

const CLAIMED = nova(1, 'Claim successful on node cmp1');
const SPAWN_FAILED = nova(5, 'Instance failed to spawn: libvirt.libvirtError: internal error: no such machine');
const BUILD_FAILED = nova(6, 'Failed to build and run instance: libvirt.libvirtError: internal error: no such machine');
const DEALLOCATED = nova(7, 'Took 0.50 seconds to deallocate network for instance.');
const task = (seconds: number, name: string): string => oslo('nova-conductor', seconds, `Failed to ${name}: No valid host was found. `);
const state = (seconds: number, name: string): string =>
  oslo(
    'nova-conductor',
    seconds,
    `Setting instance to ${name} state.: nova.exception_Remote.NoValidHost_Remote: No valid host was found. `,
    { instance: U },
  );

describe('the process that sees the outcome decided writes the root: a build', () => {
  it('that was handed back is an attempt, and the compute host writes no root', () => {
    expect(spansOf([compute(CLAIMED, SPAWN_FAILED, BUILD_FAILED, DEALLOCATED)])).toEqual(['build attempt nova-compute']);
  });

  it('that was aborted is decided on its host', () => {
    const aborted = nova(6, `Build of instance ${U} aborted: Image could not be found.: nova.exception.BuildAbortException: x`, {
      level: 'ERROR',
    });
    expect(spansOf([compute(CLAIMED, SPAWN_FAILED, aborted, DEALLOCATED)])).toEqual(['instance create nova-compute failed']);
  });

  it('that failed unexpectedly is decided on its host', () => {
    const unexpected = nova(6, 'Unexpected build failure, not rescheduling build.', { level: 'ERROR' });
    expect(spansOf([compute(CLAIMED, SPAWN_FAILED, unexpected, DEALLOCATED)])).toEqual(['instance create nova-compute failed']);
  });

  it('that asked for this host has no other to try, as DEBUG says', () => {
    const refused = nova(6.5, 'Retry info not present, will not reschedule');
    expect(spansOf([compute(CLAIMED, SPAWN_FAILED, BUILD_FAILED, refused, DEALLOCATED)])).toEqual(['instance create nova-compute failed']);
  });

  it('that was deleted meanwhile is decided on its host', () => {
    const gone = nova(6, 'Instance disappeared during build.', { level: 'DEBUG' });
    expect(spansOf([compute(CLAIMED, SPAWN_FAILED, gone, DEALLOCATED)])).toEqual(['instance create nova-compute failed']);
  });

  it('for which the conductor finds no other host has its root there', () => {
    const logs = [
      compute(CLAIMED, SPAWN_FAILED, BUILD_FAILED, DEALLOCATED),
      conductor(task(8, 'compute_task_build_instances'), state(8, 'ERROR')),
    ];
    expect(spansOf(logs)).toEqual(['build attempt nova-compute', 'instance create nova-conductor failed']);
  });
});

describe('the conductor names what it gave up', () => {
  const resizeCalled = oslo(
    'nova-api',
    1,
    'Action: \'action\', calling method: <bound method ServersController._action_resize of <nova.api.openstack.compute.servers.ServersController object at 0x7f68b8d078c0>>, body: {"resize": {"flavorRef": "2"}}',
  );
  const asked = oslo('nova-api', 2, `127.0.0.1 "POST /v2.1/servers/${U}/action HTTP/1.1" status: 202 len: 405 time: 0.0641437`);

  it('a migration, where nova-api does not say more', () => {
    expect(spansOf([api('ctl1', asked), conductor(task(3, 'compute_task_migrate_server'), state(3, 'ACTIVE'))])).toEqual([
      'instance migrate nova-conductor failed',
    ]);
  });

  it('a resize, where nova-api says so', () => {
    const logs = [api('ctl1', resizeCalled, asked), conductor(task(3, 'compute_task_migrate_server'), state(3, 'ACTIVE'))];
    expect(spansOf(logs)).toEqual(['instance resize nova-conductor failed']);
  });

  it('no create, where the server goes back to the state that it had', () => {
    expect(spansOf([conductor(task(3, 'compute_task_build_instances'), state(3, 'ACTIVE'))])).toEqual([]);
  });

  it('nothing, where a rebuild or an evacuation is all that can be said', () => {
    expect(spansOf([conductor(task(3, 'compute_task_rebuild_server'), state(3, 'ERROR'))])).toEqual([]);
  });
});

describe('on a machine that is controller and compute', () => {
  const migrateCalled = oslo(
    'nova-api',
    1,
    'Action: \'action\', calling method: <bound method MigrateServerController._migrate of <nova.api.openstack.compute.migrate_server.MigrateServerController object at 0x7f68b8d078c0>>, body: {"migrate": null}',
  );
  const asked = oslo('nova-api', 2, `127.0.0.1 "POST /v2.1/servers/${U}/action HTTP/1.1" status: 202 len: 405 time: 0.0641437`);
  const source = compute(
    nova(3, 'Starting migrate_disk_and_power_off', { level: 'DEBUG' }),
    nova(4, 'Shutting down instance from state 1'),
    nova(5, 'Instance shutdown successfully after 1 seconds.'),
  );

  it('the other end of a migration is a fragment: nova-api does not make it the owner', () => {
    expect(spansOf([api('cmp1', migrateCalled, asked), source])).toEqual([]);
  });
});

describe('a live migration that is read on its source only, at INFO', () => {
  const said = { request: null } as const;
  const source = compute(
    nova(3, 'Took 2.78 seconds for pre_live_migration on destination host vm2.', said),
    nova(4, 'Live Migration failure: Unsafe migration: Migration without shared storage is unsafe: libvirt.libvirtError: x', said),
    nova(5, 'Migration operation has aborted', said),
  );

  it('is reported without a request id: no line there gives it', () => {
    const [root] = correlate([source]).flatMap(({ spans }) => spans);
    expect([root!.name, root!.attributes['openstack.outcome'], root!.attributes['openstack.request.id']]).toEqual([
      'instance live-migration',
      'failed',
      undefined,
    ]);
  });
});

describe('on the destination of a live migration', () => {
  it('a pending task does not make it the owner of the root', () => {
    const destination = compute(
      nova(3, 'Plugging VIFs using destination host port bindings before live migration.', { level: 'DEBUG' }),
      nova(4, 'During sync_power_state the instance has a pending task (migrating). Skip.', { request: null }),
    );
    expect(spansOf([destination])).toEqual([]);
  });
});
