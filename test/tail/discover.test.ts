import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OperatorError } from '../../src/model/errors.js';
import { findLogs, findLogsAndFaults, liveLogs } from '../../src/tail/discover.js';
import { temporaryFolder } from './temporary.js';

const at = temporaryFolder();

function make(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), '');
  }
}

/** Sets as text without the folder, such as `a.log: a.log.1 a.log`. */
async function found(...paths: string[]): Promise<string[]> {
  const sets = await findLogs(paths);
  const short = (path: string): string => path.replace(at('/'), '');
  return sets.map(({ path, parts }) => `${short(path)}: ${parts.map(short).join(' ')}`);
}

describe('findLogs', () => {
  it('joins a log with what was rotated away from it, oldest first', async () => {
    make(
      'nova/nova-compute.log',
      'nova/nova-compute.log.1',
      'nova/nova-compute.log.3.gz',
      'nova/nova-compute.log.2.gz',
      'nova/nova-api.log',
    );
    expect(await found(at('nova'))).toEqual([
      'nova/nova-api.log: nova/nova-api.log',
      'nova/nova-compute.log: nova/nova-compute.log.3.gz nova/nova-compute.log.2.gz nova/nova-compute.log.1 nova/nova-compute.log',
    ]);
  });

  it('looks into folders below, and passes over what is not named like a log', async () => {
    make('var/log/nova/nova-api.log', 'var/log/ovn/ovn-controller.log', 'var/log/nova/core', 'var/etc/nova.conf');
    expect(await found(at())).toEqual([
      'var/log/nova/nova-api.log: var/log/nova/nova-api.log',
      'var/log/ovn/ovn-controller.log: var/log/ovn/ovn-controller.log',
    ]);
  });

  it('takes globs', async () => {
    make('nova/nova-api.log', 'nova/nova-compute.log', 'nova/nova-compute.log.1', 'ovn/ovn-controller.log');
    expect(await found(at('*/*-compute.log*'))).toEqual(['nova/nova-compute.log: nova/nova-compute.log.1 nova/nova-compute.log']);
  });

  it('takes a file by any name when it is named, even one that looks like a glob', async () => {
    make('dump [1].txt');
    expect(await found(at('dump [1].txt'))).toEqual(['dump [1].txt: dump [1].txt']);
  });

  it('reads a file once, however many names lead to it', async () => {
    make('nova/nova-api.log');
    symlinkSync(at('nova/nova-api.log'), at('nova/z.log'));
    symlinkSync(at('nova'), at('nova/loop'));
    expect(await found(at('nova/nova-api.log'), at('nova'), at('nova/../nova/*.log'))).toEqual(['nova/nova-api.log: nova/nova-api.log']);
  });

  it('leaves out a compressed part that is being written', async () => {
    make('a.log', 'a.log.1', 'a.log.1.gz');
    expect(await found(at())).toEqual(['a.log: a.log.1 a.log']);
  });

  it('keeps logs of the same name in different folders apart', async () => {
    make('cmp1/nova-compute.log', 'cmp2/nova-compute.log', 'cmp2/nova-compute.log.1');
    expect(await found(at())).toEqual([
      'cmp1/nova-compute.log: cmp1/nova-compute.log',
      'cmp2/nova-compute.log: cmp2/nova-compute.log.1 cmp2/nova-compute.log',
    ]);
  });

  it('takes - for standard input', async () => {
    expect(await findLogs(['-'])).toEqual([{ path: '-', parts: ['-'] }]);
  });

  it('gives the same whatever the order of the paths', async () => {
    make('b.log', 'a.log', 'a.log.1');
    expect(await findLogs([at('a.log.1'), at('b.log'), at('a.log')])).toEqual(await findLogs([at('a.log'), at('a.log.1'), at('b.log')]));
  });

  it('names all that cannot be read at once', async () => {
    make('empty/readme.txt', 'a.log');
    symlinkSync('round.log', at('round.log'));
    const error = await findLogs([at('none.log'), at('a.log'), at('empty'), at('*.nothing'), at('round.log')]).catch(
      (thrown: OperatorError) => thrown,
    );
    expect(error).toMatchObject({ code: 'LOG_UNREADABLE', remedy: expect.stringContaining('the group adm') });
    expect((error as OperatorError).message.replaceAll(at('/'), '').split('\n')).toEqual([
      expect.stringMatching(/^cannot read none\.log: ENOENT/),
      '            empty: the folder holds no logs (files called SERVICE.log)',
      '            *.nothing: no file matches',
      expect.stringMatching(/^ {12}round\.log: ELOOP/),
    ]);
  });
});

describe('liveLogs', () => {
  it('gives what is written to now', async () => {
    make('nova/nova-api.log', 'nova/nova-api.log.1', 'nova/nova-api.log.2.gz', 'ovn/ovn-controller.log', 'ovn/ovn-controller.log-20261121');
    expect(await liveLogs([at('nova'), at('*/ovn-*'), at('later.log'), at('none*')])).toEqual({
      logs: [at('later.log'), at('nova/nova-api.log'), at('ovn/ovn-controller.log')],
      unmatched: [at('none*')],
    });
  });

  it('gives a hard link too: only the tailer knows which of them is read', async () => {
    make('a.log');
    linkSync(at('a.log'), at('b.log'));
    expect((await liveLogs([at()])).logs).toEqual([at('a.log'), at('b.log')]);
  });
});

it('findLogsAndFaults gives what can be read beside what cannot', async () => {
  make('nova/nova-compute.log', 'empty/notes.txt');
  const { logs, faults } = await findLogsAndFaults([at('nova'), at('gone.log'), at('empty')]);

  expect(logs.map(({ path }) => path)).toEqual([at('nova/nova-compute.log')]);
  expect(faults.map(({ path }) => path)).toEqual([at('gone.log'), at('empty')]);
});
