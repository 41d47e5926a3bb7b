import { defineMessages } from './define.js';

/**
 * ovn-controller. Wordings: ovn-org/ovn controller/{binding,if-status,pinctrl,ovn-controller}.c, lib/inc-proc-eng.c.
 * The name of a VM's logical port is the UUID of its neutron port; other ports (`cr-lrp-…`) are not read.
 */
export const ovnController = defineMessages('ovn-controller', {
  'lport.claimed': {
    logger: 'binding',
    level: 'INFO',
    says: ['Claiming lport {port:uuid} for this chassis.'],
    seen: ['Claiming lport 10a58ff1-5e0f-496b-8249-41c0f837a8b7 for this chassis.'],
  },
  'lport.claimed.additional': {
    logger: 'binding',
    level: 'INFO',
    says: ['Claiming lport {port:uuid} for this additional chassis.'],
    seen: ['Claiming lport 77bda28b-bc99-41c2-b4f3-7c8bb29b088b for this additional chassis.'],
    since: 'OVN 22.06',
  },
  'lport.chassis.changed': {
    logger: 'binding',
    level: 'INFO',
    says: ['Changing chassis for lport {port:uuid} from {from:host} to {to:host}.'],
    seen: ['Changing chassis for lport 77bda28b-bc99-41c2-b4f3-7c8bb29b088b from vm2 to vm.'],
  },
  'lport.addressed': {
    logger: 'binding',
    level: 'INFO',
    says: [
      '{port:uuid}: Claiming {mac:mac}',
      '{port:uuid}: Claiming {mac:mac} {ip:ip}',
      '{port:uuid}: Claiming {mac:mac} {ip:ip} {others:text}',
      '{port:uuid}: Claiming unknown',
    ],
    seen: [
      'de108b99-8e72-4674-9f48-05022d17bfb2: Claiming fa:16:3e:79:52:70',
      'de108b99-8e72-4674-9f48-05022d17bfb2: Claiming fa:16:3e:79:52:70 198.51.100.8',
      'de108b99-8e72-4674-9f48-05022d17bfb2: Claiming fa:16:3e:79:52:70 198.51.100.8 2001:db8::8',
      'de108b99-8e72-4674-9f48-05022d17bfb2: Claiming unknown',
    ],
  },
  'lport.unclaimed': {
    logger: 'binding',
    level: 'INFO',
    says: [
      'Not claiming lport {port:uuid}, chassis {chassis:host} requested-chassis {requested:word}',
      'Not claiming lport {port:uuid}, chassis {chassis:host} requested-chassis {requested:word} pb->chassis {bound:text}',
    ],
    seen: [
      'Not claiming lport b8acd14b-35cc-4931-bd08-129b0bf97b38, chassis vm2 requested-chassis vm',
      'Not claiming lport 77bda28b-bc99-41c2-b4f3-7c8bb29b088b, chassis vm requested-chassis vm2 pb->chassis vm',
    ],
  },
  'lport.released': {
    logger: 'binding',
    level: 'INFO',
    says: [
      'Releasing lport {port:uuid} from this chassis.',
      'Releasing lport {port:uuid} from this chassis (sb_readonly={sb_readonly:int})',
      'Releasing lport {port:uuid}',
    ],
    seen: [
      'Releasing lport b8acd14b-35cc-4931-bd08-129b0bf97b38 from this chassis.',
      'Releasing lport 0d88d52e-ffa5-465a-a1de-df9367a4e40d from this chassis (sb_readonly=0)',
      'Releasing lport 2726ff04-703e-4282-bc38-8176318ddd7a',
    ],
  },
  'lport.released.additional': {
    logger: 'binding',
    level: 'INFO',
    says: ['Releasing lport {port:uuid} from this additional chassis.'],
    seen: ['Releasing lport b8acd14b-35cc-4931-bd08-129b0bf97b38 from this additional chassis.'],
    since: 'OVN 22.06',
  },
  'lport.installed': {
    logger: 'binding',
    level: 'INFO',
    says: ['Setting lport {port:uuid} ovn-installed in OVS'],
    seen: ['Setting lport 10a58ff1-5e0f-496b-8249-41c0f837a8b7 ovn-installed in OVS'],
    since: 'OVN 21.09',
  },
  'lport.uninstalled': {
    logger: 'binding',
    level: 'INFO',
    says: ['Removing lport {port:uuid} ovn-installed in OVS'],
    seen: ['Removing lport 776e37c7-75ab-4406-8f27-6fc0881f26ce ovn-installed in OVS'],
    since: 'OVN 21.09',
  },
  'interface.uninstalled': {
    logger: 'binding',
    level: 'INFO',
    says: ['Removing iface {tap:ifname} ovn-installed in OVS'],
    seen: ['Removing iface tap776e37c7-75 ovn-installed in OVS'],
    since: 'OVN 22.09',
  },
  'lport.up': {
    logger: 'binding',
    level: 'INFO',
    says: ['Setting lport {port:uuid} up in Southbound'],
    seen: ['Setting lport 10a58ff1-5e0f-496b-8249-41c0f837a8b7 up in Southbound'],
    since: 'OVN 21.09',
  },
  'lport.down': {
    logger: 'binding',
    level: 'INFO',
    says: ['Setting lport {port:uuid} down in Southbound'],
    seen: ['Setting lport bbe75762-236c-4691-84f7-6d25034b4e27 down in Southbound'],
    since: 'OVN 21.09',
  },
  'lport.bound.twice': {
    logger: 'binding',
    level: 'INFO',
    says: ['Multiple bindings for {port:uuid}: force recompute to clean up'],
    seen: ['Multiple bindings for b8acd14b-35cc-4931-bd08-129b0bf97b38: force recompute to clean up'],
    since: 'OVN 21.12',
  },
  'lport.mismatched': {
    logger: 'binding',
    level: 'INFO',
    says: ['Mismatch iface-id-ver for lport {port:uuid}, expected {expected:word} found {found:text}'],
    seen: ['Mismatch iface-id-ver for lport de108b99-8e72-4674-9f48-05022d17bfb2, expected 1a3d, found 2b4e'],
    since: 'OVN 21.12',
  },
  'lport.claim.handled': {
    logger: 'if_status',
    level: ['INFO', 'DEBUG'],
    says: ['if_status_handle_claims for {port:uuid}'],
    seen: ['if_status_handle_claims for 113aaabf-6c4e-479e-822b-323f1084cbf6'],
    since: 'OVN 22.09',
  },
  'lport.delayed': {
    logger: 'if_status',
    level: 'INFO',
    says: ['Not updating pb chassis for {port:uuid} now as sb is readonly', 'Not setting lport {port:uuid} down as sb is readonly'],
    seen: [
      'Not updating pb chassis for 113aaabf-6c4e-479e-822b-323f1084cbf6 now as sb is readonly',
      'Not setting lport da3e749c-6cdf-4f3b-9d11-9120a576c243 down as sb is readonly',
    ],
    since: 'OVN 22.09',
  },
  'lport.state.changed': {
    logger: 'if_status',
    level: 'DEBUG',
    says: ['Interface {port:uuid} set state: old {old:state}, new {new:state}'],
    seen: ['Interface b8acd14b-35cc-4931-bd08-129b0bf97b38 set state: old active, new active'],
    since: 'OVN 21.06',
  },
  'dhcp.offered': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPOFFER {mac:mac} {ip:ip}'],
    seen: ['DHCPOFFER fa:16:3e:79:52:70 198.51.100.8'],
  },
  'dhcp.acknowledged': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPACK {mac:mac} {ip:ip}'],
    seen: ['DHCPACK fa:16:3e:79:52:70 198.51.100.8'],
  },
  'dhcp.refused': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPNAK {mac:mac} {ip:ip}'],
    seen: ['DHCPNAK fa:16:3e:ad:d3:c1 198.51.100.51'],
  },
  'dhcp.released': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPRELEASE {mac:mac} {ip:ip}'],
    seen: ['DHCPRELEASE fa:16:3e:ad:d3:c1 198.51.100.51'],
    since: 'OVN 20.09',
  },
  'dhcp.informed': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPINFORM from {mac:mac} {ip:ip}'],
    seen: ['DHCPINFORM from fa:16:3e:ad:d3:c1 198.51.100.51'],
    since: 'OVN 20.09',
  },
  'dhcp.declined': {
    logger: 'pinctrl',
    level: 'INFO',
    says: ['DHCPDECLINE from {mac:mac}, {ip:ip} duplicated'],
    seen: ['DHCPDECLINE from fa:16:3e:ad:d3:c1, 198.51.100.51 duplicated'],
    since: 'OVN 20.09',
  },
  'recompute.forced': {
    logger: 'main',
    level: 'INFO',
    says: [
      'OVS IDL reconnected, force recompute.',
      'OVNSB IDL reconnected, force recompute.',
      'OVNSB commit failed, force recompute next time.',
      'OVS OpenFlow connection reconnected,force recompute.',
      'OVS feature set changed, force recompute.',
    ],
    seen: [
      'OVS IDL reconnected, force recompute.',
      'OVNSB IDL reconnected, force recompute.',
      'OVNSB commit failed, force recompute next time.',
      'OVS OpenFlow connection reconnected,force recompute.',
      'OVS feature set changed, force recompute.',
    ],
  },
  'engine.stalled': {
    logger: 'inc_proc_eng',
    level: ['INFO', 'DEBUG'],
    says: [
      'node: {node:name}, recompute ({reason:text}) took {millis:int}ms',
      'node: {node:name}, handler for input {input:name} took {millis:int}ms',
    ],
    seen: ['node: ExactFilter, recompute (No valid host was found.) took 3ms', 'node: ExactFilter, handler for input ExactFilter took 3ms'],
  },
});
