import { defineMessages } from './define.js';

/** ovs-vswitchd. Wordings: openvswitch/ovs vswitchd/bridge.c. */
export const ovsVswitchd = defineMessages('ovs-vswitchd', {
  'interface.added': {
    logger: 'bridge',
    level: 'INFO',
    says: ['bridge {bridge:ifname}: added interface {tap:ifname} on port {n:int}'],
    seen: ['bridge br-int: added interface tapde108b99-8e on port 4'],
  },
  'interface.deleted': {
    logger: 'bridge',
    level: 'INFO',
    says: ['bridge {bridge:ifname}: deleted interface {tap:ifname} on port {n:int}'],
    seen: ['bridge br-int: deleted interface tapbbe75762-23 on port 15'],
  },
  // normal at a boot: the port is in the database before its tap exists
  'interface.unopened': {
    logger: 'bridge',
    level: 'WARNING',
    says: ['could not open network device {tap:ifname} ({reason:text})'],
    seen: ['could not open network device tap10a58ff1-5e (No such device)'],
  },
});
