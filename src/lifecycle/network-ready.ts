import { anywhere, line, type PhaseSpec } from './define.js';

/** The host's metadata proxy of a network. It is made with the first port of the network on the host, and is there for the others. */
export const metadataProvision: PhaseSpec = {
  name: 'metadata provision',
  service: 'neutron-ovn-metadata-agent',
  from: [line('metadata.provisioning')],
  to: [line('interface.added')],
};

/** What a guest's network does after a boot. */
export const networkReadyPhases: readonly PhaseSpec[] = [
  metadataProvision,
  {
    name: 'guest dhcp',
    service: 'ovn-controller',
    per: 'port',
    from: [anywhere('guest.lifecycle.resumed')],
    to: [line('dhcp.acknowledged')],
  },
];
