import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { engine } from '../../src/cli/engine.js';
import { durationIn, momentOf } from '../../src/cli/when.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { boot, failed, fragment, INSTANCE, networkReady } from '../export/terminal/traces.js';
import { temporaryFolder } from '../tail/temporary.js';
import { novaspan, type Surroundings } from './surroundings.js';

const inFolder = temporaryFolder();

/** An action like another, but later by minutes and of another kind, instance, host. */
function like(of: FinishedTrace, n: number, given: { action?: string; host?: string; ms?: number } = {}): FinishedTrace {
  const { action = of.action, host, ms = 0 } = given;
  const traceId = `${n}`.repeat(32);
  const spans = of.spans.map((span) => ({
    ...span,
    traceId,
    start: span.start + n * 60_000,
    end: span.end + n * 60_000 + (span.parentSpanId === undefined ? ms : 0),
    host: host ?? span.host,
  }));
  const request = `req-${n}678fc57-4d2e-486d-95b7-7deb6d508747`;
  return { ...of, spans, traceId, action, instance: `${n}${INSTANCE.slice(1)}`, request };
}

const remove = like(boot, 2, { action: 'delete', host: 'cmp2.example.org', ms: -3000 });
const migration = like(boot, 3, { action: 'live-migration', ms: 60_000 });
const slowBoot = like(boot, 4, { ms: 7000 });
/** The sequel of the slow boot. */
const sequel = {
  ...networkReady,
  spans: networkReady.spans.map((span, i) =>
    i === 0 ? { ...span, links: [{ traceId: slowBoot.traceId, spanId: 'root', attributes: {} }] } : span,
  ),
};
const traces = [boot, remove, migration, slowBoot, sequel, fragment];

const ask = (options: readonly string[], given: Surroundings = {}) => novaspan(['replay', ...options, 'logs'], { traces, ...given });
/** The actions that are shown, in order. */
async function shown(...options: string[]): Promise<string[]> {
  const { stdout, code } = await ask(['--format', 'json', ...options]);
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ form, action, traceId }) => `${form === 'action' ? action : form} ${traceId[0]}`);
}

