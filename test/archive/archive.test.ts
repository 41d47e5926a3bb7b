import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInArchives } from '../../src/archive/find.js';
import { LIMITS } from '../../src/archive/limits.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { reasonOf } from '../../src/model/errors.js';
import { type ReplayOptions, replay } from '../../src/pipeline/replay.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const DIR = join(GOLDEN, 'create-succeeds-debug');
const ROOT = 'sosreport-cmp1-01234567-2026-11-21-abcdefg';
const at = temporaryFolder();
const own = process.env['TMPDIR'];

beforeEach(() => {
  mkdirSync(at('.'), { recursive: true });
  mkdirSync(at('tmp'));
  process.env['TMPDIR'] = at('tmp');
});
afterEach(() => {
  if (own === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = own;
});

type Member = Parameters<ReturnType<typeof pack>['entry']>[0];

async function tarOf(members: readonly (readonly [header: Member, text?: string | Buffer])[]): Promise<Buffer> {
  const tar = pack();
  for (const [header, text = ''] of members) tar.entry(header, text);
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const golden = readdirSync(DIR).filter((file) => file.endsWith('.log'));
const sosreport = (more: readonly (readonly [Member, string])[] = []): Promise<Buffer> =>
  tarOf([
    ...golden.map((file) => [{ name: `${ROOT}/var/log/${file}.1.gz` }, gzipSync(readFileSync(join(DIR, file)))] as const),
    [{ name: `${ROOT}/hostname` }, 'cmp1.example.com\n'],
    ...more,
  ]);

async function spans(options: Partial<ReplayOptions>): Promise<string[]> {
  const found: string[] = [];
  for await (const trace of replay({ paths: [DIR], zone: 'UTC', lines: 'off', count: counting().count, ...options }))
    found.push(toOtlpJson(trace).toString());
  return found;
}

describe('an archive', () => {
  it('gives what its logs give, and leaves nothing behind', async () => {
    writeFileSync(at('case.tar.gz'), gzipSync(await sosreport()));
    expect(await spans({ paths: [at('case.tar.gz')] })).toEqual(await spans({}));
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  it('is found in a folder, and in another archive', async () => {
    mkdirSync(at('case'));
    writeFileSync(at('case/all.tar'), await tarOf([[{ name: 'cmp1.tar.gz' }, gzipSync(await sosreport())]]));
    expect(await spans({ paths: [at('case')] })).toEqual(await spans({}));
  });

  it('that is cut off is read until there, and it is said', async () => {
    const whole = await sosreport();
    writeFileSync(at('a.tar'), whole.subarray(0, whole.length - 8000));
    const found = await findInArchives([at('a.tar')]);
    expect(found.logs.length).toBeGreaterThan(3);
    expect(found.cutOff).toEqual([{ path: at('a.tar'), why: expect.stringMatching(/cannot be read to its end/) }]);
    found.close();
  });

  it.each([
    ['bytes', { bytes: 1000 }, /larger than 1000 bytes, which is the limit/],
    ['files', { members: 2 }, /more than 2 files, which is the limit/],
    ['times its size', { ratio: 2, freeBytes: 1000 }, /more than 2 times its size, which is the limit/],
  ])('that is a bomb is refused: too many %s', async (_, limits, says) => {
    writeFileSync(at('a.tar.gz'), gzipSync(await tarOf([...'abc'].map((name) => [{ name: `${name}.log` }, 'x\n'.repeat(50_000)]))));
    const found = await findInArchives([at('a.tar.gz')], { ...LIMITS, ...limits });
    expect(found.faults.map(({ cause }) => reasonOf(cause))).toEqual([expect.stringMatching(says)]);
    found.close();
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  it('writes nothing outside of its folder, and no link', async () => {
    const text = 'x\n';
    writeFileSync(
      at('a.tar'),
      await tarOf([
        [{ name: '../../out.log' }, text],
        [{ name: 'a/../../../out.log' }, text],
        [{ name: `${at('out.log')}` }, text],
        [{ name: 'link.log', type: 'symlink', linkname: '/etc/passwd' }],
        [{ name: 'folder', type: 'symlink', linkname: at('.') }],
        [{ name: 'folder/out.log' }, text],
        [{ name: 'device.log', type: 'character-device' }],
        [{ name: 'nova-compute.log' }, text],
      ]),
    );
    const found = await findInArchives([at('a.tar')]);
    expect(found.logs.map(({ path }) => path)).toEqual([at('a.tar/folder/out.log'), at('a.tar/nova-compute.log')]);
    expect(existsSync(at('out.log')) || existsSync(at('tmp/out.log'))).toBe(false);
    found.close();
  });
});

describe('a sosreport', () => {
  it('names its host and its zone, which goes before this machine’s and not before one that is given', async () => {
    const zone = [
      [
        { name: `${ROOT}/sos_commands/date/timedatectl` },
        '   Local time: Sat 2026-11-21 10:00:00 KST\n    Time zone: Asia/Seoul (KST, +0900)\n',
      ],
    ] as const;
    writeFileSync(at('a.tar'), await sosreport(zone));
    const said: unknown[] = [];
    const onZone = (...told: unknown[]): void => void said.push(told);
    const seoul = await spans({ paths: [at('a.tar')], isZoneGiven: false, onZone });
    expect(said).toEqual([['Asia/Seoul', 'cmp1.example.com']]);
    expect(seoul).toEqual(await spans({ zone: 'Asia/Seoul' }));
    expect(await spans({ paths: [at('a.tar')], zone: 'UTC', isZoneGiven: true })).toEqual(await spans({}));
  });
});
