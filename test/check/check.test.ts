import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkLogs } from '../../src/check/check.js';
import { readLog } from '../../src/check/read.js';
import type { CheckReport } from '../../src/check/report.js';
import { createZone } from '../../src/format/zone.js';
import { OperatorError } from '../../src/model/errors.js';
import { GOLDEN } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const folder = temporaryFolder();
const golden = (name: string): string => join(GOLDEN, name);
const check = (paths: readonly string[], options: Partial<CheckOptions> = {}): Promise<CheckReport> =>
  checkLogs({ paths, zone: 'UTC', env: {}, all: false, ...options });
const about = ({ problems }: CheckReport): string[] => problems.map((problem) => problem.about);
const source = (report: CheckReport, service: string) => report.sources.find((each) => each.service === service);

/** Copies the logs of a golden whose names fit. */
function copied(name: string, wanted: RegExp): string {
  mkdirSync(folder('logs'), { recursive: true });
  for (const file of readdirSync(golden(name)).filter((each) => wanted.test(each)))
    copyFileSync(join(golden(name), file), folder('logs', file));
  return folder('logs');
}

describe('the zone', () => {
  const seoul = golden('rebuild-succeeds-seoul-zone-info');

  it('that is wrong is called out, with the one that is right for each service', async () => {
    const report = await check([seoul]);

    expect(about(report)).toEqual(['zone']);
    expect(report.exitCode).toBe(65);
    const [{ what, why, remedy }] = report.problems as [CheckReport['problems'][0]];
    expect(what).toMatch(/^times of .*neutron-server, nova-api, nova-compute.* look like UTC\+9, but were read as UTC$/);
    expect(why.join('\n')).toMatch(
      /nova-compute on vm is 9 h ahead, by \d+ events that ovn-controller and ovs-vswitchd logged too, in UTC/,
    );
    expect(remedy).toMatch(/^pass --timezone Asia\/Seoul,glance=UTC,placement=UTC \(or another zone that was at UTC\+9 then/);
    expect(source(report, 'nova-compute')?.clock).toMatchObject({ verdict: 'off', offsetMinutes: 540 });
    expect(source(report, 'placement')?.clock).toMatchObject({ verdict: 'agrees', offsetMinutes: 0 });
    expect(source(report, 'ovs-vswitchd')?.clock.verdict).toBe('utc');
  });

  it('that was named as wanted is right', async () => {
    const report = await check([seoul], { zone: 'Asia/Seoul,placement=UTC,glance=UTC' });

    expect(report.problems).toEqual([]);
    expect(report.exitCode).toBe(0);
    for (const { clock } of report.sources) expect(['agrees', 'utc']).toContain(clock.verdict);
  });

  it('that one zone for all gets wrong for some is wrong for those only', async () => {
    const report = await check([seoul], { zone: 'Asia/Seoul' });

    expect(report.problems[0]?.what).toBe('times of glance, placement look like UTC, but were read as Asia/Seoul');
    expect(report.problems[0]?.remedy).toMatch(/^pass --timezone Asia\/Seoul,glance=UTC,placement=UTC/);
  });

  it('of a lone log is not known, which is said', async () => {
    const logs = copied('rebuild-succeeds-seoul-zone-info', /^nova-compute/);
    utimesSync(folder('logs', 'nova-compute@vm.log'), 0, 0);
    const report = await check([logs]);

    expect(report.problems).toEqual([]);
    expect(source(report, 'nova-compute')?.clock.verdict).toBe('unknown');
    expect(report.notes.join('\n')).toMatch(/the times of nova-compute were read as UTC, and nothing in these logs confirms it/);
  });
});

describe('what is seen', () => {
  const action = (report: CheckReport, name: string) => report.actions.find((each) => each.name === name)!;
  const seen = (report: CheckReport, name: string): string[] =>
    action(report, name)
      .phases.filter((phase) => phase.seen === 'whole')
      .map((phase) => phase.name);

  it('at INFO is less than at DEBUG, and DEBUG of nova-compute is the first thing to change', async () => {
    const info = await check([golden('create-succeeds-info')]);
    const debug = await check([golden('create-succeeds-debug')]);

    expect(source(info, 'nova-compute')?.depth).toBe('INFO');
    expect(source(debug, 'nova-compute')?.depth).toBe('DEBUG');
    expect(seen(info, 'create')).toContain('spawn');
    expect(seen(info, 'create')).not.toContain('network allocate');
    expect(seen(debug, 'create')).toEqual(expect.arrayContaining(['spawn', 'network allocate', 'flow install']));
    const hidden = info.actions.filter(({ shown }) => !shown);
    expect(hidden.length).toBeGreaterThan(0);
    for (const { name, needs } of hidden) {
      expect(needs).toBe('DEBUG of nova-compute');
      expect(action(debug, name).shown).toBe(true);
    }

    const [first] = info.advice;
    expect(first?.what).toBe('set nova-compute to log at DEBUG');
    expect(first?.how[0]).toBe('nova.conf on the compute hosts: [DEFAULT] debug = True');
    expect(first?.how[1]).toMatch(/default_log_levels = amqp=WARN,.*,nova\.compute\.manager=DEBUG,.*oslo_concurrency\.lockutils=DEBUG$/);
    expect(first?.actions).toEqual(hidden.map(({ name }) => name));
    expect(debug.advice.map(({ what }) => what)).not.toContain('set nova-compute to log at DEBUG');
  });

  it('without the controllers is what compute hosts log, and the missing logs are asked for', async () => {
    const report = await check([copied('create-succeeds-debug', /^(?:nova-compute|ov)/)]);

    expect(report.exitCode).toBe(0);
    expect(seen(report, 'create')).toContain('flow install');
    const phases = new Map(action(report, 'create').phases.map((phase) => [phase.name, phase]));
    expect(phases.get('port status up')).toMatchObject({ seen: 'no-log', needs: expect.arrayContaining(['neutron-server']) });
    expect(phases.get('api request')).toMatchObject({ seen: 'no-log', needs: ['nova-api'] });
    expect(report.advice.map(({ what }) => what).join('\n')).toMatch(/add the log of neutron-server/);
  });

  it('without nova-compute is no action, which is a problem but for the sidecar of a controller', async () => {
    const logs = copied('create-succeeds-info', /^(?:nova-api|neutron-server|ovn)/);
    const report = await check([logs]);
    expect(about(report)).toEqual(['no-compute']);
    expect(report.exitCode).toBe(65);
    expect(report.actions.filter(({ shown }) => shown)).toEqual([]);

    writeFileSync(folder('novaspan.yaml'), `timezone: UTC\nlogs:\n  - path: ${logs}\n`);
    const configured = await check([], { config: folder('novaspan.yaml') });
    expect(configured.problems).toEqual([]);
    expect(configured.notes.join('\n')).toMatch(/^no log of nova-compute/);
  });
});

describe('a release', () => {
  it.each([
    ['create-succeeds-info', 'Zed to 2025.1', 'OVN 22.09 or later'],
    ['create-succeeds-epoxy-debug', '2023.1 to 2026.1', 'OVN 22.09 or later'],
    ['seed-boot-ovn-ussuri', 'Ussuri to Yoga', undefined],
    ['seed-rebuild-newton', 'Train or before', undefined],
  ])('of %s is told by its lines', async (name, openstack, ovn) => {
    const { releases } = await check([golden(name)]);
    expect(releases.find(({ family }) => family === 'openstack')).toMatchObject({ says: openstack, evidence: expect.any(Array) });
    expect(releases.find(({ family }) => family === 'ovn')?.says).toBe(ovn);
  });
});

describe('what is wrong', () => {
  it('a path that is not there, and what can be read beside it', async () => {
    const report = await check([folder('nothing.log'), golden('create-succeeds-info')]);

    expect(report.problems).toEqual([
      {
        about: 'unreadable',
        what: `not there: ${folder('nothing.log')}`,
        why: ['there is no such file or folder on this machine'],
        remedy: expect.stringMatching(/^give the path where this machine has its logs/),
      },
    ]);
    expect(report.exitCode).toBe(66);
    expect(report.sources.length).toBeGreaterThan(5);
  });

  it('folders that hold no log, and what belongs there', async () => {
    mkdirSync(folder('nova'));
    writeFileSync(folder('nova', 'README.md'), 'x');
    const report = await check([folder('nova'), folder('logs', '*.log'), folder('ovn')]);

    expect(report.problems.map(({ what }) => what)).toEqual([
      `not there: ${folder('ovn')} (is ovn-controller on this host?)`,
      `no log in ${folder('nova')} (is nova-compute on this host?), ${folder('logs', '*.log')}`,
    ]);
    expect(report.problems[1]?.remedy).toMatch(/name the folder that holds the logs, or a file by its path/);
    expect(report.exitCode).toBe(66);
  });

  it('a log that is packed in a way that cannot be undone', async () => {
    writeFileSync(folder('nova-compute.log'), Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]));
    const report = await check([folder('nova-compute.log')]);

    expect(about(report)).toEqual(['unreadable']);
    expect(report.problems[0]?.what).toMatch(/packed with 7-Zip, which novaspan does not unpack/);
  });

  it('unparsed_lines', async () => {
    writeFileSync(folder('nova-compute.log'), 'one\ntwo\nthree\n');
    const report = await check([folder('nova-compute.log')]);

    expect(report.problems[0]).toMatchObject({
      about: 'format',
      what: `no line of ${folder('nova-compute.log')} can be read`,
      why: ['3 lines, none in a known form', 'no line of it holds a date and a time'],
    });
    expect(source(report, 'nova-compute')).toMatchObject({ lines: 3, records: 0, garbage: 3, depth: undefined });
    expect(report.exitCode).toBe(65);
  });

  it('a log under the name of another service, which is named', async () => {
    copyFileSync(join(golden('create-succeeds-info'), 'nova-compute@vm.log'), folder('nova-api.log'));
    copyFileSync(join(golden('create-succeeds-info'), 'ovn-controller@vm.log'), folder('neutron-server.log'));
    const report = await check([folder('nova-api.log'), folder('neutron-server.log')]);

    expect(report.problems.map(({ what, remedy }) => [what.replace(folder(), ''), remedy])).toEqual([
      ['/neutron-server.log is not written as neutron-server writes', 'name the service that wrote it: --service ovn-controller'],
      [
        `nothing in ${folder('nova-api.log')} is recognised`.replace(folder(), ''),
        'name the service that wrote it: --service nova-compute',
      ],
      ['there is no log of nova-compute', 'add the nova-compute log of each host whose actions you want to see'],
    ]);
  });

  it('a log whose name tells no service is read as that which its lines tell', async () => {
    copyFileSync(join(golden('create-succeeds-info'), 'nova-compute@vm.log'), folder('compute-host-3.txt'));
    const report = await check([folder('compute-host-3.txt')]);
    expect(report.sources[0]).toMatchObject({ service: 'nova-compute' });

    const named = await check([folder('compute-host-3.txt')], { service: 'nova-compute', host: 'cmp3' });
    expect(named.problems).toEqual([]);
    expect(named.sources[0]).toMatchObject({
      service: 'nova-compute',
      host: 'cmp3',
      serviceFrom: 'what was given',
      hostFrom: 'what was given',
    });
  });

  it('logs of which nothing is recognised; but not one quiet log among others', async () => {
    const line = (n: number) =>
      `2026-11-21 03:00:${String(n).padStart(2, '0')}.000 7 DEBUG oslo_service.periodic_task [-] Running periodic task X._y\n`;
    writeFileSync(folder('nova-compute.log'), Array.from({ length: 30 }, (_, n) => line(n)).join(''));
    const alone = await check([folder('nova-compute.log')]);
    expect(alone.problems.map(({ what }) => what)).toEqual(['nothing in these logs is recognised']);
    expect(alone.exitCode).toBe(65);

    const lock = (n: number) =>
      line(n).replace(/oslo_service.*/, 'oslo_concurrency.lockutils [-] Acquired lock "compute-rpcapi-router" lock /x.py:8');
    writeFileSync(folder('nova-scheduler.log'), Array.from({ length: 30 }, (_, n) => line(n) + lock(n)).join(''));
    expect((await check([folder('nova-scheduler.log'), golden('create-succeeds-info')])).problems).toEqual([]);
  });

  it('standard input, which cannot be read twice', async () => {
    await expect(check(['-'])).rejects.toThrow(OperatorError);
  });
});

