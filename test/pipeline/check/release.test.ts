import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../../src/catalogue/event.js';
import { findRelease, ReleaseClues } from '../../../src/pipeline/check/release.js';

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

  it('is told by messages that only some releases have', () => {
    const clues = new ReleaseClues('ovn-controller');
    clues.kind('lport.installed' as EventKind, 'binding');
    clues.message('main', 'OVN internal version is : [23.03.1-20.27.0-70.6]');
    expect(findRelease('ovn', clues.evidence)).toMatchObject({ text: 'OVN 23.03', evidence: ['"OVN internal version 23.03"'] });
  });

  it('is several where the evidence contradicts itself', () => {
    const clues = nova(['nova.virt.libvirt.driver', 'Creating image(s)'], ['nova.compute.claims', 'Attempting claim: memory 512 MB']);
    expect(openstack(clues)).toEqual({
      family: 'openstack',
      range: undefined,
      text: 'several: Ocata or before, and Zed or later',
      evidence: ['"Attempting claim:"', '"Creating image(s)"'],
    });
  });
});
