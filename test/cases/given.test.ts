import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLogs } from '../../src/check/check.js';
import { nothingOf } from '../../src/cli/notes.js';
import { createTally } from '../../src/cli/tally.js';
import { createUnnamedText } from '../../src/cli/unnamed-text.js';
import type { UnreadLog } from '../../src/model/unread.js';
import { replay } from '../../src/pipeline/replay.js';
import { GOLDEN } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const inFolder = temporaryFolder();
const CASES = new URL('./F10/', import.meta.url).pathname;

/** What replay and check say of logs without an action. */
async function saidOf(...paths: readonly string[]) {
  const tally = createTally();
  const unnamed = createUnnamedText(tally);
  const unread: UnreadLog[] = [];
  const found = replay({
    paths,
    zone: 'UTC',
    lines: 'off',
    count: tally.count,
    onUnnamed: unnamed.saw,
    onRequestless: unnamed.sawRequestless,
    onUnread(log) {
      unread.push(log);
      unnamed.sawUnread(log);
    },
  });
  for await (const _ of found) throw new Error('there is an action');
  const [why, toDo] = unnamed.whyNone();
  const { problems, notes, exitCode, advice } = await checkLogs({ paths, zone: 'UTC', env: {}, all: true });
  return {
    error: nothingOf(paths, tally, unread)?.code,
    why,
    toDo,
    problems: problems.map(({ what }) => what),
    notes,
    exitCode,
    advice: advice.map(({ what }) => what),
  };
}

function written(name: string, ...lines: readonly string[]): string {
  writeFileSync(inFolder(name), lines.map((line) => `${line}\n`).join(''));
  return inFolder(name);
}

const DEPRECATED = 'Deprecated: Option "logdir" from group "DEFAULT" is deprecated. Use option "log-dir" from group "DEFAULT".';
const OPTION =
  'Option "auth_uri" from group "keystone_authtoken" is deprecated for removal (The auth_uri option is deprecated in favor of www_authenticate_uri).  Its value may be silently ignored in the future.';
const PYTHON = [
  '/usr/lib/python3/dist-packages/oslo_utils/strutils.py:335: DeprecationWarning: Using function/method is deprecated',
  '  warnings.warn(',
];
const EVENTLET = 'Modules with known eventlet monkey patching issues were imported prior to eventlet monkey patching: urllib3.';

describe('a log that holds only what a service prints before its log is set up', () => {
  const journal = (message: string): string =>
    JSON.stringify({
      MESSAGE: message,
      SYSLOG_IDENTIFIER: 'nova-compute',
      _HOSTNAME: 'cmp1',
      _SYSTEMD_UNIT: 'nova-compute.service',
      __REALTIME_TIMESTAMP: '1770198051000000',
    });
  it.each<[string, () => string]>([
    ["juju's journal", () => join(CASES, '16-juju-journal.txt')],
    ['a plain file', () => written('nova-compute.log', DEPRECATED, DEPRECATED)],
    ['a file with warnings of Python', () => written('nova-compute.log', ...PYTHON, OPTION)],
    ["a file with eventlet's", () => written('nova-compute.log', EVENTLET, DEPRECATED)],
    ['a journal of objects', () => written('journal.jsonl', journal(DEPRECATED), journal(OPTION))],
    [
      'syslog',
      () =>
        written('syslog', `Feb 04 09:40:51 cmp1 nova-compute[29295]: ${EVENTLET}`, `Feb 04 09:40:51 cmp1 nova-compute[29295]: ${OPTION}`),
    ],
  ])('is read, and no error: %s', async (_form, path) => {
    const said = await saidOf(path());
    expect(said.error).toBeUndefined();
    expect(said.why).toContain('the log of nova-compute, holds only what a service prints before its log is set up');
    expect([said.problems, said.exitCode]).toEqual([[], 0]);
    expect(said.notes.join('\n')).toContain('holds only what nova-compute prints before its log is set up');
    expect(said.advice).toContain('add log records of nova-compute (the log that was given holds none)');
    expect(said.advice.join('\n')).not.toContain('add the log of nova-compute');
  });

  it('is an error where a line is something else', async () => {
    const said = await saidOf(written('nova-compute.log', DEPRECATED, 'one', 'two'));
    expect([said.error, said.exitCode]).toEqual(['NOTHING_READ', 65]);
  });
});

describe("nova-compute's log that was given", () => {
  it('and cannot be read is not asked for', async () => {
    copyFileSync(join(GOLDEN, 'create-succeeds-info', 'neutron-server@vm.log'), inFolder('neutron-server.log'));
    const said = await saidOf(written('nova-compute.log', 'one', 'two', 'three'), inFolder('neutron-server.log'));
    expect(said.why).toMatch(/^no line of .*nova-compute.log, the log of nova-compute, could be read: no line of it holds a date/);
    expect(said.toDo).toMatch(/^run `novaspan check` on it/);
    expect(said.advice[0]).toBe('add log records of nova-compute (the log that was given holds none)');
    expect(said.exitCode).toBe(65);
  });

  it.each([
    ['of 2015', () => join(CASES, '27-felix-grep.txt')],
    [
      'of a build that was given up',
      () =>
        written(
          'nova-compute.log',
          '2026-11-21 01:50:35.112 7 ERROR nova.compute.manager [-] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Build of instance b8acd14b-35cc-4931-bd08-129b0bf97b38 aborted: Volume did not finish being created',
        ),
    ],
  ])('and holds lines without a request says so: %s', async (_of, path) => {
    const said = await saidOf(path());
    expect(said.why).toMatch(/^one line is of an action and names the instance but no request, such as "Build of instance .* aborted: /);
    expect(said.toDo).toMatch(/^give the log of nova-compute before that line/);
  });

  it('and holds only periodic tasks says that', async () => {
    const said = await saidOf(
      written(
        'nova-compute.log',
        '2026-11-21 03:00:01.000 7 DEBUG oslo_service.periodic_task [-] Running periodic task ComputeManager._poll_rescued_instances run_periodic_tasks /x.py:210',
      ),
    );
    expect(said.why).toContain('none has the request of an action: lines of periodic tasks');
  });
});