describe('a configuration', () => {
  it('that is broken is told with all its faults at once', async () => {
    writeFileSync(
      folder('novaspan.yaml'),
      'logs:\n  - path: x.log\n    timezone: Asia/Sol\notlp: { endpoint: ftp://x }\npolInterval: 3s\n',
    );
    const error = await check([], { config: folder('novaspan.yaml') }).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 78 });
    expect((error as Error).message).toMatch(/polInterval[\s\S]*endpoint[\s\S]*timezone/);
  });

  it('that serves compute hosts and controllers is right where some of its folders are not there', async () => {
    const file = folder('novaspan.yaml');
    const listing = (...paths: string[]): string => `timezone: UTC\nlogs:\n${paths.map((path) => `  - path: ${path}\n`).join('')}`;
    mkdirSync(folder('glance'));
    writeFileSync(file, listing(golden('create-succeeds-info'), folder('placement'), folder('glance')));
    const some = await check([], { config: file });
    expect([some.problems, some.exitCode]).toEqual([[], 0]);
    expect(some.notes).toContain(`not there: ${folder('placement')} (is placement on this host?); tail looks for them at every poll`);
    expect(some.notes).toContain(`folder without a log: ${folder('glance')} (is glance on this host?); tail looks for them at every poll`);

    writeFileSync(file, listing(folder('nova'), folder('ovn')));
    const none = await check([], { config: file });
    expect(none.problems.map(({ what }) => what)).toEqual([
      `not there: ${folder('nova')} (is nova-compute on this host?), ${folder('ovn')} (is ovn-controller on this host?)`,
    ]);
    expect(none.problems[0]?.remedy).toContain(`in ${file}; or wait until they log`);
    expect(none.exitCode).toBe(66);
  });

  it('names the logs that it would follow, in the zones that it gives them', async () => {
    const logs = golden('rebuild-succeeds-seoul-zone-info');
    writeFileSync(
      folder('novaspan.yaml'),
      `timezone: Asia/Seoul\nlogs:\n  - { path: ${logs}/placement-api@vm.log, timezone: UTC }\n  - { path: ${logs}/glance-api@vm.log, timezone: UTC }\n  - { path: ${logs} }\n`,
    );
    const report = await check([], { config: folder('novaspan.yaml') });

    expect(report.problems).toEqual([]);
    expect(report.sources.map(({ service }) => service).filter((service) => service === 'placement')).toHaveLength(1);
    expect(source(report, 'placement')?.zone).toBe('UTC');
    expect(source(report, 'nova-compute')?.zone).toBe('Asia/Seoul');
  });

  it('with a wrong zone is wrong, and says what to write in it', async () => {
    const file = folder('novaspan.yaml');
    writeFileSync(
      file,
      `timezone: Europe/Berlin\nlogs:\n  - path: ${golden('create-succeeds-info')}\n  - path: ${folder('gone.log')}\n    service: nova-compute\n`,
    );
    const report = await check([], { config: file });

    expect(about(report)).toEqual(['zone']);
    expect(report.notes.join('\n')).toContain(`not there: ${folder('gone.log')}; tail looks for them at every poll`);
    expect(report.problems[0]?.remedy).toBe(`set \`timezone: UTC\` in ${file}`);
    expect(report.exitCode).toBe(78);

    writeFileSync(file, `timezone: Europe/Berlin\nlogs:\n  - path: ${golden('create-succeeds-info')}\n`);
    expect((await check([], { config: file })).exitCode).toBe(78);
  });
});

