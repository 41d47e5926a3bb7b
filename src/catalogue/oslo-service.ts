import { defineMessages } from './define.js';

/**
 * Periodic work, such as a heartbeat or a report of the state, that took longer than its interval: the process was
 * blocked. Wordings: openstack/oslo.service oslo_service/loopingcall.py, in nova's own copy up to Kilo. Old oslo.log
 * replaced the `_` in logger names of libraries by a dot.
 */
export const osloService = defineMessages(
  [
    'nova-compute',
    'nova-conductor',
    'nova-scheduler',
    'neutron-server',
    'neutron-api',
    'neutron-rpc-server',
    'neutron-periodic-workers',
    'neutron-ovn-maintenance-worker',
    'neutron-openvswitch-agent',
    'neutron-dhcp-agent',
    'neutron-ovn-metadata-agent',
  ],
  {
    'loop.outlasted': {
      logger: [
        'oslo_service.loopingcall',
        'oslo.service.loopingcall',
        'oslo_service.backend._eventlet.loopingcall',
        'oslo_service.backend._threading.loopingcall',
        'nova.openstack.common.loopingcall',
        'neutron.openstack.common.loopingcall',
      ],
      level: 'WARNING',
      says: [
        'task {function:text} run outlasted interval by {seconds:float} sec',
        "Function '{function:text}' run outlasted interval by {seconds:float} sec",
      ],
      seen: [
        'task <function panda at 0x7f5c5e2ac578> run outlasted interval by 1.00 sec',
        "Function 'nova.servicegroup.drivers.db.DbDriver._report_state' run outlasted interval by 82.53 sec",
      ],
    },
  },
);
