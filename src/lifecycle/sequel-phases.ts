import { anywhere, line, type PhaseSpec } from './define.js';
import { PROOFS } from './guest-events.js';

/** What is done after a boot, until the guest has its network. */
export const sequelPhases: readonly PhaseSpec[] = [
  {
    name: 'metadata provision',
    service: 'neutron-ovn-metadata-agent',
    from: [line('metadata.provisioning')],
    to: [line('interface.added')],
  },
  {
    name: 'guest dhcp',
    service: 'ovn-controller',
    per: 'port',
    from: [anywhere('guest.lifecycle.resumed'), { kinds: PROOFS, anywhere: true, late: true }],
    to: [line('dhcp.acknowledged')],
  },
];