describe('replay selects', () => {
  it.each([['--action', 'create'], ['--action', 'network-ready'], ['--failed'], ['--action', 'create', '--sort', '-duration']])(
    'the same with %s %s where the sequel of a boot closes before the boot',
    async (...options) => {
      const lines = async (all: readonly FinishedTrace[]) =>
        (await ask(['--format', 'json', ...options], { traces: all })).stdout.split('\n').sort();
      expect(await lines([sequel, slowBoot, remove])).toEqual(await lines([slowBoot, sequel, remove]));
    },
  );

  it.each<[string[], string[]]>([
    [
      ['--action', 'create'],
      ['create 4', 'create 4', 'network-ready a'],
    ],
    [
      ['--action', 'Live_Migration,delete'],
      ['delete 2', 'live-migration 3'],
    ],
    [['--action', 'network-ready'], ['network-ready a']],
    [
      ['--since', '2026-11-21T01:54:00Z'],
      ['live-migration 3', 'create 4', 'network-ready a'],
    ],
    [
      ['--until', '2026-11-21T10:52:00+09:00'],
      ['create 4', 'fragment 4'],
    ],
    [['--since', '2026-11-21 02:52', '--until', '2026-11-21 02:53', '--timezone', 'Europe/Berlin'], ['delete 2']],
    [['--host', 'CMP2'], ['delete 2']],
    [['--host', 'cmp2.example.org,nowhere'], ['delete 2']],
    [['--request', 'req-2678fc57'], ['delete 2']],
    [['--request', '2678FC57-4d2e'], ['delete 2']],
    [
      ['--longer-than', '11 s'],
      ['live-migration 3', 'create 4', 'network-ready a'],
    ],
    [['--longer-than', 'PT1M'], ['live-migration 3']],
  ])('%j', async (options, expected) => {
    expect((await shown(...options)).sort()).toEqual([...expected].sort());
  });

  it('filters before it puts in order, and puts in order before it cuts', async () => {
    expect(await shown('--sort', '-duration', '--limit', '2')).toEqual(['live-migration 3', 'create 4', 'network-ready a']);
    expect(await shown('--sort=-duration', '--limit', '1', '--action', 'create')).toEqual(['create 4', 'network-ready a']);
    expect(await shown('--sort', 'action', '--action', 'create,delete')).toEqual(['create 4', 'create 4', 'network-ready a', 'delete 2']);
    expect(await shown('--limit', '1')).toEqual(['create 4']);
    expect(await shown('--slowest', '2', '--sort', 'duration')).toEqual(['create 4', 'live-migration 3']);
    expect(await shown('--slowest', '2', '--sort', '-duration', '--limit', '1')).toEqual(['live-migration 3']);
  });

  it('shows a table in the order that was asked for', async () => {
    const { stdout } = await ask(['--view', 'table', '--sort', '-duration']);

    expect(stdout.match(/(?<=:\d\d {2})[^ ]+/g)).toEqual(['live-migration', 'create', 'create', 'delete', '(part)']);
  });

  it('asks the engine for request ids only where they are wanted, and takes global ones', async () => {
    const global = 'req-99999999-1111-4222-8333-444444444444';
    const requests: boolean[] = [];
    const given = {
      engine: {
        async *replay(options: Parameters<typeof engine.replay>[0]) {
          options.count('records', 1);
          requests.push(options.onRequests !== undefined);
          options.onRequests?.(remove, new Set([global]));
          yield* traces;
        },
      },
    };
    const { stdout } = await ask(['--view', 'table', '--request', global.slice(0, 12)], given);
    await ask([], given);

    expect(stdout.trim().split('\n').slice(2)).toHaveLength(2);
    expect(stdout).toContain('delete');
    expect(requests).toEqual([true, false]);
  });

  it.each([
    [['--action', 'creat'], "there is no action 'creat'", 'did you mean create? actions: confirmResize, create,'],
    [
      ['--action', 'boot'],
      "there is no action 'boot'",
      'actions: confirmResize, create, createImage, delete, live-migration, network-ready',
    ],
    [['--since', 'tomorrow'], "--since cannot be 'tomorrow'", '2 hours ago'],
    [['--since', '2026-02-30'], "--since cannot be '2026-02-30'", '2026-11-29T04:00:00Z'],
    [['--since', '2026-11-21', '--until', '2026-11-20'], "--until '2026-11-20' is not after --since", 'whose end is after'],
    [['--request', 'req-12'], "--request cannot be 'req-12'", '8 of its digits'],
    [['--longer-than', '30'], "--longer-than cannot be '30'", '--longer-than 30s'],
    [['--sort', 'duratoin'], "--sort cannot be 'duratoin'", 'did you mean duration?'],
    [['--limit', '0'], "--limit cannot be '0'", '--limit 10'],
    [['--host', ','], "--host cannot be ','", '--host cmp1'],
    [['--format', 'svg', '--lines'], 'a picture cannot show log lines', '--format text or json'],
  ])('refuses %j', async (options, what, remedy) => {
    const { code, stderr, stdout, replayed } = await ask(options);

    expect([code, stdout, replayed]).toEqual([64, '', []]);
    expect(stderr).toContain(what);
    expect(stderr).toContain(remedy);
  });
});

