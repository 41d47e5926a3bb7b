import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLogs, findLogsAndFaults, liveLogs } from '../../src/tail/discover.js';
import { temporaryFolder } from '../tail/temporary.js';

const at = temporaryFolder();
const hasFifos = spawnSync('mkfifo', ['--version']).status === 0;
const names = (paths: readonly string[]): string[] => paths.map((path) => basename(path));
const reasons = async (...paths: string[]): Promise<string[]> =>
  (await findLogsAndFaults(paths)).faults.map(({ path, cause }) => `${basename(path)}: ${(cause as Error).message}`);

describe('a folder of logs', () => {
  it('follows links to other file systems and folders, as deployments make them', async () => {
    mkdirSync(at('data/nova'), { recursive: true });
    mkdirSync(at('log'));
    writeFileSync(at('data/nova/nova-compute.log'), '');
    writeFileSync(at('data/nova-api.log'), '');
    symlinkSync(at('data/nova'), at('log/nova'));
    symlinkSync('../data/nova-api.log', at('log/nova-api.log'));
    expect(names((await findLogs([at('log')])).map(({ path }) => path))).toEqual(['nova-api.log', 'nova-compute.log']);
    expect(names((await liveLogs([at('log')])).logs)).toEqual(['nova-api.log', 'nova-compute.log']);
  });

  it('ends where links lead round in a circle', async () => {
    mkdirSync(at('log/a/b'), { recursive: true });
    writeFileSync(at('log/a/b/nova-api.log'), '');
    symlinkSync(at('log'), at('log/a/b/again'));
    symlinkSync('self.log', at('log/self.log'));
    expect(names((await findLogs([at('log')])).map(({ path }) => path))).toEqual(['nova-api.log']);
    expect(names((await liveLogs([at('log'), at('log/**/*.log')])).logs)).toEqual(['nova-api.log']);
  });

  it.skipIf(!hasFifos)(
    'passes over pipes, sockets and devices; one that is matched, or a named one but a pipe, is refused and said to be',
    async () => {
      mkdirSync(at('log'));
      writeFileSync(at('log/nova-api.log'), '');
      spawnSync('mkfifo', [at('log/nova-compute.log')]);
      symlinkSync('/dev/zero', at('log/nova-conductor.log'));
      const socket = createServer().listen(at('log/nova-scheduler.log'));
      await new Promise((resolve) => socket.once('listening', resolve));
      try {
        expect(names((await findLogs([at('log')])).map(({ path }) => path))).toEqual(['nova-api.log']);
        expect(names((await liveLogs([at('log'), at('log/*.log')])).logs)).toEqual(['nova-api.log']);
        const told = await reasons(at('log/nova-compute.log'), at('log/nova-conductor.log'), at('log/nova-scheduler.log'));
        // A pipe that is named is read, as the shell's `<(...)` is one.
        expect(told.length).toBe(2);
        for (const reason of told) expect(reason).toMatch(/no ordinary file|ENXIO/);
      } finally {
        socket.close();
      }
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'never follows a link into /proc, which shows what other processes keep to themselves',
    async () => {
      mkdirSync(at('log'));
      symlinkSync('/proc/self/environ', at('log/nova-api.log'));
      symlinkSync('/proc/self', at('log/nova'));
      symlinkSync('/sys/kernel/notes', at('log/nova-compute.log'));
      expect((await liveLogs([at('log'), at('log/*.log'), at('log/nova-api.log')])).logs).toEqual([]);
      expect(await reasons(at('log/*.log'))).toEqual([
        expect.stringMatching(/^nova-api.log: it is no ordinary file/),
        expect.stringMatching(/^nova-compute.log: it is no ordinary file/),
      ]);
    },
  );

  it('goes no further than so many folders, should a link lead to all of a machine', async () => {
    mkdirSync(at('log'));
    mkdirSync(at('other'));
    for (let i = 0; i < 10; i++) mkdirSync(at(`other/${i}`));
    symlinkSync(at('other'), at('log/other'));
    writeFileSync(at('log/nova-api.log'), '');
    const { logs, faults } = await findLogsAndFaults([at('log')], 5);
    expect(names(logs.map(({ path }) => path))).toEqual(['nova-api.log']);
    expect(faults.map(({ cause }) => (cause as Error).message)).toEqual([expect.stringContaining('more than 5 folders')]);
  });

  it('is not left by a name: what a pattern does not name is not read', async () => {
    mkdirSync(at('log/nova'), { recursive: true });
    writeFileSync(at('log/nova/..nova-api.log'), '');
    writeFileSync(at('secret.log'), '');
    expect((await liveLogs([join(at('log'), '*/*.log')])).logs.every((path) => path.startsWith(at('log')))).toBe(true);
  });
});

it.skipIf(process.getuid?.() === 0)('a log that this user may not read is named', async () => {
  mkdirSync(at('log'));
  writeFileSync(at('log/nova-api.log'), '');
  chmodSync(at('log/nova-api.log'), 0);
  expect(await reasons(at('log'))).toEqual([expect.stringContaining('EACCES')]);
});
