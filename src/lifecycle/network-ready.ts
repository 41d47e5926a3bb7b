import { anywhere, line, type PhaseSpec, standIn } from './define.js';
import { PROOFS } from './guest-events.js';

/** neutron-ovn-metadata-agent starts a proxy for a network with the first port of that network on the host. */
export const metadataProvision: PhaseSpec = {
  name: 'metadata provision',
  service: 'neutron-ovn-metadata-agent',
  from: [line('metadata.provisioning')],
  to: [line('interface.added')],
};

/** Phases of a guest's network after a boot. */
export const networkReadyPhases: readonly PhaseSpec[] = [
  metadataProvision,
  {
    name: 'guest dhcp',
    service: 'ovn-controller',
    per: 'port',
    from: [anywhere('guest.lifecycle.resumed'), standIn(anywhere(...PROOFS))],
    to: [line('dhcp.acknowledged')],
  },
];
