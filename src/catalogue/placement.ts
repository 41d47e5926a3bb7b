import { defineMessages } from './define.js';

/** placement. Wordings: openstack/placement placement/requestlog.py. */
export const placement = defineMessages(['placement-api', 'placement', 'nova-placement-api'], {
  'allocation.candidates.requested': {
    request: true,
    logger: ['placement.requestlog', 'nova.api.openstack.placement.requestlog'],
    level: 'INFO',
    says: [
      '{client:peer} "{method:GET} {root:root}/allocation_candidates?{query:url}" status: {status:int} len: {length:size} microversion: {microversion:word}',
    ],
    seen: [
      '127.0.0.1 "GET /allocation_candidates?limit=1000&resources=DISK_GB%3A1%2CMEMORY_MB%3A64%2CVCPU%3A1&root_required=%21COMPUTE_STATUS_DISABLED" status: 200 len: 2241 microversion: 1.36',
    ],
  },
  'allocation.written': {
    request: true,
    logger: ['placement.requestlog', 'nova.api.openstack.placement.requestlog'],
    level: 'INFO',
    says: [
      '{client:peer} "{method:write} {root:root}/allocations/{instance:uuid}" status: {status:int} len: {length:size} microversion: {microversion:word}',
    ],
    seen: ['127.0.0.1 "PUT /allocations/8abf8e29-e581-4a1b-ac11-0feb20d8dba9" status: 204 len: 0 microversion: 1.36'],
  },
  'placement.requested': {
    request: true,
    logger: ['placement.requestlog', 'nova.api.openstack.placement.requestlog'],
    level: 'INFO',
    says: ['{client:peer} "{method:method} {url:url}" status: {status:int} len: {length:size} microversion: {microversion:word}'],
    seen: ['127.0.0.1 "GET /" status: 200 len: 136 microversion: 1.0'],
    general: true,
  },
});
