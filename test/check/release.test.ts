import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../src/catalogue/event.js';
import { findRelease, ReleaseClues } from '../../src/check/release.js';

const nova = (...messages: readonly (readonly [logger: string, message: string])[]): ReleaseClues => {
  const clues = new ReleaseClues('nova-compute');
  for (const [logger, message] of messages) clues.message(logger, message);
  return clues;
};
const openstack = (clues: ReleaseClues) => findRelease('openstack', clues.evidence);

describe('the release', () => {
  it.each([
    ['None req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - - default default', 'Zed or later'],
    ['req-6bb19421-018b-4785-876d-48a3509c74c1 req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - - - -', 'Zed or later'],
    [' req-5678fc57-4d2e-486d-95b7-7deb6d508747 - - - - - -', 'Zed or later'],
    ['req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - default default', 'Yoga or before'],
    ['-', 'any release'],
  ])('of brackets with [%s] is %s', (context, says) => {
    const clues = new ReleaseClues('nova-compute');
    clues.context(context);
    expect(openstack(clues).text).toBe(says);
  });

  it.each([
    ['nova.virt.libvirt.driver', 'Creating image(s)', 'Zed or later'],
    ['nova.virt.libvirt.driver', 'Creating image', 'Yoga or before'],
    ['nova.compute.claims', 'Claim successful on node cmp1', 'Pike or later'],
    ['nova.compute.claims', 'Attempting claim on node cmp1: memory 512 MB', 'Pike to Stein'],
    ['oslo_concurrency.lockutils', 'Lock "x" "released" by "f" :: held 0.1s', 'Yoga or later'],
    ['oslo_concurrency.lockutils', 'Lock "x" released by "f" :: held 0.1s', 'Xena or before'],
    [
      'ovsdbapp.backend.ovs_idl.transaction',
      'Running txn n=1 command(idx=0): AddPortCommand(_result=None, bridge=br-int)',
      '2023.1 to 2026.1',
    ],
    ['nova.service', 'Starting compute node (version 26.2.2)', 'Zed'],
    ['nova.network.neutronv2.api', 'anything', 'Train or before'],
  ])('of %s that says %j is %s', (logger, message, says) => {
    expect(openstack(nova([logger, message])).text).toBe(says);
  });

  it('is what all evidence allows, and says by which of it', () => {
    const clues = nova(
      ['nova.compute.claims', 'Claim successful on node cmp1'],
      ['oslo_concurrency.lockutils', 'Lock "x" "released" by "f" :: held 0.1s'],
    );
    clues.context('req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - default default');
    expect(openstack(clues)).toMatchObject({
      text: 'Yoga',
      evidence: ['the quoted "released" of locks', 'one request id in the brackets'],
    });
  });

  it('is shown by messages that only some releases have', () => {
    const clues = new ReleaseClues('ovn-controller');
    clues.kind('lport.installed' as EventKind, 'binding');
    clues.message('main', 'OVN internal version is : [23.03.1-20.27.0-70.6]');
    expect(findRelease('ovn', clues.evidence)).toMatchObject({ text: 'OVN 23.03', evidence: ['"OVN internal version 23.03"'] });
  });

  it.each([
    [
      "DevStack's two ids of 2017",
      'None req-11111111-1111-4111-8111-111111111111 admin admin',
      'Attempting claim on node cmp1: memory 2048 MB',
      'Pike to Stein',
    ],
    [
      "DevStack's two ids of today",
      'None req-11111111-1111-4111-8111-111111111111 demo demo',
      'Claim successful on node cmp1',
      'Pike or later',
    ],
    [
      'one id',
      'req-11111111-1111-4111-8111-111111111111 u p - - -',
      'Attempting claim: memory 2048 MB, disk 20 GB, vcpus 1 CPU',
      'Ocata or before',
    ],
    ['one id and the claim of old', 'req-11111111-1111-4111-8111-111111111111 u p - - -', 'Claim successful', 'Ocata or before'],
  ])('is one range: %s', (_, context, message, says) => {
    const clues = nova(['nova.compute.claims', message]);
    clues.context(context);
    expect(openstack(clues).text).toBe(says);
  });

  it.each([
    ['13.1.4', 'Ocata or before'],
    ['2015.1.2', 'Ocata or before'],
    ['15.0.0', 'Ocata or before'],
    ['16.0.0', 'Pike'],
  ])('of nova %s is %s', (version, says) => {
    expect(openstack(nova(['nova.service', `Starting compute node (version ${version})`])).text).toBe(says);
  });

  it('is what most of the evidence allows where a line contradicts it, as a backport does', () => {
    const old = nova(
      ['nova.compute.claims', 'Attempting claim on node cmp1: memory 512 MB'],
      ['nova.virt.libvirt.driver', 'Creating image'],
      ['nova.virt.libvirt.driver', 'Creating image(s)'],
    );
    expect(openstack(old)).toMatchObject({ text: 'Pike to Stein', evidence: ['"Attempting claim on node"'] });
    const two = nova(['nova.virt.libvirt.driver', 'Creating image(s)'], ['nova.compute.claims', 'Attempting claim: memory 512 MB']);
    expect(openstack(two)).toMatchObject({ text: 'Ocata or before', evidence: ['"Attempting claim:"'] });
    const stated = nova(
      ['nova.service', 'Starting compute node (version 26.2.2)'],
      ['nova.virt.libvirt.driver', 'Creating image'],
      ['nova.network.neutronv2.api', 'anything'],
    );
    expect(openstack(stated).text).toBe('Zed');
  });

  describe('of a log in which an upgrade happened', () => {
    const written = (lines: readonly (readonly [hours: number, context: string])[]): ReleaseClues => {
      const clues = new ReleaseClues('nova-compute');
      for (const [hours, context] of lines) {
        clues.at(Date.UTC(2026, 10, 21, hours));
        clues.context(context);
      }
      return clues;
    };
    const yoga = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - default default';
    const zed = 'None req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - - default default';

    it('is both, and since when', () => {
      const clues = written([
        [1, yoga],
        [2, yoga],
        [3, yoga],
        [4, zed],
        [5, zed],
        [6, zed],
      ]);
      expect(openstack(clues)).toMatchObject({
        text: 'from Yoga or before to Zed or later at 2026-11-21 04:00:00 UTC',
        evidence: ['one request id in the brackets', 'two request ids in the brackets'],
      });
      expect(openstack(clues).range.since).toBe(11);
    });

    it('is one where they are mixed, or a line stands alone', () => {
      expect(
        openstack(
          written([
            [1, yoga],
            [2, zed],
            [3, yoga],
            [4, zed],
            [5, yoga],
            [6, zed],
          ]),
        ).text,
      ).toBe('Yoga or before');
      expect(
        openstack(
          written([
            [1, yoga],
            [2, yoga],
            [3, yoga],
            [4, zed],
          ]),
        ).text,
      ).toBe('Yoga or before');
    });
  });
});
