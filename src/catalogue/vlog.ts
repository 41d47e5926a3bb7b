import { defineMessages } from './define.js';

/** Messages of all daemons of OVS and OVN. Wordings: openvswitch/ovs lib/{timeval,vlog}.c. */
export const vlog = defineMessages(['ovs-vswitchd', 'ovn-controller', 'ovn-northd', 'ovsdb-server'], {
  'poll.stalled': {
    logger: 'timeval',
    level: 'WARNING',
    says: [
      'Unreasonably long {millis:int}ms poll interval ({user:int}ms user, {system:int}ms system)',
      'Unreasonably long {millis:int}ms poll interval',
    ],
    seen: ['Unreasonably long 3ms poll interval (3ms user, 3ms system)', 'Unreasonably long 3ms poll interval'],
  },
  'poll.stall.measured': {
    logger: 'timeval',
    level: 'WARNING',
    says: ['context switches: {voluntary:int} voluntary, {involuntary:int} involuntary', 'faults: {minor:int} minor, {major:int} major'],
    seen: ['context switches: 3 voluntary, 3 involuntary', 'faults: 3 minor, 3 major'],
  },
  // the module is that of the dropped messages
  'messages.dropped': {
    logger: '*',
    level: ['INFO', 'WARNING', 'ERROR', 'DEBUG'],
    says: [
      'Dropped {count:int} log messages in last {seconds:int} seconds (most recently, {latest:int} seconds ago) due to excessive rate',
    ],
    seen: ['Dropped 6 log messages in last 5 seconds (most recently, 4 seconds ago) due to excessive rate'],
  },
  'log.opened': {
    logger: 'vlog',
    level: 'INFO',
    says: ['opened log file {path:path}'],
    seen: ['opened log file /var/log/ovn/ovn-northd.log'],
  },
});
