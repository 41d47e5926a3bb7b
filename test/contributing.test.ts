import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, type Step, stepsOf } from './support/recipes.js';
import { isLong } from './support/size.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const steps = stepsOf(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
const recipes = ['message', 'phase', 'service', 'action', 'release', 'form'];

/** What a message, phase, service, action, release or form can break. `npm run test:fast` has them all, and more that none of them touches. */
const TESTS = ['test/{catalogue,cli,format/wrap,lifecycle,model,releases,telemetry,trace}/**/*.test.ts'];
const FILES = ['test/{architecture,docs,golden}.test.ts', 'test/config/markdown.test.ts'];

/** The files of a fresh clone, with what is not committed yet. */
const clone = async (folder: string): Promise<void> => {
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, maxBuffer: 1 << 26 });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file), { force: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
};

describe('CONTRIBUTING.md', () => {
  it('has steps for everything that can be added', () => {
    expect([...new Set(steps.map(({ recipe }) => recipe))]).toEqual(recipes);
  });

  it.each(steps.map((step) => [step.recipe, step.where, step.file, step] as const))(
    '%s: the place is there: %s, %s',
    (_recipe, where, file, step) => {
      const folder = mkdtempSync(join(tmpdir(), 'novaspan-step-'));
      try {
        if (where !== 'new file') {
          mkdirSync(dirname(join(folder, file)), { recursive: true });
          cpSync(join(ROOT, file), join(folder, file));
        }
        apply(folder, step);
        expect(readFileSync(join(folder, file), 'utf8')).toContain(step.text);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

/** What was shown of a failed command is the reason. */
const inClone = async (cwd: string, program: string, ...args: readonly string[]): Promise<string> => {
  // The tests in the copy are a run of their own, not of this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:NOVASPAN_|VITEST|NODE_ENV|npm_)/.test(name)));
  try {
    return (await run(program, [...args], { cwd, env, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
};
const npm = (cwd: string, script: string): Promise<string> => inClone(cwd, 'npm', 'run', '--silent', script);

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

describe.runIf(isLong)('what is added by the letter of CONTRIBUTING.md, in a fresh clone', () => {
  let folder: string;
  const follow = (recipe: string): void => {
    for (const step of steps.filter((each: Step) => each.recipe === recipe)) apply(folder, step);
  };
  /** The tests that fail now; a file that cannot be loaded is one of them. */
  const red = async (): Promise<string[]> => {
    const report = join(folder, 'report.json');
    const files = globSync([...TESTS, ...FILES], { cwd: folder });
    const reporters = ['--reporter=json', `--outputFile=${report}`];
    const vitest = join(folder, 'node_modules/.bin/vitest');
    const said = await inClone(folder, vitest, 'run', ...reporters, ...files).catch((error: Error) => error.message);
    expect(existsSync(report), said).toBe(true);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    rmSync(report);
    expect(testResults.length).toBeGreaterThan(40);
    return testResults.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((each) => each.status === 'failed').map(({ fullName }) => `${name}: ${fullName}`);
      return failed.length === 0 && status === 'failed' ? [`${name}: ${message}`] : failed;
    });
  };
  const novaspan = async (...args: readonly string[]): Promise<string> =>
    (await run(process.execPath, ['dist/cli/main.js', ...args], { cwd: folder, maxBuffer: 1 << 26 })).stdout;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'novaspan-clone-'));
    await clone(folder);
    await npm(folder, 'build');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('a message makes at most two tests red, and none after regen', async () => {
    follow('message');
    const before = await red();
    expect(before.length, before.join('\n')).toBeLessThanOrEqual(2);
    await npm(folder, 'regen');
    expect(await red()).toEqual([]);
    const line =
      '2026-11-21 01:50:35.742 7999 DEBUG nova.virt.hardware [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] ' +
      'Build topologies for 1 vcpu(s) 1:1:1 _get_possible_cpu_topologies /usr/lib/python3/dist-packages/nova/virt/hardware.py:466';
    // No action uses it yet, which explain says with its exit code.
    await expect(novaspan('explain', '--service', 'nova-compute', '--timezone', 'UTC', line)).rejects.toMatchObject({
      code: 65,
      stdout: expect.stringContaining('cpu.topologies.sought'),
    });
    expect(readFileSync(join(folder, 'docs/catalogue.md'), 'utf8')).toContain('cpu.topologies.sorted');
  });

  it('a phase, a service, an action, a release and a form work, and nothing is red after regen', async () => {
    for (const recipe of recipes.slice(1)) follow(recipe);
    await npm(folder, 'format');
    await npm(folder, 'regen');
    await npm(folder, 'types');
    expect(await red()).toEqual([]);

    expect(await novaspan('explain', 'cpu topology')).toContain('sockets, cores and threads');
    const boot = 'test/golden/create-succeeds-debug';
    const REQUEST = 'None req-5678fc57-4d2e-486d-95b7-7deb6d508747';
    const CALLED = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747 req-6bb19421-018b-4785-876d-48a3509c74c1';
    const who = 'e0344a94f86c4079bd457335f9e44ee0 4ffd406b476c40ac99ad03adedfc02e9 - - default default';
    const volumes = 'http://192.0.2.10/volume/v3/4ffd406b476c40ac99ad03adedfc02e9';
    appendFileSync(
      join(folder, boot, 'cinder-api@vm.log'),
      `2026-11-21 01:50:33.100 12 INFO cinder.api.openstack.wsgi [${CALLED} ${who}] POST ${volumes}/attachments\n` +
        `2026-11-21 01:50:33.400 12 INFO cinder.api.openstack.wsgi [${CALLED} ${who}] ${volumes}/attachments returned with HTTP 200\n`,
    );
    const spans = await novaspan('replay', '--timezone', 'UTC', '--format', 'text', boot);
    expect(spans).toMatch(/cpu topology/);
    expect(spans).toMatch(/attachment create/);

    // The action, in logs of the form.
    const swaps = join(folder, 'swaps');
    mkdirSync(swaps);
    const head = (at: string, level: string): string =>
      `cmp1|nova-compute|2026-11-21 02:00:${at} 7 ${level} nova.compute.manager [${REQUEST} ${who}] ` +
      '[instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] ';
    writeFileSync(
      join(swaps, 'piped.log'),
      `${head('01.000', 'INFO')}Swapping volume 8abf8e29-e581-4a1b-ac11-0feb20d8dba9 for 1e0e6ed9-67fd-4b64-98d6-7bde4f6f4fa0\n` +
        `${head('04.000', 'DEBUG')}swap_volume: Cinder migrate_volume_completion returned: {} _swap_volume /usr/lib/python3/x.py:1\n`,
    );
    expect(await novaspan('replay', '--timezone', 'UTC', '--format', 'text', swaps)).toMatch(/swap_volume/);
    expect(readFileSync(join(folder, 'docs/releases.md'), 'utf8')).toContain('2027.1');
  });
});
