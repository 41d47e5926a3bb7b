import { describe, expect, it } from 'vitest';
import { noParts, osloLevel, readContext, scanOslo, withoutDebugSuffix } from '../../src/format/oslo.js';
import { A, readLog, U } from '../support/lines.js';

const user = 'e0344a94f86c4079bd457335f9e44ee0';
const project = '4ffd406b476c40ac99ad03adedfc02e9';
const G = 'req-a6dcdb20-0a8d-475a-abf3-50fb3fd75de2';
const at = Date.UTC(2026, 10, 21, 1, 50, 31, 664);
const HEAD = '2026-11-21 01:50:31.664 7 INFO nova.compute.claims';
const SAYS = `[instance: ${U}] Claim successful on node vm`;

const plain = { at, level: 'INFO', pid: 7, requestId: A, globalRequestId: undefined, userId: user, projectId: project, instance: U };
const screen = { pid: 0, userId: 'demo', projectId: 'admin' };
const nobody = { requestId: undefined, globalRequestId: undefined, userId: undefined, projectId: undefined };

/** Each form of message-catalogue A1.1 and what others do to a line: the line, and what differs from the plain form. */
const forms: Readonly<Record<string, readonly [line: string, differs: object]>> = {
  'Yoga and before: one id, five fields of identity': [`${HEAD} [${A} ${user} ${project} - - -] ${SAYS}`, {}],
  'Yoga and before, with domains': [`${HEAD} [${A} ${user} ${project} - default default] ${SAYS}`, {}],
  'Yoga and before, a periodic task': [`${HEAD} [${A} - - - - -] ${SAYS}`, { userId: undefined, projectId: undefined }],
  'Zed and later, no id of a caller': [`${HEAD} [None ${A} ${user} ${project} - - default default] ${SAYS}`, {}],
  'Zed and later, two ids': [`${HEAD} [${G} ${A} ${user} ${project} - - default default] ${SAYS}`, { globalRequestId: G }],
  'Zed and later, a periodic task': [`${HEAD} [None ${A} - - - - - -] ${SAYS}`, { userId: undefined, projectId: undefined }],
  'Zed and later, an empty global id': [`${HEAD} [ ${A} ${user} ${project} - - default default] ${SAYS}`, {}],
  'a user that prints None': [`${HEAD} [None ${A} None None - - - -] ${SAYS}`, { userId: undefined, projectId: undefined }],
  'no context at all': [`${HEAD} [-] ${SAYS}`, nobody],
  'an id that the client made up': [
    `${HEAD} [req-my-own-id ${A} ${user} ${project} - - default default] ${SAYS}`,
    { globalRequestId: 'req-my-own-id' },
  ],
  'ids with dashes, as keystone v2 had them': [`${HEAD} [${A} ${U} ${U} - - -] ${SAYS}`, { userId: U, projectId: U }],
  microseconds: [`2026-11-21 01:50:31.664123 7 INFO nova.compute.claims [-] ${SAYS}`, { ...nobody, at: at + 0.123 }],
  'a comma before the milliseconds, as Python writes it': [`2026-11-21 01:50:31,664 7 INFO nova.compute.claims [-] ${SAYS}`, nobody],
  CRLF: [`${HEAD} [${A} ${user} ${project} - - -] ${SAYS}\r`, {}],
  'colours of a terminal': [
    `\x1b[00;32m${HEAD} [\x1b[01;36mNone ${A} \x1b[00;36m${user} ${project} - - default default\x1b[00;32m] \x1b[01;35m[instance: ${U}] \x1b[00;32mClaim successful on node vm\x1b[00m`,
    {},
  ],
  "grep's file name": [`./nova-compute.log:${HEAD} [${A} ${user} ${project} - - -] ${SAYS}`, {}],
  "grep's file name with a path": [`/var/log/nova/nova-compute.log:${HEAD} [${A} ${user} ${project} - - -] ${SAYS}`, {}],
  "DevStack's screens, without a process": [`2026-11-21 01:50:31.664 INFO nova.compute.claims [${A} demo admin] ${SAYS}`, screen],
  "DevStack's screens at DEBUG": [
    `2026-11-21 01:50:31.664 DEBUG nova.compute.claims [${A} demo admin] ${SAYS} from (pid=4496) _claim_test /opt/stack/nova/nova/compute/claims.py:91`,
    { ...screen, level: 'DEBUG', pid: 4496 },
  ],
  "DevStack's screens in colour": [
    `2026-11-21 01:50:31.664 \x1b[00;32mDEBUG nova.compute.claims [\x1b[01;36m${A} \x1b[00;36mdemo admin\x1b[00;32m] \x1b[01;35m[instance: ${U}] \x1b[00;32mClaim successful on node vm\x1b[00m \x1b[00;33mfrom (pid=4496) _claim_test /opt/stack/nova/nova/compute/claims.py:91\x1b[00m`,
    { ...screen, level: 'DEBUG', pid: 4496 },
  ],
  'a level of another name': [
    `2026-11-21 01:50:31.664 7 AUDIT nova.compute.claims [${A} ${user} ${project} - - -] ${SAYS}`,
    { level: 'AUDIT' },
  ],
};

