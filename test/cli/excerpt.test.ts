import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/cli/engine.js';
import type { Excerpt } from '../../src/pipeline/excerpt/excerpt.js';
import { boot, INSTANCE } from '../export/terminal/traces.js';
import { novaspan, type Ran } from './surroundings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-excerpt-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Asked = Parameters<Engine['excerpt']>[0];

function run(argv: readonly string[], given: Partial<Excerpt> = {}): { asked: Asked[]; ran: Promise<Ran> } {
  const asked: Asked[] = [];
  const ran = novaspan(['excerpt', ...argv], {
    engine: {
      async excerpt(options) {
        asked.push(options);
        const traces = [boot].filter((trace) => options.wants(trace, new Set(['req-5678fc57-4d2e-486d-95b7-7deb6d508747'])));
        return {
          ...{ traces, zone: 'UTC', extent: 'own', files: 2, lines: 1, replaced: { hosts: 1, names: 3 }, kept: [], differences: [] },
          ...given,
        };
      },
    },
  });
  return { asked, ran };
}

describe('excerpt', () => {
  it('says what was taken, what was replaced, and that it gives the same', async () => {
    const output = join(folder, 'new');
    const { asked, ran } = run(['logs', '--instance', INSTANCE.slice(0, 8), '-o', output, '--timezone', 'UTC']);
    const { code, stdout } = await ran;

    expect(code).toBe(0);
    expect(stdout.replaceAll(output, 'OUT')).toMatchInlineSnapshot(`
      "OUT: 1 line in 2 files, of 1 trace
      copied    the lines of the actions, and all others with their request ids
      replaced  1 host, 3 names
      proof     read again, it gives the same 1 trace: spans, times and outcomes
      next      read it before you give it away: it may still have names in free text
                novaspan replay --timezone UTC OUT
      "
    `);
    expect(asked[0]).toMatchObject({ paths: ['logs'], zone: 'UTC', isZoneGiven: true, output });
    expect(readFileSync(join(output, 'README.md'), 'utf8')).toContain('It gives the same traces');
  });

  it.each([
    ['req-5678fc57', 0],
    ['req-00000000', 66],
  ])('finds a request: %s', async (request, code) => {
    expect((await run(['logs', '--request', request, '-o', folder]).ran).code).toBe(code);
  });

  it('fails where the excerpt differs, and shows how', async () => {
    const differ = ['missing: nova-compute spawn', ...Array.from({ length: 12 }, () => 'instead: nova-compute spawn')];
    const { code, stdout, stderr } = await run(['logs', '--action', 'create', '-o', folder], { differences: differ, kept: ['compute'] })
      .ran;

    expect(code).toBe(65);
    expect(stdout).not.toContain('proof');
    expect(stdout).toContain('hosts not renamed, because messages contain the same words: compute');
    expect(stderr).toMatch(/does not give the same traces[\s\S]*missing: nova-compute spawn[\s\S]*and 3 more[\s\S]*to do/);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('It does not give the same traces');
  });

  it.each([
    [['logs'], 'needs a choice of actions'],
    [['-', '--request', 'req-5678fc57'], 'reads logs more than once'],
    [['journal:', '--request', 'req-5678fc57'], 'reads logs more than once'],
    [['logs', '--request', 'x'], "--request cannot be 'x'"],
  ])('refuses %j', async (argv, says) => {
    const { asked, ran } = run([...argv, '-o', folder]);
    expect(await ran).toMatchObject({ code: 64, stderr: expect.stringContaining(says) });
    expect(asked).toEqual([]);
  });

  it('leaves a folder alone in which something is', async () => {
    writeFileSync(join(folder, 'mine'), '');
    expect(await run(['logs', '--failed', '-o', folder]).ran).toMatchObject({ code: 64, stderr: expect.stringContaining('is not empty') });
  });
});