describe('what replay says after a run', () => {
  it('is one line: how many actions, when, where, how they ended', async () => {
    expect((await ask(['--action', 'create,delete'])).stderr).toBe(
      '2 creates, 1 delete from 2026-11-21 01:50:31 to 01:54:43 UTC on cmp1, cmp2.example.org: 3 succeeded (shown: 3 of 5 in these logs)\n',
    );
    expect((await ask(['--limit', '1', '--action', 'create'])).stderr).toContain('(shown: 1 of 2 that match, and 5 in these logs)');
    expect((await ask([], { traces: [boot, failed] })).stderr).toBe(
      '2 creates from 2026-11-21 01:50:31 to 01:51:02 UTC on cmp1: 1 succeeded, 1 failed\n',
    );
  });

  it('names the kinds where the slowest of several is shown', async () => {
    const said = '--slowest 1 took 1 live-migration, of 3 kinds of action (2 creates, 1 delete, 1 live-migration): add --action NAME';

    expect((await ask(['--slowest', '1'])).stderr).toContain(said);
    expect((await ask(['--slowest', '1', '--action', 'create'])).stderr).not.toContain('kinds of action');
    expect((await ask(['--slowest', '1'], { traces: [boot, failed] })).stderr).not.toContain('kinds of action');
  });

  it('names the filters that left nothing, and what there is', async () => {
    const { code, stderr, stdout } = await ask(['--format', 'json', '--host', 'cmp9', '--action', 'create']);

    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('no action to show: --action create and --host cmp9 left none (no action matches --host cmp9)');
    expect(stderr).toContain('there is  2 creates, 1 delete, 1 live-migration from 2026-11-21 01:50:31');
  });

  it('is nothing with --quiet, and every counter with --verbose', async () => {
    expect((await ask(['--quiet'], { terminal: true })).stderr).toBe('');
    expect((await ask(['-q', '--host', 'cmp9'])).stderr).toBe('');
    expect((await ask(['--verbose'])).stderr).toMatch(/1,234 lines in .* s .*\n {2}lines +1,234 {2}lines read \(nova-compute 1,234\)\n/);
    expect((await ask(['--quiet', '--action', 'x'])).code).toBe(64);
  });

  const counting = (counts: Record<string, number>, found: readonly FinishedTrace[] = []) => ({
    engine: {
      async *replay({ count }: Parameters<typeof engine.replay>[0]) {
        for (const [name, n] of Object.entries(counts)) count(name as 'lines', n, 'nova-api');
        yield* found;
      },
    },
  });

  it('tells what is wrong with the logs without being asked, and nothing else', async () => {
    const { stderr } = await ask([], counting({ records: 9, unparsed_lines: 3, orphans: 5, unrecognised: 7 }, [boot]));

    expect(stderr).toContain('note: 3 lines in no known format; `novaspan check` on these logs says more (nova-api 3)');
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  it('says of logs without an action what they are', async () => {
    const { code, stderr } = await ask([], counting({ lines: 20, records: 12 }));

    expect(code).toBe(0);
    expect(stderr).toContain('no instance action in logs: read nova-api 12');
    expect(stderr).toContain('read were lines of nova-api');
  });

  it('fails where nothing could be read', async () => {
    const garbage = await ask(['--quiet'], counting({ lines: 20, unparsed_lines: 20 }));
    const empty = await ask([], counting({}));

    expect([garbage.code, empty.code]).toEqual([65, 65]);
    expect(garbage.stderr).toContain('novaspan: NOTHING_READ: none of the 20 lines in logs could be read');
    expect(empty.stderr).toContain('NOTHING_READ: nothing to read in logs');
  });
});

it('a table in a pipe has the width of COLUMNS, where that is set', async () => {
  const { stdout } = await ask(['--view', 'table'], { env: { COLUMNS: '80', LANG: 'C.UTF-8' } });

  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

it.each(['waterfall', 'blame', 'critical-chain'])('%s keeps to 80 columns', async (view) => {
  const long = like(boot, 5, { action: 'live-migration', ms: 5_000_000 });
  const { stdout } = await ask(['--view', view], { traces: [long], columns: 80, terminal: true, env: { NO_COLOR: '1', LANG: 'C.UTF-8' } });

  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

describe('--lines', () => {
  const req = 'req-11111111-2222-4333-8444-555555555555';
  const id = '0f667f56-2c8a-4f1a-88ef-3bd48edefd0e';
  const line = (second: number, text: string) =>
    `2026-11-21 01:45:${String(second).padStart(2, '0')}.000 7 INFO nova.compute.manager [None ${req} u p - - default default] [instance: ${id}] ${text}\n`;
  const noise = (n: number) => '2026-11-21 01:44:00.000 7 INFO nova.virt.libvirt.driver [-] nothing\n'.repeat(n);
  const wrapped = (text: string) => text.replace(/^(.+)\n/gm, '2026-11-21T01:45:00.000000000Z stdout F $1\n');

  const logs = () => {
    const folder = inFolder('rotated');
    mkdirSync(folder);
    writeFileSync(`${folder}/nova-compute.log.2.gz`, gzipSync(noise(3) + line(4, 'Pausing')));
    writeFileSync(`${folder}/nova-compute.log.1`, `${noise(1)}${line(5, 'VM Paused (Lifecycle Event)')}`);
    writeFileSync(`${folder}/nova-compute.log`, noise(2) + line(6, 'Unpausing'));
    return folder;
  };

  it('gives the file and the line, in rotated and packed parts', async () => {
    const folder = logs();
    const { stdout } = await novaspan(['replay', '--lines', '--timezone', 'UTC', folder], { engine, columns: 300, terminal: true });

    expect(stdout).toContain(`${folder}/nova-compute.log.2.gz:4 01:45:04.000 INFO Pausing`);
    expect(stdout).toContain(`${folder}/nova-compute.log.1:2 01:45:05.000 INFO VM Paused (Lifecycle Event)`);
    expect(stdout).toContain(`${folder}/nova-compute.log:3 01:45:06.000 INFO Unpausing`);
  });

  it('counts the lines of the file where they are wrapped', async () => {
    const folder = inFolder('wrapped');
    mkdirSync(folder);
    writeFileSync(`${folder}/nova-compute.log`, wrapped(noise(70) + line(4, 'Pausing') + line(5, 'VM Paused (Lifecycle Event)')));
    const { stdout } = await novaspan(['replay', '--lines', '--timezone', 'UTC', `${folder}/nova-compute.log`], { engine });

    expect(stdout).toContain('/nova-compute.log:71');
    expect(stdout).toContain('/nova-compute.log:72');
  });

  it('takes a word behind it as its value only where it is one', async () => {
    const asked = async (...argv: string[]) => (await novaspan(['replay', '--format', 'json', ...argv])).replayed[0]!;

    expect(await asked('--lines', 'logs')).toMatchObject({ lines: 'numbered', paths: ['logs'] });
    expect(await asked('--lines', 'off', 'logs')).toMatchObject({ lines: 'off', paths: ['logs'] });
    expect(await asked('--lines=events', 'off')).toMatchObject({ lines: 'events', paths: ['off'] });
    expect(await asked('logs', '--lines')).toMatchObject({ lines: 'numbered', paths: ['logs'] });
    expect((await novaspan(['replay', '--lines=all', 'logs'])).stderr).toContain("--lines cannot be 'all'");
  });
});

describe('a moment', () => {
  // 2026-11-29 05:30 in Seoul
  const now = Date.UTC(2026, 10, 28, 20, 30);
  it.each([
    ['2026-11-29T04:00:00Z', Date.UTC(2026, 10, 29, 4)],
    ['2026-11-29T04:00:00.250+09:00', Date.UTC(2026, 10, 28, 19, 0, 0, 250)],
    ['2026-11-29 04:00 UTC', Date.UTC(2026, 10, 29, 4)],
    ['2026-11-29 04:00', Date.UTC(2026, 10, 28, 19)],
    ['2026-11-29', Date.UTC(2026, 10, 28, 15)],
    ['today', Date.UTC(2026, 10, 28, 15)],
    ['yesterday', Date.UTC(2026, 10, 27, 15)],
    ['yesterday 22:00', Date.UTC(2026, 10, 28, 13)],
    ['04:15', Date.UTC(2026, 10, 28, 19, 15)],
    ['now', now],
    ['2 hours ago', now - 7_200_000],
    ['30 min ago', now - 1_800_000],
    ['1h30m ago', now - 5_400_000],
    ['PT2H', now - 7_200_000],
  ])('%s', (text, expected) => {
    expect(momentOf('since', text, { now, zone: 'Asia/Seoul' })).toBe(expected);
  });

  it.each(['', 'ago', '2 ago', '2 fortnights ago', '25:00', '2026-13-01', '2026-11-29T24:00', 'P', 'noon', '1764388800'])(
    'refuses %j',
    (text) => {
      expect(() => momentOf('since', text, { now, zone: 'UTC' })).toThrow('--since cannot be');
    },
  );

  it.each([
    ['30s', 30_000],
    ['500ms', 500],
    ['1.5 min', 90_000],
    ['1h 30m', 5_400_000],
    ['P1DT1S', 86_401_000],
    ['30', undefined],
    ['-3s', undefined],
    ['soon', undefined],
  ])('a duration: %s', (text, expected) => {
    expect(durationIn(text)).toBe(expected);
  });
});

describe('--timezone auto', () => {
  const golden = (name: string): string => new URL(`../golden/${name}/`, import.meta.url).pathname;
  const read = (zone: string, folder: string) =>
    novaspan(['replay', '--format', 'json', '--lines', 'off', '--timezone', zone, golden(folder)], { engine });

  it('takes the zones that the logs prove, and says so', async () => {
    const auto = await read('auto', 'rebuild-succeeds-seoul-zone-info');
    const given = await read('Asia/Seoul,placement=UTC,glance=UTC', 'rebuild-succeeds-seoul-zone-info');
    expect(auto.stdout).toBe(given.stdout);
    expect(auto.stderr).toMatch(/^local times are read as Asia\/Seoul/);
    expect(given.stderr).not.toContain('look like');
  });

  it('a wrong zone is named without it', async () => {
    const wrong = await read('UTC', 'rebuild-succeeds-seoul-zone-info');
    expect(wrong.stderr).toMatch(/note: times of .* look like UTC\+9, but were read as UTC: pass --timezone Asia\/Seoul/);
  });

  it('reads --until in the zone that is proven', async () => {
    const ask = async (zone: string): Promise<string[]> => {
      const options = ['--format', 'json', '--lines', 'off', '--quiet', '--timezone', zone, '--until', '2026-11-21 11:22:20'];
      const { stdout } = await novaspan(['replay', ...options, golden('rebuild-succeeds-seoul-zone-info')], { engine });
      return [...stdout.matchAll(/"traceId":"([0-9a-f]+)","form"/g)].map(([, id]) => id!);
    };
    const given = await ask('Asia/Seoul,placement=UTC,glance=UTC');
    // The boot and what followed it; in UTC all would be before that.
    expect(given).toHaveLength(2);
    expect(await ask('auto')).toEqual(given);
  });

  it('says what proves UTC', async () => {
    const { stderr } = await read('auto', 'create-succeeds-info');
    expect(stderr).toMatch(/^local times are read as UTC: by .*, in UTC$/m);
  });
});
