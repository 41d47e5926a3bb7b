import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FinishedTrace } from '../../src/model/span.js';
import type { ReplayOptions } from '../../src/pipeline/replay.js';
import { boots, traceOf } from '../compare/support.js';
import { temporaryFolder } from '../tail/temporary.js';
import { novaspan, type Surroundings } from './surroundings.js';

const inFolder = temporaryFolder();

/** An engine that finds other traces under each path. */
const holding = (sets: Readonly<Record<string, readonly FinishedTrace[]>>): Surroundings => ({
  engine: {
    async *replay({ count, paths }: ReplayOptions) {
      count('lines', 10);
      count('records', 10);
      for (const path of paths) yield* sets[path] ?? [];
    },
  },
});

const before = boots(35, { seed: 3 });
const after = boots(35, { seed: 3, extra: 500 });
const both = holding({ before, after });

describe('compare', () => {
  it('names the phase that takes longer, and what follows from it', async () => {
    const { code, stdout } = await novaspan(['compare', 'before', 'after'], both);
    expect(code).toBe(0);
    expect(stdout).toContain('1 phase differs by more than noise; 5 more because of it.');
    const section = stdout.split('\n\n').find((part) => part.startsWith('What takes longer'))!;
    expect(section.split('\n').filter((line) => line.startsWith('create'))).toEqual([
      expect.stringMatching(/^create \(DEBUG\) +neutron port update \(neutron-server\) +35 +35 .*\+0\.500 +\+0\.500 to \+0\.500 .*slower$/),
    ]);
  });

  it('finds nothing between a set and itself, which is read once', async () => {
    const ran = await novaspan(['compare', '--fail-if', 'slower', '--fail-if', 'create p95 +1%', 'before', 'before'], both);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('no phase differs by more than noise');
    expect(ran.stderr).toBe('');
  });

  it('takes two periods of one set, each action by its beginning, and two hosts', async () => {
    const at = (id: number, host: string) => traceOf({ id, took: 90_000, host });
    const given = holding({ logs: [at(0, 'cmp1.example'), at(1, 'cmp1.example'), at(2, 'cmp2')] });
    const border = '2026-01-14T10:01:00Z';
    const periods = await novaspan(['compare', '--timezone', 'UTC', '--a-until', border, '--b-since', border, 'logs'], given);
    expect(periods.stdout).toContain(`until ${border} (A) and since ${border} (B)`);
    expect(periods.stdout).toContain('A: 1 create ');
    expect(periods.stdout).toContain('B: 2 creates ');
    const hosts = await novaspan(['compare', '--a-host', 'cmp1', '--b-host', 'CMP2', '--format', 'json', 'logs'], given);
    const page = JSON.parse(hosts.stdout);
    expect([page.a.holds, page.b.holds]).toEqual([expect.stringMatching(/^2 creates/), expect.stringMatching(/^1 create /)]);
  });

  it('takes several paths of a set', async () => {
    const { stdout } = await novaspan(['compare', 'before,more', 'after'], holding({ before, after, more: [traceOf({ id: 9, took: 5 })] }));
    expect(stdout).toContain('A: 36 creates');
  });

  it('needs two sets, and actions in both', async () => {
    const one = await novaspan(['compare', 'before'], both);
    expect(one.code).toBe(64);
    expect(one.stderr).toContain('compare needs two sets');
    const half = await novaspan(['compare', '--a-host', 'cmp1', 'before'], both);
    expect(half.code).toBe(64);
    const none = await novaspan(['compare', '--b-host', 'nowhere', 'before', 'after'], both);
    expect(none.code).toBe(65);
    expect(none.stderr).toContain('B (after on nowhere) has no action');
    expect(none.stderr).toContain('these logs hold 35 creates');
  });

  it('fails where a condition is broken or cannot be checked, and says why', async () => {
    const broken = await novaspan(
      ['compare', '--fail-if', 'neutron port update p50 +100ms', '--fail-if', 'spawn p95 +500%', 'before', 'after'],
      both,
    );
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/^--fail-if 'neutron port update p50 \+100ms' broken: create neutron port update \(DEBUG\) p50 .*\n$/);
    const unknown = await novaspan(['compare', '--fail-if', 'spwn p95 +20%', 'before', 'after'], both);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('did you mean spawn?');
    const wrong = await novaspan(['compare', '--fail-if', 'spawn p95 20%', 'before', 'after'], both);
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain("'20%' is no limit");
  });

  it('gives JSON with seconds as numbers', async () => {
    const { stdout } = await novaspan(['compare', '--format', 'json', 'before', 'after'], both);
    const { phases } = JSON.parse(stdout);
    const own = phases.filter(
      ({ judgement, follows }: { judgement: string; follows: unknown[] }) => judgement === 'slower' && follows.length === 0,
    );
    expect(own).toMatchObject([{ phase: 'neutron port update', differenceSeconds: 0.5, sameActions: true, a: { n: 35 } }]);
  });

  it('gives CSV, Markdown and HTML, to a file where one is named', async () => {
    const csv = await novaspan(['compare', '--format', 'csv', 'before', 'after'], both);
    const [head, ...rows] = csv.stdout.trim().split('\n');
    for (const row of rows) expect(row.split(',')).toHaveLength(head!.split(',').length);
    expect(rows.some((row) => row.includes('neutron port update') && row.includes(',slower,'))).toBe(true);
    const markdown = await novaspan(['compare', '--format', 'markdown', 'before', 'after'], both);
    expect(markdown.stdout).toContain('**slower**');
    const file = inFolder('compare.html');
    const html = await novaspan(['compare', '--format', 'html', '-o', file, 'before', 'after'], both);
    expect(html.stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toContain('<td class="bad">slower</td>');
  });
});

