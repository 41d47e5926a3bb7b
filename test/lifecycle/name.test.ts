import { describe, expect, it } from 'vitest';
import { nameAction } from '../../src/lifecycle/name.js';
import { eventsOf, lock, nova, U } from '../support/lines.js';

const CLAIM = 'Claim successful on node cmp1';
const named = (...messages: readonly string[]): string | undefined =>
  nameAction({
    byRequest: eventsOf(
      'nova-compute',
      messages.map((message, second) => nova(second, message, message.includes('ock "') ? { instance: null } : {})),
    ),
    apiLines: [],
    unattributed: () => [],
  })?.name;

describe('nameAction', () => {
  it.each([
    ['"Claim successful" alone is a create: its first line at INFO', [CLAIM], 'create'],
    ['a build that took its time', [CLAIM, 'Took 7.75 seconds to build instance.'], 'create'],
    ['"Terminating instance" alone is a delete', ['Terminating instance'], 'delete'],
    ['a failed build terminates its instance, and stays a create', [CLAIM, 'Terminating instance'], 'create'],
    [
      'so does one whose claim was not read',
      ['Took 7.31 seconds to spawn the instance on the hypervisor.', 'Terminating instance'],
      'create',
    ],
    ['"Rebuilding instance"', ['Rebuilding instance', 'Terminating instance'], 'rebuild'],
    ['up to Queens an evacuation begins as a rebuild, and claims', ['Rebuilding instance', CLAIM, 'Creating image'], 'evacuate'],
    ['from Rocky on it says so', ['Evacuating instance', CLAIM, 'Creating image(s)'], 'evacuate'],
    ['a rebuild without its own line', [`Deleting instance files /var/lib/nova/instances/${U}_del`, 'Creating image(s)'], 'rebuild'],
    [
      'the same two lines the other way round are none',
      ['Creating image(s)', `Deleting instance files /var/lib/nova/instances/${U}_del`],
      undefined,
    ],
    ['a delete destroys its disk, too', ['Terminating instance', `Deleting instance files /var/lib/nova/instances/${U}_del`], 'delete'],
    ['"Rebooting instance"', ['Rebooting instance'], 'reboot'],
    ['"Unshelving" claims as a create does', ['Unshelving', CLAIM], 'unshelve'],
    ['a shelve offloads under the same request', ['Shelving', 'Shelve offloading'], 'shelve'],
    ['an offload by itself', ['Shelve offloading'], 'shelveOffload'],
    ['"Migrating" where nothing says resize is a migration', ['Migrating'], 'migrate'],
    ['the claim that follows does not make it a create', ['Migrating', CLAIM], 'migrate'],
    [
      '"Migrating" on the host that shuts the guest down is a resize',
      ['Migrating', CLAIM, 'Instance shutdown successfully after 3 seconds.'],
      'resize',
    ],
    ['lines that name nothing', ['VM Resumed (Lifecycle Event)', 'Instance spawned successfully.'], undefined],
    ['no lines', [], undefined],
  ] as const)('%s', (_case, messages, action) => {
    expect(named(...messages)).toBe(action);
  });

  it.each([
    ['_locked_do_build_and_run_instance', 'create'],
    ['do_terminate_instance', 'delete'],
    ['do_stop_instance', 'stop'],
    ['do_attach_volume', 'attach_volume'],
    ['do_shelve_offload_instance', 'shelveOffload'],
  ])('the function %s of the lock beats all lines', (name, action) => {
    expect(named('Rebuilding instance', CLAIM, 'Terminating instance', lock.acquired(name))).toBe(action);
  });

  it('locks of other functions say nothing', () => {
    expect(named(lock.acquired('query_driver_power_state_and_sync'), 'Terminating instance')).toBe('delete');
    expect(named(lock.acquired('_sync_power_states'))).toBeUndefined();
  });

  it('does not depend on the order of naming lines', () => {
    const messages = ['Terminating instance', CLAIM, 'Unshelving'];
    expect(named(...messages)).toBe(named(...messages.reverse()));
  });
});
