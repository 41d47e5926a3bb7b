import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byStart } from '../../src/cli/order.js';
import { machineZone } from '../../src/cli/zone.js';
import { svg } from '../../src/export/svg.js';
import { logUnreadable } from '../../src/model/errors.js';
import { boot, failed, fragment, networkReady } from '../export/terminal/traces.js';
import { temporaryFolder } from '../tail/temporary.js';
import { novaspan } from './surroundings.js';

const inFolder = temporaryFolder();

const many = [boot, failed, ...[1, 2, 3].map((n) => ({ ...boot, instance: `${n}0000000-35cc-4931-bd08-129b0bf97b38` }))];

describe('replay', () => {
  it('shows a few actions as waterfalls and says what was read', async () => {
    const ran = await novaspan(['replay', 'logs'], { traces: [failed, boot, networkReady], columns: 80 });

    expect(ran.code).toBe(0);
    expect(ran.stdout.match(/^(boot|network) of .*$/gm)).toHaveLength(3);
    expect(ran.stdout).toContain(' vif-plugged wait');
    expect(ran.stderr).toMatchInlineSnapshot(`
      "2 creates from 2026-11-21 01:50:31 to 01:51:02 UTC on cmp1: 1 succeeded, 1 failed
      "
    `);
  });

  it('shows many actions as a table, uncut in a pipe', async () => {
    const ran = await novaspan(['replay', 'logs'], { traces: many });

    expect(ran.stdout.trim().split('\n')).toHaveLength(3 + many.length);
    expect(ran.stdout).toContain('23.700 vif-plugged wait tapdf247bb8-47');
  });

  it('cuts a table to the terminal', async () => {
    const { stdout } = await novaspan(['replay', 'logs'], {
      traces: many,
      terminal: true,
      columns: 80,
      env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    });

    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    ['waterfall', '█'],
    ['blame', 'share'],
    ['critical-chain', 'gated'],
    ['table', 'slowest phase'],
  ])('shows the view %s', async (view, sign) => {
    expect((await novaspan(['replay', '--view', view, 'logs'], { traces: [boot] })).stdout).toContain(sign);
  });

  it('hands its options to the engine', async () => {
    const { replayed } = await novaspan([
      ...[
        'replay',
        '--service',
        'nova-compute',
        '--log-host=cmp1',
        '--timezone',
        'Asia/Seoul',
        '--format',
        'otlp',
        '--lines',
        'off',
        '--log-form=cri',
      ],
      ...['a', 'b'],
    ]);

    expect(replayed[0]).toMatchObject({
      paths: ['a', 'b'],
      service: 'nova-compute',
      host: 'cmp1',
      zone: 'Asia/Seoul',
      lines: 'off',
      form: 'cri',
    });
  });

  it("reads in the machine's zone, with lines as events only where they are shown", async () => {
    const [text] = (await novaspan(['replay', 'logs'])).replayed;
    const [json] = (await novaspan(['replay', '--format', 'json', 'logs'])).replayed;

    expect(text).toMatchObject({ zone: machineZone(), lines: 'off' });
    expect(text).not.toHaveProperty('service');
    expect(text).not.toHaveProperty('form');
    expect(json).toMatchObject({ lines: 'events' });
  });

  it('writes one line of OTLP JSON per trace, in the order in which they closed', async () => {
    const { stdout } = await novaspan(['replay', '--format', 'otlp', 'logs'], { traces: [boot, fragment] });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(lines).toHaveLength(2);
    expect(lines[0].resourceSpans[0].scopeSpans[0].spans[0].traceId).toBe(boot.traceId);
  });

  it('draws one picture of all that is wanted, and nothing of nothing', async () => {
    const pictured = async (...options: string[]) =>
      (await novaspan(['replay', '--format', 'svg', ...options, 'logs'], { traces: [fragment, boot, networkReady] })).stdout;
    const all = await pictured();

    expect(all.match(/<svg /g)).toHaveLength(1);
    expect(all).toBe(svg(byStart([fragment, boot, networkReady])));
    expect(await pictured('--slowest', '1')).toBe(svg([boot]));
    expect((await novaspan(['replay', '--format', 'svg', 'logs'])).stdout).toBe('');
  });

  it('keeps the slowest actions', async () => {
    const { stdout } = await novaspan(['replay', '--format', 'json', '--slowest', '1', 'logs'], { traces: [boot, fragment, failed] });

    expect(JSON.parse(stdout).spans[0].attributes['openstack.outcome']).toBe('failed');
  });

  it('keeps what failed, or one instance', async () => {
    const only = async (...options: string[]) =>
      (await novaspan(['replay', '--format', 'json', ...options, 'logs'], { traces: [...many, networkReady] })).stdout.trim().split('\n');

    expect(await only('--failed')).toHaveLength(1);
    expect(await only('--instance', '2000')).toHaveLength(1);
    expect(await only('--instance', 'B8ACD14B')).toHaveLength(3);
  });

  it('says that a filter left nothing, and what to do when there was nothing', async () => {
    expect((await novaspan(['replay', '--failed', 'logs'], { traces: [boot] })).stderr).toContain('no action to show: --failed left none');
    expect((await novaspan(['replay', 'logs'])).stderr).toMatchInlineSnapshot(`
      "no instance action in logs: read nova-compute 1,200
        why    1200 lines of nova-compute were read, but none has the request of an action: lines of periodic tasks, of neutron's events and of a traceback alone do not show one
        to do  give the lines of nova-compute before and after these
               (local times were read as UTC; --timezone changes it)
      "
    `);
  });

  it('writes to a file, without colours', async () => {
    const file = inFolder('out.txt');
    const ran = await novaspan(['replay', '-o', file, 'logs'], { traces: [boot], terminal: true, columns: 80 });

    expect(ran.stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toMatch(/^boot of b8acd14b on cmp1 took 5\.0 s/);
  });

  it('knows before it reads that the file cannot be written', async () => {
    const ran = await novaspan(['replay', '-o', '/nowhere/out.txt', 'logs'], { traces: [boot] });

    expect(ran.code).toBe(74);
    expect(ran.replayed).toEqual([]);
    expect(ran.stderr).toContain('cannot write /nowhere/out.txt');
  });

  it('has colours on a terminal only, unless told otherwise', async () => {
    const isColoured = async (terminal: boolean, env: Record<string, string>, ...options: string[]) =>
      /\u001b\[3/.test((await novaspan(['replay', ...options, 'logs'], { traces: [boot], terminal, env })).stdout);

    expect(await isColoured(true, {})).toBe(true);
    expect(await isColoured(false, {})).toBe(false);
    expect(await isColoured(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(await isColoured(true, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(await isColoured(true, {}, '--no-color')).toBe(false);
    expect(await isColoured(true, { TERM: 'dumb' })).toBe(false);
  });

  it('draws in ASCII where the locale is not UTF-8', async () => {
    const { stdout } = await novaspan(['replay', 'logs'], { traces: [boot, failed], env: { LANG: 'C.UTF-8', LC_ALL: 'POSIX' } });

    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
    expect(stdout).toContain('####');
  });

  it('shows a bar on a terminal, none in a pipe', async () => {
    expect((await novaspan(['replay', 'logs'], { traces: [boot], terminal: true })).stderr).toMatch(/reading/);
    expect((await novaspan(['replay', 'logs'], { traces: [boot] })).stderr).not.toMatch(/reading/);
    expect((await novaspan(['replay', '--format', 'json', 'logs'], { traces: [boot], terminal: true })).stderr).not.toMatch(/reading/);
  });

  it('shows what it had when interrupted, and says so', async () => {
    const stop = new AbortController();
    const engine = {
      async *replay() {
        yield boot;
        stop.abort('SIGTERM');
      },
    };
    const ran = await novaspan(['replay', 'logs'], { engine, signal: stop.signal });

    expect(ran.code).toBe(143);
    expect(ran.stdout).toContain('create succeeded');
    expect(ran.stderr).toContain('interrupted by SIGTERM');
  });

  it('tells of a log that cannot be read: what, why, what to do', async () => {
    const engine = {
      // biome-ignore lint/correctness/useYield: it fails before
      async *replay(): AsyncGenerator<never> {
        throw logUnreadable('/var/log/nova', new Error('EACCES: permission denied'));
      },
    };
    const ran = await novaspan(['replay', '/var/log/nova'], { engine });

    expect(ran.code).toBe(66);
    expect(ran.stderr).toMatchInlineSnapshot(`
      "novaspan: LOG_UNREADABLE: cannot read /var/log/nova: EACCES: permission denied
        to do  check that the path is right and that this user may read it (reading logs often needs the group adm, nova or neutron)
      "
    `);
  });

  it.each([
    [['replay'], 'replay needs PATH...'],
    [['replay', '--bogus', 'x'], 'replay has no option --bogus'],
    [['replay', '--vew', 'blame', 'x'], 'did you mean --view?'],
    [['replay', '--view', 'blam', 'x'], 'did you mean blame?'],
    [['replay', '--format', 'xml', 'x'], 'allowed: text, otlp, json'],
    [['replay', '--service', '--host', 'x'], '--service needs a value'],
    [['replay', '--failed=yes', 'x'], '--failed takes no value'],
    [['replay', '--slowest', '0', 'x'], "--slowest cannot be '0'"],
    [['replay', '--slowest', 'ten', 'x'], 'such as --slowest 10'],
    [['replay', '--instance', 'web-1', 'x'], "--instance cannot be 'web-1'"],
    [['replay', '--timezone', 'Berlin', 'x'], 'did you mean Europe/Berlin?'],
    [['replay', '--timezone', '+02:00', 'x'], 'an IANA name such as Europe/Berlin'],
  ])('refuses %j', async (argv, says) => {
    const ran = await novaspan(argv);

    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toMatch(/^novaspan: USAGE: .+\n( {2}why .+\n)? {2}to do {2}.+\n$/);
    expect(ran.stdout).toBe('');
    expect(ran.replayed).toEqual([]);
  });
});