describe('a line of oslo.log', () => {
  it.each(Object.entries(forms))('%s', (_form, [line, differs]) => {
    const { events } = readLog('nova-compute', [line]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'instance.claimed', text: 'Claim successful on node vm', ...plain, ...differs });
  });

  it("loghub's archive name, which holds a date and colons of its own", () => {
    const line =
      'nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:04.500 25746 INFO nova.osapi_compute.wsgi.server [req-38101a0b-2096-447d-96ea-a692162415ae 113d3a99c3da401fbd62cc2caa5b96d2 54fadb412c4e40cdbaed9335e4c35a9e - - -] 10.11.10.1 "POST /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers HTTP/1.1" status: 202 len: 733 time: 0.4759519';
    const { events } = readLog('nova-api', [line]);
    expect(events[0]).toMatchObject({ kind: 'server.create.requested', at: Date.UTC(2017, 4, 16, 0, 0, 4, 500), pid: 25746 });
  });

  it.each([
    ['a word in capitals that is no level', '2026-11-21 01:50:31.664 GET nova.compute.claims [-] Claim successful on node vm'],
    ['the first word of a sentence', '2026-11-21 01:50:31.664 Info nova.compute.claims [-] Claim successful on node vm'],
    ['nothing behind its level', '2026-11-21 01:50:31.664 DEBUG   '],
  ])('is none without a process, with %s', (_what, line) => {
    expect(scanOslo(Buffer.from(line), 0, line.length, noParts())).toBe(false);
  });

  it("a traceback of DevStack's screens is its failure's", () => {
    const { events } = readLog('nova-compute', [
      `2017-01-19 06:14:59.001 ERROR nova.compute.manager [${A} demo demo] [instance: ${U}] Instance failed to spawn`,
      `2017-01-19 06:14:59.001 TRACE nova.compute.manager [instance: ${U}] Traceback (most recent call last):`,
      `2017-01-19 06:14:59.001 TRACE nova.compute.manager [instance: ${U}] VirtualInterfaceCreateException: Virtual Interface creation failed`,
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]!.detail.at(-1)).toContain('VirtualInterfaceCreateException: Virtual Interface creation failed');
  });

  it("grep's file name and line number", () => {
    expect(readLog('nova-compute', [`nova-compute.log:12:${HEAD} [-] ${SAYS}`]).events).toHaveLength(1);
  });

  it('two request ids at the most: fields that look like one are not taken for it', () => {
    expect(readContext(`None ${A} req-user project - -`)).toEqual({
      requestId: A,
      globalRequestId: undefined,
      twoIds: true,
      userId: 'req-user',
      projectId: 'project',
    });
  });

  it('is none where level or logger is missing', () => {
    for (const line of [
      '2026-11-21 01:50:31.664 x INFO nova.compute.claims [-] Claim successful',
      '2026-11-21 01:50:31.664 7 nova.compute.claims [-] Claim successful and more',
      '2026-11-21T01:50:31.664 7 INFO nova.compute.claims [-] Claim successful',
      '2026-11-21 01:50:31.664 7 INFO nova.compute.claims [- Claim successful',
      'Traceback (most recent call last): and what follows it',
      '',
    ]) {
      const bytes = Buffer.from(line);
      expect(scanOslo(bytes, 0, bytes.length, noParts()), line).toBe(false);
    }
  });

  it('ends where it ends: what follows in the buffer is not read', () => {
    const line = '2026-11-21 01:50:31.664 7 INFO nova.compute.claims ';
    const bytes = Buffer.from(`${line}\n[instance: ${U}] Claim successful]`);
    const parts = noParts();
    if (scanOslo(bytes, 0, line.length, parts)) {
      expect(parts.instance).toBe(-1);
      expect(parts.contextEnd).toBeLessThanOrEqual(line.length);
    }
  });

  it('of an unknown level counts as INFO', () => {
    expect([osloLevel('NOTICE'), osloLevel('WARN'), osloLevel('FATAL')]).toEqual(['INFO', 'WARNING', 'CRITICAL']);
  });
});