describe('logs that other programs send', () => {
  const configured = (): string => {
    writeFileSync(
      folder('novaspan.yaml'),
      `timezone: UTC\nstateDir: ${folder('state')}\nreceive: { listen: 127.0.0.1:4319, timezones: { vm7: Asia/Seoul } }\n`,
    );
    return folder('novaspan.yaml');
  };

  it('are no fault while none has come', async () => {
    const report = await check([], { config: configured() });

    expect([report.problems, report.exitCode]).toEqual([[], 0]);
    expect(report.notes.join('\n')).toMatch(/^logs are received by OTLP on 127.0.0.1:4319.*\nno log has been received yet/);
  });

  it('are read where they are kept, each in the zone of its host', async () => {
    const config = configured();
    for (const [host, log] of [
      ['vm', join(golden('create-succeeds-info'), 'nova-compute@vm.log')],
      ['vm7', join(golden('rebuild-succeeds-seoul-zone-info'), 'nova-compute@vm.log')],
    ] as const) {
      mkdirSync(folder('state', 'received', host, 'nova-compute.log-01234567'), { recursive: true });
      copyFileSync(log, folder('state', 'received', host, 'nova-compute.log-01234567', `nova-compute@${host}.log`));
    }
    const report = await check([], { config });

    expect(report.problems).toEqual([]);
    expect(report.sources.map(({ service, host, zone }) => `${service}@${host} ${zone}`)).toEqual([
      'nova-compute@vm7 Asia/Seoul',
      'nova-compute@vm UTC',
    ]);
  });
});

