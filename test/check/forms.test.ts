import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkLogs } from '../../src/check/check.js';
import type { CheckReport, SourceReport } from '../../src/check/report.js';
import type { LogForm } from '../../src/model/form.js';
import { GOLDEN } from '../support/scenario.js';
import { asDevstack, asObjects, type PlainLog, plainLogs, wrappers } from '../support/wrap.js';

const dir = join(GOLDEN, 'create-succeeds-debug');
const logs = await plainLogs(dir, 'UTC');
const isPython = ({ service }: PlainLog): boolean => !/^(?:ovn-controller|ovs)/.test(service);
/** Cuts nothing, and wraps at once. */
const never = (below: number): number => below - 1;
const wrapped = (log: PlainLog, name: keyof typeof wrappers): string[] =>
  log.lines.flatMap((line) => wrappers[name](line, line.at + 3, never));

const check = (paths: readonly string[], options: Partial<CheckOptions> = {}): Promise<CheckReport> =>
  checkLogs({ paths, zone: 'America/New_York', env: {}, all: false, ...options });

/** Writes files, checks them and takes them away. */
async function checked(files: Readonly<Record<string, readonly string[]>>, options: Partial<CheckOptions> = {}): Promise<CheckReport> {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-check-'));
  try {
    for (const [name, lines] of Object.entries(files)) {
      writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
      // After all lines, and at no quarter of an hour: it says nothing of the zone.
      utimesSync(join(folder, name), new Date('2026-11-22T11:07:00Z'), new Date('2026-11-22T11:07:00Z'));
    }
    return await check(
      Object.keys(files).map((name) => join(folder, name)),
      options,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a log says of itself, whatever it is wrapped in. */
const told = ({ service, records, recognised, levels, depth, release, first, last, writings }: SourceReport) => ({
  service,
  records,
  recognised,
  levels,
  depth,
  release,
  first,
  last,
  writings,
});
const sorted = (sources: readonly SourceReport[]) => sources.map(told).sort((a, b) => (a.service < b.service ? -1 : 1));
const plain = await check([dir], { zone: 'UTC' });
const inFiles = (name: keyof typeof wrappers, of = logs) => Object.fromEntries(of.map((log) => [log.name, wrapped(log, name)]));

describe('a log says the same of itself', () => {
  it.each([
    ['cri', 'cri'],
    ['cri with an offset', 'cri'],
    ['docker', 'docker'],
    ['journal-json', 'journal-json'],
    ['syslog', 'syslog'],
    ['rfc5424', 'rfc5424'],
  ] as const)('wrapped by %s, and its zone is proven', async (name, form) => {
    const report = await checked(inFiles(name));

    expect(report.problems).toEqual([]);
    expect(report.notes.filter((note) => !note.startsWith('the host that wrote'))).toEqual([]);
    expect(sorted(report.sources)).toEqual(sorted(plain.sources));
    expect(new Set(report.sources.map((source) => source.form))).toEqual(new Set<LogForm>([form]));
    expect(new Set(report.sources.map(({ clock }) => clock.verdict))).toEqual(new Set(['utc']));
    expect(report.sources.find(({ service }) => service === 'nova-compute')?.zone).toBe('proven');
    expect(report.actions).toEqual(plain.actions);
    expect(report.releases).toEqual(plain.releases);
  });

  it('written as oslo.log has it in JSON', async () => {
    const report = await checked(Object.fromEntries(logs.filter(isPython).map((log) => [log.name, asObjects['oslo-json'](log)])));
    const compute = (of: CheckReport) => of.sources.find(({ service }) => service === 'nova-compute');

    expect(report.problems).toEqual([]);
    expect(compute(report)).toMatchObject({ form: 'oslo-json', zone: 'proven', depth: 'DEBUG', records: compute(plain)?.records });
  });

  it('in a journal that all services write to, by service; what others wrote is told of', async () => {
    const lines = logs.flatMap((log) =>
      log.lines.map((line) => ({ at: line.at, text: wrappers['journal-json'](line, line.at + 3, never) })),
    );
    lines.sort((a, b) => a.at - b.at);
    const sudo = wrappers['journal-json'](
      { text: 'session opened for user root', at: lines[9]!.at, service: 'sudo', host: 'vm' },
      lines[9]!.at,
      never,
    );
    const report = await checked({
      'journal.jsonl': [...lines.slice(0, 10).flatMap(({ text }) => text), ...sudo, ...lines.slice(10).flatMap(({ text }) => text)],
    });

    expect(report.problems).toEqual([]);
    expect(sorted(report.sources)).toEqual(sorted(plain.sources));
    expect(report.sources.find(({ service }) => service === 'nova-compute')).toMatchObject({
      host: 'vm',
      serviceFrom: 'its lines',
      hostFrom: 'its lines',
    });
    expect(report.notes).toEqual([expect.stringMatching(/journal\.jsonl also holds 1 line of sudo, of which nothing is read$/)]);
    expect(report.actions).toEqual(plain.actions);
  });

  it('in DevStack', async () => {
    const report = await checked(
      { 'syslog.log': logs.filter(isPython).flatMap((log) => asDevstack(log, (service) => service)) },
      { zone: 'UTC' },
    );

    expect(report.problems).toEqual([]);
    expect(report.sources.find(({ service }) => service === 'nova-compute')).toMatchObject({
      form: 'syslog',
      depth: 'DEBUG',
      writings: { 'oslo.log': expect.any(Number) },
    });
  });
});

describe('the zone', () => {
  it('of syslog without one is that of the host: a wrong one is found out, whatever the containers are in', async () => {
    const right = await checked(inFiles('syslog without a zone'), { zone: 'Asia/Seoul' });
    expect(right.problems).toEqual([]);
    expect(sorted(right.sources)).toEqual(sorted(plain.sources));

    const wrong = await checked(inFiles('syslog without a zone'), { zone: 'UTC' });
    expect(wrong.problems.map(({ about }) => about)).toEqual(['zone']);
    expect(wrong.problems[0]?.what).toMatch(/look like UTC\+9, but were read as UTC$/);
    expect(wrong.problems[0]?.remedy).toMatch(/^pass --timezone Asia\/Seoul/);
  });

  it('of a plain log is judged by one beside it whose times are proven', async () => {
    const [compute, conductor] = ['nova-compute', 'nova-conductor'].map((service) => logs.find((log) => log.service === service)!) as [
      PlainLog,
      PlainLog,
    ];
    const report = await checked({ [compute.name]: wrapped(compute, 'cri'), [conductor.name]: conductor.lines.map(({ text }) => text) });

    expect(report.problems[0]?.what).toBe('times of nova-conductor look like UTC, but were read as America/New_York');
    expect(report.problems[0]?.why[0]).toMatch(/by 1 request that nova-compute logged too$/);
  });
});

describe('--log-form', () => {
  it('says the form', async () => {
    const report = await checked(inFiles('cri'), { form: 'cri' });
    expect(report.problems).toEqual([]);
    expect(sorted(report.sources)).toEqual(sorted(plain.sources));
  });

  it('that the log is not in is called out', async () => {
    const report = await checked(
      { 'nova-compute@vm.log': ['2026-11-21 03:00:00.123 7 INFO nova.compute.manager [-] Hello'] },
      { form: 'docker' },
    );
    expect(report.problems[0]).toMatchObject({
      about: 'format',
      what: expect.stringMatching(/nova-compute@vm\.log is docker$/),
      why: ['1 line does not fit that form'],
    });
  });
});

it('a journal without any service that is read says whose lines it holds', async () => {
  const line = (service: string) => wrappers.rfc5424({ text: 'hello', at: 1_795_225_831_000, service, host: 'vm' }, 1_795_225_831_000);
  const report = await checked({ 'messages.log': [...line('sudo'), ...line('sshd'), ...line('sshd')] });
  expect(report.problems).toEqual([
    {
      about: 'unknown-service',
      what: expect.stringMatching(/^no line of .*messages\.log is from a service that novaspan reads$/),
      why: ['its lines are of sshd, sudo'],
      remedy: 'if one of these is a service of novaspan under another name, pass --service SERVICE',
    },
  ]);
});

it("users' messages count as recognised, and their phases are listed", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-check-'));
  try {
    const rules = join(folder, 'rules.yaml');
    writeFileSync(
      rules,
      [
        'messages:',
        '  - { kind: backup.agent.started, service: nova-compute, logger: acme.backup, says: "Backup agent begins", seen: "Backup agent begins" }',
        '  - { kind: backup.agent.done, service: nova-compute, logger: acme.backup, level: DEBUG, says: "Backup agent is done", seen: "Backup agent is done" }',
        'phases:',
        '  - { action: create, name: backup agent, service: nova-compute, from: backup.agent.started, to: backup.agent.done }',
      ].join('\n'),
    );
    const lines = [0, 1].map((n) => `2026-11-21 03:00:0${n}.123 7 INFO acme.backup [-] Backup agent begins`);
    const without = await checked({ 'nova-compute@vm.log': lines });
    expect(without.sources[0]).toMatchObject({ records: 2, recognised: 0 });

    const report = await checked({ 'nova-compute@vm.log': lines }, { rules: [rules] });
    expect(report.sources[0]).toMatchObject({ records: 2, recognised: 2 });
    const phase = report.actions.find(({ name }) => name === 'create')?.phases.find(({ name }) => name === 'backup agent');
    expect(phase).toMatchObject({ seen: 'needs-debug', needs: ['nova-compute'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
