import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInArchives } from '../../src/archive/find.js';
import { checkLogs } from '../../src/check/check.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { type ReplayOptions, replay } from '../../src/pipeline/replay.js';
import type { NotRead } from '../../src/read/found.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';
import { bare, copies, messages, ROOT, writeTree } from './sos-tree.js';
import { storedZip, xzOf, zstdOf } from './stored.js';

const at = temporaryFolder();
const own = process.env['TMPDIR'];
beforeEach(() => {
  mkdirSync(at('tmp'), { recursive: true });
  process.env['TMPDIR'] = at('tmp');
});
afterEach(() => {
  if (own === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = own;
});

type Files = Readonly<Record<string, string>>;
const all = { ...bare, ...copies };

async function tarOf(files: Files): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) {
    if (text.startsWith('-> ')) tar.entry({ name: `${ROOT}/${name}`, type: 'symlink', linkname: text.slice(3) });
    else tar.entry({ name: `${ROOT}/${name}` }, text);
  }
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Spans without the names of the files that they were read from, which no trace has but for its lines. */
async function spans(path: string, options: Partial<ReplayOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const trace of replay({ paths: [path], zone: 'UTC', lines: 'off', count: counting().count, ...options }))
    found.push(toOtlpJson(trace).toString());
  return found;
}

async function expected(): Promise<string[]> {
  writeTree(at(`bare/${ROOT}`), bare);
  return spans(at('bare'));
}

describe('a sosreport with copies of its services’ lines', () => {
  it('gives the traces that it gives without them', async () => {
    writeTree(at(`all/${ROOT}`), all);
    const { count, counted } = counting();
    expect(await spans(at('all'), { count })).toEqual(await expected());
    expect(counted['repeated_events nova-compute']).toBeGreaterThan(100);
  });

  it('lists what looks like a log by name and is none', async () => {
    writeTree(at(`all/${ROOT}`), all);
    const said: NotRead[] = [];
    await spans(at('all'), { onNotRead: (these) => said.push(...these) });
    expect(said.map(({ path }) => path.split('/').at(-1))).toEqual(['journalctl_--list-boots', 'dnf.log', 'version.txt']);
    for (const { why } of said) expect(why).toMatch(/^(?:its lines|no line|a date)/);
  });

  it.each([
    'var/log/messages',
    'var/log/daemon.log',
    'sos_commands/logs/journalctl_--no-pager',
    'sos_strings/logs/var.log.messages.tailed',
  ])('is read from %s where the services have no logs of their own', async (name) => {
    writeTree(at(`s/${ROOT}`), { hostname: 'vm\n', 'sos_commands/x/y': '', [name]: messages() });
    expect((await spans(at('s'))).length).toBe((await expected()).length);
  });

  it('reads two hosts, each with its name and its zone', async () => {
    const { 'etc/localtime': _, 'sos_commands/date/date': __, ...seoul } = bare;
    writeTree(at('two/sosreport-a'), bare);
    writeTree(at('two/sosreport-b'), {
      ...seoul,
      hostname: 'cmp2.example.com\n',
      'sos_commands/date/date': 'Sat Nov 21 11:00:00 KST 2026\n',
      'sos_commands/date/date_--utc': 'Sat Nov 21 02:00:00 UTC 2026\n',
    });
    const said: unknown[] = [];
    await spans(at('two'), { zone: 'Europe/Berlin', isZoneGiven: false, onZone: (...one) => said.push(one) });
    expect(said).toEqual([
      ['Etc/UTC', 'vm'],
      ['Asia/Seoul', 'cmp2.example.com'],
    ]);
    const report = await checkLogs({ paths: [at('two')], zone: 'Europe/Berlin', isZoneGiven: false, env: {}, all: false });
    const zones = new Set(report.sources.filter(({ service }) => service === 'nova-compute').map(({ host, zone }) => `${host} ${zone}`));
    expect(zones).toEqual(new Set(['vm Etc/UTC', 'cmp2.example.com Asia/Seoul']));
    expect(report.passedOver.map(({ path }) => path.split('/').at(-1))).toContain('version.txt');
  });
});

