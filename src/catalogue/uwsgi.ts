import { defineMessages } from './define.js';

/**
 * uWSGI's own request lines: stamped with the request's start, in whole local seconds, and without a request id.
 * Wording: the default log format of unbit/uwsgi core/logging.c.
 */
export const uwsgi = defineMessages(
  [
    'nova-api',
    'nova-api-wsgi',
    'nova-osapi_compute',
    'nova-metadata',
    'nova-metadata-wsgi',
    'nova-api-metadata',
    'neutron-server',
    'neutron-api',
    'neutron-rpc-server',
    'neutron-periodic-workers',
    'neutron-ovn-maintenance-worker',
    'placement-api',
    'placement',
    'nova-placement-api',
    'glance-api',
    'glance',
  ],
  {
    'uwsgi.requested': {
      request: true,
      logger: 'uwsgi',
      level: 'INFO',
      says: [
        '[pid: {pid:int}|app: {app:size}|req: {request:count}] {client:peer} ({user:peer}) {{variables:size} vars in {length:size} bytes} [{stamp:stamp}] {method:method} {url:resource} => generated {generated:size} bytes in {msecs:int} msecs (HTTP/{http:version} {status:int}) {headers:rest}',
      ],
      seen: [
        '[pid: 8148|app: 0|req: 9/18] 127.0.0.1 () {38 vars in 892 bytes} [Sat Nov 21 03:10:24 2026] POST /v2.0/ports => generated 810 bytes in 739 msecs (HTTP/1.1 201) 3 headers in 141 bytes (1 switches on core 0)',
      ],
    },
  },
);
