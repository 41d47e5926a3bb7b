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

  const NOVA = 'req-9937003d-83a3-450e-abfc-84d27cd48963';
  const OWN = 'req-e4d904fa-4d47-4139-b64e-3cc9ebd28b16';
  const USER = '72da383a681349a6b87d3db722caaa87 5b710610b09f4d04a812ccfc410b2c10 - - default default';
  const SAID = "Attributes excluded by policy engine: ['standard_attr_id', 'binding:profile']";
  /** a line that says nothing of interest */
  const said = (at: string, context: string, pid = 850): string =>
    `2026-11-21 02:38:${at} ${pid} DEBUG neutron.pecan_wsgi.hooks.policy_enforcement [${context}] ${SAID}`;
  const served = (lines: readonly string[]) =>
    readLog('neutron-api', lines).events.flatMap(({ logger, requestId, globalRequestId, at, stated, fields }) =>
      logger === 'uwsgi' ? [{ requestId, globalRequestId, ends: at - SECOND, stated: stated! - SECOND, seconds: fields['seconds'] }] : [],
    );
  const SECOND = Date.UTC(2026, 10, 21, 2, 38, 10);
  const UNKNOWN = { requestId: undefined, globalRequestId: undefined, ends: 1200, stated: 1200, seconds: 1.2 };

  it('has the request of lines that say nothing of interest, and who called where any of them shows it', () => {
    const lines = [said('10.900', `None ${OWN} ${USER}`), said('11.100', `${NOVA} ${OWN} ${USER}`), said('11.150', `None ${OWN} ${USER}`)];
    expect(served([...lines, line(POST)])).toEqual([{ requestId: OWN, globalRequestId: NOVA, ends: 1200, stated: 1200, seconds: 1.2 }]);
  });

  it('before Zed finds one id in the brackets', () => {
    expect(served([said('10.900', `${OWN} ${USER}`), line(POST)])).toMatchObject([{ requestId: OWN, globalRequestId: undefined }]);
  });

  it('does not have the ids of lines without a user: they are of threads that serve nobody', () => {
    expect(served([said('10.900', 'None req-c714e205-6edf-49e5-b40c-aeb111864fad - - - - - -'), said('11.000', '-'), line(POST)])).toEqual([
      UNKNOWN,
    ]);
  });

  it('ends no sooner than its own last line, and begins no later than its first', () => {
    const first = said('10.100', `${NOVA} ${OWN} ${USER}`);
    expect(served([first, said('11.931', `${NOVA} ${OWN} ${USER}`), line(POST)])).toMatchObject([
      { ends: 1931, stated: 1200, seconds: 1.831 },
    ]);
    expect(served([said('11.500', `${NOVA} ${OWN} ${USER}`), line(POST)])).toMatchObject([{ ends: 1500, stated: 1200, seconds: 1.2 }]);
  });

  it('knows no request where several threads of the process serve them', () => {
    const threaded = line(POST).replace('on core 0', 'on core 1');
    const own = said('10.900', `${NOVA} ${OWN} ${USER}`);
    expect(served([own, threaded, own, line(POST)])).toEqual([UNKNOWN, UNKNOWN]);
    expect(served([own, said('10.950', `${NOVA} req-68a66cea-61af-4489-a39a-71c24e1e5609 ${USER}`), line(POST)])).toEqual([UNKNOWN]);
  });

  it('does not have the request before it, of which a thread printed a line after the answer', () => {
    const next = 'req-68a66cea-61af-4489-a39a-71c24e1e5609';
    const before = said('10.900', `${NOVA} ${OWN} ${USER}`);
    expect(
      served([before, line(POST), before, said('10.950', `None ${next} ${USER}`), line(POST)]).map(({ requestId }) => requestId),
    ).toEqual([OWN, next]);
  });
});