describe.each<[kind: string, make: () => Promise<Buffer> | Buffer]>([
  ['tar', () => tarOf(all)],
  ['tar.gz', async () => gzipSync(await tarOf(all))],
  ['tar.xz', async () => xzOf(await tarOf(all))],
  ['tar.zst', async () => zstdOf(await tarOf(all))],
  ['zip', () => storedZip(Object.fromEntries(Object.entries(all).map(([name, text]) => [`${ROOT}/${name}`, text])))],
])('a sosreport as %s', (kind, make) => {
  it('gives the same, also called otherwise, and through stdin', async () => {
    const bytes = await make();
    writeFileSync(at(`case.${kind}`), bytes);
    writeFileSync(at('attached'), bytes);
    const want = await expected();
    expect(await spans(at(`case.${kind}`))).toEqual(want);
    expect(await spans(at('attached'))).toEqual(want);
    expect(await spans('-', { stdin: Readable.from([bytes.subarray(0, 300), bytes.subarray(300)], { objectMode: false }) })).toEqual(want);
    expect(readdirSync(at('tmp'))).toEqual([]);
  });
});

describe('one log', () => {
  const log = readFileSync(join(GOLDEN, 'create-succeeds-debug/nova-compute@vm.log'));

  it.each([
    ['gz', gzipSync],
    ['xz', xzOf],
    ['zst', zstdOf],
  ] as const)('as %s is read from a file, and from stdin', async (kind, packed) => {
    writeFileSync(at('nova-compute@vm.log'), log);
    const want = await spans(at('nova-compute@vm.log'));
    writeFileSync(at(`nova-compute@vm.log.${kind}`), packed(log));
    expect(await spans(at(`nova-compute@vm.log.${kind}`))).toEqual(want);
    const given = { service: 'nova-compute', host: 'vm', stdin: Readable.from([packed(log)], { objectMode: false }) };
    expect(await spans('-', given)).toEqual(want);
    expect(await spans('-', { ...given, stdin: Readable.from([log], { objectMode: false }) })).toEqual(want);
  });

  it('as xz does not wait for others', async () => {
    const old = Buffer.from('2026-11-20 10:00:00.000 7 DEBUG oslo_service.periodic_task [-] Running periodic task\n'.repeat(10_000));
    for (const name of ['nova-compute', 'nova-api', 'nova-conductor']) {
      const bytes = readFileSync(join(GOLDEN, `create-succeeds-debug/${name}@vm.log`));
      mkdirSync(at('xz'), { recursive: true });
      writeFileSync(at(`xz/${name}@vm.log.xz`), xzOf(Buffer.concat([old, bytes])));
    }
    expect((await spans(at('xz'))).length).toBeGreaterThan(0);
  });
});

describe('an archive', () => {
  it('in tar.bz2 gives its logs, also through stdin', async () => {
    const path = new URL('scheduler.tar.bz2', import.meta.url).pathname;
    const want = await spans(join(GOLDEN, 'create-succeeds-debug/nova-scheduler@vm.log'));
    expect(want.length).toBeGreaterThan(0);
    expect(await spans(path)).toEqual(want);
    expect(await spans('-', { stdin: Readable.from([readFileSync(path)], { objectMode: false }) })).toEqual(want);
  });

  it('that is interrupted while it is unpacked leaves nothing', async () => {
    writeFileSync(at('a.tar'), await tarOf(all));
    const stop = new AbortController();
    const finding = findInArchives([at('a.tar')], undefined, stop.signal);
    stop.abort();
    (await finding).close();
    expect(await spans(at('a.tar'), { signal: stop.signal })).toEqual([]);
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  it('that is damaged does not keep others in it from being read', async () => {
    writeFileSync(at('a.tar'), await tarOf({ ...bare, 'var/log/old.zip': 'PK\x03\x04 no zip' }));
    const { count, counted } = counting();
    expect(await spans(at('a.tar'), { count })).toEqual(await expected());
    expect(Object.keys(counted).filter((name) => name.startsWith('cut_off_logs'))).toHaveLength(1);
  });

  it('in zip that is cut off says what to do', async () => {
    const zip = storedZip({ 'nova-compute.log': 'x\n' });
    writeFileSync(at('a.zip'), zip.subarray(0, zip.length - 10));
    await expect(spans(at('a.zip'))).rejects.toMatchObject({
      message: expect.stringMatching(/cut off or no zip/),
      remedy: expect.stringMatching(/zip -FF/),
    });
  });
});