it('half a set is not compared: interrupted, nothing is shown', async () => {
  const stop = new AbortController();
  const { code, stderr, stdout } = await novaspan(['compare', 'before', 'after'], {
    signal: stop.signal,
    engine: {
      async *replay() {
        yield before[0]!;
        stop.abort('SIGINT');
      },
    },
  });
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toBe('interrupted by SIGINT: what was read until then is no whole set, and is not shown\n');
});

describe('report', () => {
  const logs = holding({
    logs: [...before, traceOf({ id: 1, took: 70_000, outcome: 'failed', errorType: 'nova.exception.NoValidHost', host: 'cmp2' })],
  });

  it('says where the time goes, the slowest and why, failures, and hosts', async () => {
    const { code, stdout } = await novaspan(['report', 'logs'], logs);
    expect(code).toBe(0);
    const titles = stdout.split('\n\n').map((part) => part.split('\n')[0]!.replace(/,.*/, ''));
    expect(titles).toEqual([
      'logs',
      'Actions',
      'Where the time goes: create (DEBUG)',
      'The slowest: create',
      'Failures: create',
      'Hosts: create',
    ]);
    expect(stdout).toContain('1 of 36 (2.8 %)');
  });

  it('fits 80 columns', async () => {
    const { stdout } = await novaspan(['report', 'logs'], {
      ...logs,
      terminal: true,
      columns: 80,
      env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    ['json', '"durationSeconds":70'],
    ['csv', 'slowest,create,'],
    ['markdown', '# logs'],
    ['html', '<h2 id="s0">Actions</h2>'],
  ])('gives %s', async (format, sign) => {
    expect((await novaspan(['report', '--format', format, 'logs'], logs)).stdout).toContain(sign);
  });

  it('has as many fields in each line of CSV', async () => {
    const { stdout } = await novaspan(['report', '--format', 'csv', 'logs'], logs);
    const [head, ...rows] = stdout.trim().split('\n');
    for (const row of rows) expect(row.replace(/"[^"]*"/g, '').split(',')).toHaveLength(head!.split(',').length);
  });

  it('says where no action is left', async () => {
    const { code, stderr } = await novaspan(['report', '--host', 'nowhere', 'logs'], logs);
    expect(code).toBe(65);
    expect(stderr).toContain('no action in logs passes these options');
  });
});