describe('reading', () => {
  const text = readFileSync(join(golden('create-succeeds-debug'), 'nova-compute@vm.log'), 'utf8');
  const read = async (parts: readonly string[], limit: number) => {
    const zone = () => createZone('UTC');
    const asked = { service: undefined, host: undefined, form: undefined, isNamed: true, anyHost: 'vm', zone, catalogue: undefined, limit };
    const { surveys, ...rest } = (await readLog({ path: folder('nova-compute.log'), parts }, asked))!;
    return { ...rest, survey: surveys[0]! };
  };

  it('takes rotated and gzipped parts together', async () => {
    const lines = text.split('\n');
    const half = lines.findIndex((line, i) => i > lines.length / 2 && line.startsWith('2026'));
    writeFileSync(folder('nova-compute.log.1.gz'), gzipSync(`${lines.slice(0, half).join('\n')}\n`));
    writeFileSync(folder('nova-compute.log'), lines.slice(half).join('\n'));
    const report = await check([folder()]);
    const whole = await check([golden('create-succeeds-debug')]);

    expect(source(report, 'nova-compute')).toMatchObject({
      parts: [folder('nova-compute.log.1.gz')],
      records: source(whole, 'nova-compute')?.records,
      recognised: source(whole, 'nova-compute')?.recognised,
      first: source(whole, 'nova-compute')?.first,
      last: source(whole, 'nova-compute')?.last,
    });
  });

  it('is of the end only where a log is long, and yet tells its first time', async () => {
    writeFileSync(folder('nova-compute.log'), text);
    const all = await read([folder('nova-compute.log')], Number.POSITIVE_INFINITY);
    const end = await read([folder('nova-compute.log')], 10_000);

    expect(end.readBytes).toBe(10_000);
    expect(end.survey.records).toBeGreaterThan(3);
    expect(end.survey.records).toBeLessThan(all.survey.records);
    expect(end.survey.first).toBe(all.survey.first);
    expect(end.survey.last).toBe(all.survey.last);
    expect(end.survey.garbage).toBe(0);
  });

  it('counts the lines of a traceback with the record that they belong to', async () => {
    writeFileSync(
      folder('nova-compute.log'),
      [
        '2026-11-21 03:00:00.123 7 ERROR nova.compute.manager [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - - d d] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Instance failed to spawn: nova.exception.X: y',
        '2026-11-21 03:00:00.123 7 ERROR nova.compute.manager [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Traceback (most recent call last):',
        '2026-11-21 03:00:00.123 7 ERROR nova.compute.manager [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38]   File "x.py", line 3, in y',
        '',
      ].join('\n'),
    );
    const { survey } = await read([folder('nova-compute.log')], Number.POSITIVE_INFINITY);
    expect([survey.lines, survey.records, survey.recognised]).toEqual([3, 1, 1]);
  });
});

it('unrecognised messages are counted by shape, and hold no values', async () => {
  copyFileSync(join(golden('create-succeeds-info'), 'nova-compute@vm.log'), folder('nova-compute.log'));
  for (const [n, secret] of ['hunter2', 'hunter3'].entries()) {
    appendFileSync(
      folder('nova-compute.log'),
      `2026-11-21 03:00:0${n}.000 7 INFO nova.compute.manager [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 u p - - d d] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Frobnicated ${n} times with password=${secret}\n`,
    );
  }
  const { unrecognised } = await check([folder('nova-compute.log')]);

  expect(unrecognised).toContainEqual({
    service: 'nova-compute',
    logger: 'nova.compute.manager',
    shape: 'Frobnicated <n> times with password=***',
    level: 'INFO',
    count: 2,
    withInstance: 2,
  });
  expect(JSON.stringify(unrecognised)).not.toMatch(/hunter|b8acd14b/);
});
