import { describe, expect, it } from 'vitest';
import { readUwsgi } from '../../src/format/uwsgi.js';
import { P, readLog } from '../support/lines.js';

const line = (rest: string, stamp = 'Sat Nov 21 02:38:10 2026'): string =>
  `[pid: 850|app: 0|req: 9/19] 127.0.0.1 () {38 vars in 892 bytes} [${stamp}] ${rest}`;
const POST = 'POST /v2.0/ports => generated 1014 bytes in 1200 msecs (HTTP/1.1 201) 5 headers in 182 bytes (1 switches on core 0)';

describe("uWSGI's request line", () => {
  it('gives the process, the start and the duration', () => {
    expect(readUwsgi(line(POST))).toEqual({ pid: 850, localStart: Date.UTC(2026, 10, 21, 2, 38, 10), millis: 1200, core: 0 });
  });

  it('pads the day of a month with a space', () => {
    expect(readUwsgi(line(POST, 'Sun Nov  1 02:38:10 2026'))?.localStart).toBe(Date.UTC(2026, 10, 1, 2, 38, 10));
  });

  it.each([
    ['a month that does not exist', line(POST, 'Sat Nox 21 02:38:10 2026')],
    ['no duration', line('POST /v2.0/ports => generated 1014 bytes')],
    ['another line in brackets', '[pid: 850] spawned uWSGI worker 1'],
  ])('is none: %s', (_form, text) => {
    expect(readUwsgi(text)).toBeUndefined();
  });

  it("is read in the service's zone, ends after its duration, and says so that it is rough", () => {
    const { events } = readLog('neutron-api', [line(POST, 'Sat Nov 21 11:38:10 2026')], { zone: 'Asia/Seoul' });
    expect(events[0]).toMatchObject({
      kind: 'neutron.port.create.requested',
      at: Date.UTC(2026, 10, 21, 2, 38, 11, 200),
      isRough: true,
      pid: 850,
    });
    expect(events[0]!.fields['seconds']).toBe(1.2);
  });

  it('has the request of the oslo lines that its process wrote since its last one', () => {
    const request = 'req-68a66cea-61af-4489-a39a-71c24e1e5609';
    const bumped = (pid: number, id: string): string =>
      `2026-11-21 02:38:11.000 ${pid} INFO neutron.db.ovn_revision_numbers_db [None ${id} user project - - - -] Successfully bumped revision number for resource ${P} (type: ports) to 1`;
    const { events } = readLog('neutron-api', [
      bumped(850, request),
      bumped(851, 'req-11111111-61af-4489-a39a-71c24e1e5609'),
      line(POST),
      line(POST),
    ]);
    expect(events.filter(({ logger }) => logger === 'uwsgi').map(({ requestId, userId }) => [requestId, userId])).toEqual([
      [request, 'user'],
      [undefined, undefined],
    ]);
  });
});
