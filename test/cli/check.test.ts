import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CheckOptions } from '../../src/check/check.js';
import { checkLogs } from '../../src/check/check.js';
import type { CheckReport } from '../../src/check/report.js';
import { GOLDEN } from '../support/scenario.js';
import { novaspan } from './surroundings.js';

const golden = (name: string): string => join(GOLDEN, name);
const real = { engine: { check: checkLogs } };

describe('check', () => {
  it('says first what is wrong, why and what to do, then what there is', async () => {
    const { code, stdout } = await novaspan(['check', '--timezone', 'UTC', golden('rebuild-succeeds-seoul-zone-info')], real);

    expect(code).toBe(65);
    const [problem, logs, shown, more, unrecognised] = stdout.split('\n\n');
    expect(problem).toMatch(
      /^1 problem\n {2}1\. times of .* look\n {5}like UTC\+9, but were read as UTC\n {5}why .*\n[\s\S]*\n {5}to do {2}pass --timezone Asia\/Seoul,glance=UTC,placement=UTC/,
    );
    expect(logs).toMatch(/^10 logs\n {2}service +host +form +level +release +zone +records +known +until \(UTC\)\n/);
    expect(logs).toMatch(/\n {2}nova-compute +vm +oslo\.log +INFO +Zed or later +UTC \(WRONG\) +\d+ +\d+ % {2}11-21 11:23:03\n/);
    expect(logs).toMatch(/\n {2}OpenStack release: Zed to 2025\.1, by two request ids in the brackets/);
    expect(logs).toMatch(/\n {2}OVN release: 22\.09 or later, by "Releasing lport … \(sb_readonly=0\)"$/);
    expect(shown).toMatch(/^What logs such as these can show\n {2}\d+ of \d+ phases of create; \d+ of \d+ of /);
    expect(shown).toMatch(/hidden without DEBUG of nova-compute: /);
    expect(more).toMatch(/^To see more\n {2}1\. set nova-compute to log at DEBUG: would show /);
    expect(more).toMatch(/\n {5}nova\.conf on the compute hosts: \[DEFAULT\] debug = True\n/);
    expect(unrecognised).toMatch(/^Unrecognised: \d+ % of the records/);
  });

  it('does not call logs right that have no line', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'novaspan-check-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'nova-compute.log'), '');
    const { stdout } = await novaspan(['check', dir], real);
    expect(stdout).toMatch(/^Nothing could be checked: no log has a record yet\.\n/);
  });

  it('is short, and fits the terminal', async () => {
    const { stdout } = await novaspan(['check', '--timezone', 'UTC', golden('create-succeeds-two-hosts-info')], { ...real, columns: 120 });

    expect(stdout).toMatch(/^Nothing is wrong\.\n/);
    expect(stdout.split('\n').length).toBeLessThan(55);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
    const narrow = await novaspan(['check', '--timezone', 'UTC', golden('create-succeeds-two-hosts-info')], { ...real, columns: 80 });
    expect(narrow.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('tells everything with --verbose', async () => {
    const { stdout } = await novaspan(['check', '--verbose', '--timezone', 'UTC', golden('create-succeeds-info')], real);

    expect(stdout).toContain(`${golden('create-succeeds-info')}/nova-compute@vm.log`);
    expect(stdout).toMatch(/zone: agrees, by \d+ events that ovn-controller and ovs-vswitchd logged too, in UTC/);
    expect(stdout).toMatch(/\n {2}create\n {4}api request +nova-api: seen\n/);
    expect(stdout).toMatch(/network allocate +nova-compute: needs DEBUG of nova-compute/);
    expect(stdout).toMatch(/vif plug +nova-compute: its end only; the whole needs DEBUG of nova-compute/);
    expect(stdout).toContain('default_log_levels');
  });

  it('gives the report as JSON', async () => {
    const { code, stdout } = await novaspan(['check', '--format', 'json', '--timezone', 'UTC', golden('create-succeeds-info')], real);
    const report = JSON.parse(stdout) as CheckReport;

    expect(code).toBe(0);
    expect(report.problems).toEqual([]);
    expect(report.sources.map(({ service }) => service)).toContain('nova-compute');
    expect(report.actions.find(({ name }) => name === 'create')?.shown).toBe(true);
  });

  it('hands on what it was told', async () => {
    const asked: CheckOptions[] = [];
    const engine = {
      check: async (options: CheckOptions): Promise<CheckReport> => {
        asked.push(options);
        return {
          problems: [],
          notes: [],
          sources: [],
          passedOver: [],
          releases: [],
          stalls: [],
          actions: [],
          advice: [],
          unrecognised: [],
          exitCode: 66,
        };
      },
    };
    const argv = [
      'check',
      '--all',
      '--service',
      'nova-compute',
      '--host',
      'cmp1',
      '--timezone',
      'Asia/Seoul,placement=UTC',
      '--log-form',
      'cri',
      '--rules',
      'a.yaml,b.yaml',
      'a.log',
      'b.log',
    ];

    expect((await novaspan(argv, { engine })).code).toBe(66);
    await novaspan(['check', '--config', 'x.yaml'], { engine, env: { NOVASPAN_HOST: 'h' } });
    expect(asked).toMatchObject([
      {
        paths: ['a.log', 'b.log'],
        all: true,
        service: 'nova-compute',
        host: 'cmp1',
        zone: 'Asia/Seoul,placement=UTC',
        form: 'cri',
        rules: ['a.yaml', 'b.yaml'],
      },
      { paths: [], all: false, config: 'x.yaml', env: { NOVASPAN_HOST: 'h' } },
    ]);
  });

  it.each([
    [['check'], 64, 'check needs PATH... or --config FILE'],
    [['check', '--config', 'x.yaml', '--timezone', 'UTC'], 64, '--timezone does not go with --config'],
    [['check', '--timezone', 'auto', 'x'], 64, '--timezone auto is for replay only'],
    [['check', '--timezone', 'Asia/Sol', 'x'], 64, "--timezone cannot be 'Asia/Sol'"],
    [['check', '-'], 64, 'check reads files, not standard input'],
    [['check', '--config', '/nonexistent/novaspan.yaml'], 78, 'CONFIG_INVALID'],
  ])('%j exits with %i', async (argv, code, says) => {
    const ran = await novaspan(argv, real);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(says);
  });
});

describe('catalogue', () => {
  const catalogue = async (...argv: string[]) => {
    const { engine } = await import('../../src/cli/engine.js');
    return novaspan(['catalogue', ...argv], { engine: { catalogue: () => engine.catalogue() } });
  };

  it('leaves what is asked for by service, kind, action and release', async () => {
    expect((await catalogue('--kind', 'lport.installed')).stdout).toBe(
      'messages of ovn-controller\n  lport.installed  INFO         Setting lport {port:uuid} ovn-installed in OVS  (OVN 21.09 or later)\n',
    );
    const create = (await catalogue('--action', 'create')).stdout;
    expect(create).toMatch(/\naction create\n {2}locked by +_locked_do_build_and_run_instance\n/);
    expect(create).toMatch(/\nphases of create\n/);
    expect(create).not.toContain('phases of delete');
    expect(create).toContain('instance.claimed');
    expect(create).not.toContain('image.cache.checked');
    expect((await catalogue('--service', 'nova-compute', '--release', 'Queens')).stdout).not.toContain('directory.created');
    expect((await catalogue('--service', 'nova-compute', '--release', 'Stein')).stdout).toContain('directory.created');
    expect((await catalogue('--service', 'glance', '--kind', 'lport')).stdout).toBe('nothing fits all of these options\n');
  });

  it.each([
    ['--action', 'creat', '--action cannot be'],
    ['--release', 'Zedd', 'did you mean Zed?'],
    ['--service', 'nova-computer', 'did you mean nova-compute?'],
  ])('%s %s is turned down', async (option, value, says) => {
    const ran = await catalogue(option, value);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(says);
  });

  it('prints docs/releases.md', async () => {
    expect((await catalogue('--releases')).stdout).toMatch(/^# What each release shows\n/);
  });
});
