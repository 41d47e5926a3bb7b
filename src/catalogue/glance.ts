import { defineMessages } from './define.js';

/** glance-api under eventlet. Wordings: the default log format of eventlet.wsgi. */
export const glance = defineMessages(['glance-api', 'glance'], {
  'image.downloaded': {
    request: true,
    logger: 'eventlet.wsgi.server',
    level: 'INFO',
    says: [
      '{client:peer} - - [{stamp:stamp}] "{method:GET} {root:root}/images/{image:uuid}/file HTTP/{http:version}" {status:int} {length:size} {seconds:float}',
    ],
    seen: ['127.0.0.1 - - [21/Nov/2026 02:01:35] "GET /v2/images/8e5c20e1-fefd-4c48-b74f-f8e8016e691b/file HTTP/1.1" 204 173 0.036906'],
  },
  'image.uploaded': {
    request: true,
    logger: 'eventlet.wsgi.server',
    level: 'INFO',
    says: [
      '{client:peer} - - [{stamp:stamp}] "{method:PUT} {root:root}/images/{image:uuid}/file HTTP/{http:version}" {status:int} {length:size} {seconds:float}',
    ],
    seen: ['127.0.0.1 - - [21/Nov/2026 01:46:39] "PUT /v2/images/4c3c3d62-db38-4879-966d-24e045ae8efb/file HTTP/1.1" 204 213 0.080586'],
  },
  'image.requested': {
    request: true,
    logger: 'eventlet.wsgi.server',
    level: 'INFO',
    says: ['{client:peer} - - [{stamp:stamp}] "{method:method} {url:url} HTTP/{http:version}" {status:int} {length:size} {seconds:float}'],
    seen: ['127.0.0.1 - - [21/Nov/2026 03:10:18] "GET / HTTP/1.1" 300 1830 0.000706'],
    general: true,
  },
});
