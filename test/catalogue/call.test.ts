import { describe, expect, it } from 'vitest';
import { callIn } from '../../src/catalogue/call.js';

describe('the call of an access line', () => {
  it.each([
    [
      '127.0.0.1 "PUT /v2.0/ports/df247bb8-4779-4902-aede-8e714f4bed2c HTTP/1.1" status: 200  len: 1177 time: 1.6972229',
      'PUT',
      '/v2.0/ports/{id}',
    ],
    [
      '127.0.0.1 "GET /v2.0/ports?device_id=b8acd14b-35cc-4931-bd08-129b0bf97b38 HTTP/1.1" status: 200  len: 210 time: 0.0455313',
      'GET',
      '/v2.0/ports',
    ],
    [
      '127.0.0.1 "POST /v2.0/ports/77bda28b-bc99-41c2-b4f3-7c8bb29b088b/bindings HTTP/1.1" status: 201  len: 396 time: 0.9902804',
      'POST',
      '/v2.0/ports/{id}/bindings',
    ],
    [
      '127.0.0.1 "GET /v2.0/quotas/4ffd406b476c40ac99ad03adedfc02e9 HTTP/1.1" status: 200  len: 386 time: 0.0102451',
      'GET',
      '/v2.0/quotas/{id}',
    ],
    [
      '127.0.0.1 "GET /allocations/b8acd14b-35cc-4931-bd08-129b0bf97b38" status: 200 len: 257 microversion: 1.28',
      'GET',
      '/allocations/{id}',
    ],
    [
      '127.0.0.1 "GET /placement/allocations/b8acd14b-35cc-4931-bd08-129b0bf97b38" status: 200 len: 257 microversion: 1.28',
      'GET',
      '/allocations/{id}',
    ],
    [
      '127.0.0.1 "POST /v2.1/servers/06e5be45-88b4-4188-a682-cdd88a2c164d/action HTTP/1.1" status: 202 len: 405 time: 0.0641437',
      'POST',
      '/v2.1/servers/{id}/action',
    ],
    [
      '127.0.0.1 - - [21/Nov/2026 02:01:35] "GET /v2/images/8e5c20e1-fefd-4c48-b74f-f8e8016e691b/file HTTP/1.1" 204 173 0.036906',
      'GET',
      '/v2/images/{id}/file',
    ],
    ['127.0.0.1 - - [21/Nov/2026 03:10:18] "GET / HTTP/1.1" 300 1830 0.000706', 'GET', '/'],
    [
      '[pid: 8148|app: 0|req: 9/18] 127.0.0.1 () {38 vars in 892 bytes} [Sat Nov 21 03:10:24 2026] POST /networking/v2.0/ports => generated 810 bytes in 739 msecs (HTTP/1.1 201) 3 headers in 141 bytes (1 switches on core 0)',
      'POST',
      '/v2.0/ports',
    ],
  ])('%s', (text, method, route) => {
    expect(callIn(text)).toMatchObject({ method, route });
  });

  it('keeps the path as it is, without the query', () => {
    expect(callIn('127.0.0.1 "GET /networking/v2.0/ports.json?name=secret HTTP/1.1" status: 200')).toEqual({
      method: 'GET',
      path: '/networking/v2.0/ports.json',
      route: '/v2.0/ports',
    });
  });

  it('has few routes and methods, whatever is asked for', () => {
    expect(callIn('127.0.0.1 "BREW /v2.0/pots/of/tea/1/2/3/4/5/6/7/8/9/10 HTTP/1.1" status: 404')).toEqual({
      method: '_OTHER',
      path: '/v2.0/pots/of/tea/1/2/3/4/5/6/7/8/9/10',
      route: `/v2.0${'/{id}'.repeat(7)}`,
    });
  });

  it('is none of a line that is none', () => {
    expect(callIn('Took 8.35 seconds to build instance.')).toBeUndefined();
  });
});