describe('a traceback', () => {
  const head = `2026-11-21 01:50:31.664 7 ERROR nova.compute.manager`;
  const failed = `${head} [None ${A} ${user} ${project} - - default default] [instance: ${U}] Instance failed to spawn: nova.exception.X: text`;

  it('belongs to the record above it, by process, time and logger', () => {
    const { events } = readLog('nova-compute', [
      failed,
      `${head} [instance: ${U}] Traceback (most recent call last):`,
      `${head} [instance: ${U}]   File "manager.py", line 1, in f`,
      `${head} [instance: ${U}] nova.exception.X: text`,
      `${HEAD} [-] ${SAYS}`,
    ]);
    expect(events.map(({ kind }) => kind)).toEqual(['instance.spawn.failed', 'instance.claimed']);
    expect(events[0]!.detail).toEqual([
      'Traceback (most recent call last):',
      '  File "manager.py", line 1, in f',
      'nova.exception.X: text',
    ]);
  });

  it("of another process in between is not the first one's", () => {
    const other = failed.replace(' 7 ERROR', ' 8 ERROR').replace(U, '1e0e6ed9-67fd-4b64-98d6-7bde4f6f4fa0');
    const { events } = readLog('nova-compute', [
      failed,
      other,
      `${head} [instance: ${U}] mine`,
      `${head.replace(' 7 ', ' 8 ')} [instance: ${U}] theirs`,
    ]);
    expect(events.map(({ detail }) => detail)).toEqual([['mine'], ['theirs']]);
  });

  it('without any prefix continues the record before it, and without one is counted', () => {
    const { events, counted } = readLog('nova-compute', [
      'nova.exception.Lost: before any record',
      failed,
      'nova.exception.NoValidHost: none',
      '',
    ]);
    expect(events[0]!.detail).toEqual(['nova.exception.NoValidHost: none', '']);
    expect(counted['unparsed_lines nova-compute']).toBe(1);
  });
});

describe('the DEBUG suffix', () => {
  const path = '/usr/lib/python3/dist-packages/nova/compute/manager.py';
  it.each([
    [`Starting instance... _do_build_and_run_instance ${path}:2223`, 'Starting instance...'],
    [`Starting instance... <lambda> ${path}:2223`, 'Starting instance...'],
    ['Starting instance... {{(pid=1234) _do_build /opt/stack/nova/nova/compute/manager.py:2223}}', 'Starting instance...'],
    ['Starting instance... {{_do_build /opt/stack/nova/nova/compute/manager.py:2223}}', 'Starting instance...'],
    ['Request body: {"port": {"id": "x"}} create /x/api.py:12', 'Request body: {"port": {"id": "x"}}'],
    // messages that merely end like one
    ['Updating with {"a": {"b": 1}}', 'Updating with {"a": {"b": 1}}'],
    ['loaded from manager.py', 'loaded from manager.py'],
    ['took /x/manager.py:2223 seconds', 'took /x/manager.py:2223 seconds'],
    ['manager.py:2223', 'manager.py:2223'],
    ['', ''],
  ])('%j', (message, without) => {
    expect(withoutDebugSuffix(message)).toBe(without);
  });

  it('is taken off long messages as well', () => {
    const dump = 'x'.repeat(100_000);
    expect(withoutDebugSuffix(`${dump} f ${path}:1`)).toBe(dump);
    expect(withoutDebugSuffix(`${dump} {{(pid=1) f ${path}:1}}`)).toBe(dump);
  });

  it('is only looked for in DEBUG records', () => {
    const said = `[instance: ${U}] Failed to claim: see function ${path}:12`;
    const text = (level: string): string | undefined => {
      const { events } = readLog('nova-compute', [`2026-11-21 01:50:31.664 7 ${level} nova.compute.claims [-] ${said}`]);
      return events[0]?.fields['reason'] as string | undefined;
    };
    expect(text('INFO')).toBe(`see function ${path}:12`);
    expect(text('DEBUG')).toBe('see');
  });
});
