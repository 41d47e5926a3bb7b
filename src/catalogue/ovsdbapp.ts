import { defineMessages } from './define.js';

/**
 * Results of OVSDB transactions, in every service that runs them.
 * Wordings: openstack/ovsdbapp ovsdbapp/backend/ovs_idl/transaction.py.
 */
export const ovsdbapp = defineMessages(
  [
    'nova-compute',
    'neutron-ovn-metadata-agent',
    'networking-ovn-metadata-agent',
    'neutron-ovn-agent',
    'neutron-server',
    'neutron-api',
    'neutron-rpc-server',
    'neutron-periodic-workers',
    'neutron-ovn-maintenance-worker',
  ],
  {
    'ovsdb.transaction.succeeded': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['txn {txn:word} succeeded'],
      seen: ['txn vm succeeded'],
      since: '2026.2',
    },
    'ovsdb.transaction.unchanged': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Transaction caused no change', 'txn {txn:word} caused no change'],
      seen: ['Transaction caused no change', 'txn vm caused no change'],
    },
    'ovsdb.transaction.retried': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['OVSDB transaction returned TRY_AGAIN, retrying', 'txn {txn:word} returned TRY_AGAIN, retrying'],
      seen: ['OVSDB transaction returned TRY_AGAIN, retrying', 'txn vm returned TRY_AGAIN, retrying'],
    },
    'ovsdb.transaction.failed': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'ERROR',
      says: ['{txn:txn}: {command:rest} aborted due to error: {error:text}'],
      seen: [
        'txn n=1 command(idx=0): CheckRevisionNumberCommand(name=x) aborted due to error: Cannot find Logical_Switch_Port with name=c82493fd-8f3f-4244-aea6-c96c35e4a51c',
      ],
      since: 'Yoga',
    },
  },
);
