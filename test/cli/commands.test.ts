import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { demoIn } from '../../src/cli/demo.js';
import { nearest } from '../../src/cli/nearest.js';
import { createTally } from '../../src/cli/tally.js';
import { counterNames } from '../../src/model/counters.js';
import { boot, failed, fragment, INSTANCE, REQUEST } from '../export/terminal/traces.js';
import { novaspan } from './surroundings.js';

describe('novaspan', () => {
  it.each([
    [['--version'], 0],
    [['help'], 0],
    [['--help'], 0],
    [[], 64],
    [['repaly'], 64],
    [['--verbose'], 64],
    [['help', 'nothing'], 64],
  ])('%j exits with %i', async (argv, code) => {
    expect((await novaspan(argv)).code).toBe(code);
  });

  it('suggests the command that was meant', async () => {
    expect((await novaspan(['repaly', 'x'])).stderr).toMatchInlineSnapshot(`
      "novaspan: USAGE: there is no command 'repaly'
        to do  did you mean replay? commands: demo, replay, compare, report, view, tail, resend, explain, check, excerpt, trace-id, catalogue, completion, help, version
      "
    `);
  });

  it('lists its commands', async () => {
    expect((await novaspan(['help'])).stdout).toMatchInlineSnapshot(`
      "novaspan turns the logs that OpenStack and OVN already write into OpenTelemetry
      traces: one per instance action, with a span for each phase on each service.

      Usage: novaspan COMMAND [OPTION]... [OPERAND]...

        demo        show what novaspan makes of logs recorded on a real cloud
        replay      read logs that are already there, and show their actions
        compare     compare two sets of logs, periods, hosts or releases phase by
                    phase
        report      sum up logs: where actions spend their time, the slowest and why,
                    failures by cause
        view        read logs that are already there, and show their actions as a
                    local web page
        tail        follow the logs of this host and export each finished action (the
                    sidecar)
        resend      send the traces of the dead-letter folder again
        explain     show how one log line is read, or what a phase is
        check       check whether logs can be read, what they show, and how to see
                    more
        excerpt     copy the log lines of one action into a folder, scrubbed, to show
                    them to others
        trace-id    print the trace id of an action, from its instance and request ids
        catalogue   list every message and every phase that novaspan knows
        completion  print the completion script of a shell
        help        show help for all commands, or for one
        version     print the version

      First steps:
        novaspan demo                    see what it does, on logs that come with it
        novaspan check /var/log/nova     whether your logs will do, and what to change
        novaspan replay /var/log/nova    the same on yours; nothing is sent anywhere

      \`novaspan help COMMAND\` shows a command's options; \`novaspan --version\` the version.
      "
    `);
  });

  it.each(commands.map(({ name }) => name))('documents every option of %s', async (name) => {
    const command = await commands.find((one) => one.name === name)!.load();
    const { code, stdout } = await novaspan(['help', name]);

    expect(code).toBe(0);
    for (const [option, { about }] of Object.entries(command.options)) {
      expect(stdout).toContain(`--${option}`);
      expect(about.length).toBeGreaterThan(8);
    }
    expect(command.examples.length).toBeGreaterThan(0);
    expect((await novaspan([name, '--help'])).stdout).toBe(stdout);
    expect((await novaspan(['--help', name])).stdout).toBe(stdout);
    const tooWide = stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  '));
    expect(tooWide).toEqual([]);
  });

  it('docs/commands.md says what the commands say (vitest -u rewrites it)', async () => {
    const { stdout } = await novaspan(['help', '--markdown']);

    await expect(stdout).toMatchFileSnapshot('../../docs/commands.md');
  });

  it('docs/metrics.md says what the tables of metrics say (vitest -u rewrites it)', async () => {
    const { stdout } = await novaspan(['help', '--metrics']);

    await expect(stdout).toMatchFileSnapshot('../../docs/metrics.md');
  });

  it('owns up to its own faults', async () => {
    const ran = await novaspan(['catalogue'], {
      engine: { catalogue: () => Promise.reject(new TypeError('x is not a function')) },
    });

    expect(ran.code).toBe(70);
    expect(ran.stderr).toMatch(/^novaspan: INTERNAL: x is not a function\n {2}why .*a fault of novaspan itself/);
    expect(ran.stderr).toContain('to do  report it');
  });
});

describe('trace-id', () => {
  it('follows the published recipe', async () => {
    expect((await novaspan(['trace-id', INSTANCE, REQUEST])).stdout).toMatchInlineSnapshot(`
      "trace id                22e3269d157231679e45640f90a4bdf3
      root span id            24303742b262263a
      network-ready trace id  aa66819c5146fbec940ce11b4ed3b8f8
      "
    `);
  });

  it('takes ids in capitals, and epoch milliseconds for a request', async () => {
    expect((await novaspan(['trace-id', INSTANCE.toUpperCase(), REQUEST])).stdout).toBe(
      (await novaspan(['trace-id', INSTANCE, REQUEST])).stdout,
    );
    expect((await novaspan(['trace-id', INSTANCE, '@1795225831668'])).code).toBe(0);
  });

  it.each([
    [[INSTANCE], 'trace-id needs INSTANCE REQUEST'],
    [[INSTANCE, REQUEST, 'x'], "was also given 'x'"],
    [['web-1', REQUEST], "'web-1' is not an instance id"],
    [[INSTANCE, INSTANCE], 'is not a request id'],
    [[INSTANCE, '@yesterday'], 'is not a request id'],
    [[REQUEST, INSTANCE], 'wrong order'],
  ])('refuses %j', async (ids, says) => {
    const ran = await novaspan(['trace-id', ...ids]);

    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(says);
  });
});

describe('explain', () => {
  it('shows the stages', async () => {
    const ran = await novaspan(['explain', '--service', 'nova-compute', '--timezone', 'UTC', 'a line']);

    expect(ran).toMatchObject({ code: 0, stdout: 'service  nova-compute\nline     a line\nzone     UTC\n' });
  });

  it('says what a phase is, where one is named', async () => {
    expect(await novaspan(['explain', 'spawn'])).toMatchObject({ code: 0, stdout: 'phase  spawn\n' });
  });

  it('puts a line together again that was not quoted', async () => {
    expect((await novaspan(['explain', 'a', 'line'])).stdout).toContain('line     a line\n');
  });

  it('reads lines from stdin, and fails when one is not understood', async () => {
    const ran = await novaspan(['explain', '-'], { stdin: 'first\r\n\nnonsense\n' });

    expect(ran.code).toBe(65);
    expect(ran.stdout.match(/^line .*$/gm)).toEqual(['line     first', 'line     nonsense']);
  });
});

describe('tail', () => {
  it('hands over what the command line says, and only that', async () => {
    const { tailed, code } = await novaspan(['tail', '-c', 'n.yaml', '--endpoint', 'http://x:4318', '--backfill', '/var/log/nova']);

    expect(code).toBe(0);
    expect(tailed).toEqual([{ config: 'n.yaml', paths: ['/var/log/nova'], flags: { endpoint: 'http://x:4318', backfill: 'true' } }]);
  });

  it('refuses a zone that does not exist', async () => {
    expect(await novaspan(['tail', '--timezone', 'Mars'])).toMatchObject({ code: 64, tailed: [] });
  });

  it('refuses a zone that is to be learnt, says why and what to do', async () => {
    const { code, stderr, tailed } = await novaspan(['tail', '--timezone', 'auto', 'x.log']);
    expect({ code, tailed }).toEqual({ code: 64, tailed: [] });
    expect(stderr).toMatch(/cannot be auto for tail: .*summer time[\s\S]*run `novaspan check`/);
  });
});

it('catalogue prints what the tables give', async () => {
  expect((await novaspan(['catalogue', '--markdown'])).stdout).toBe('# The message catalogue\n');
  const messages = [
    {
      services: ['ovn-controller'],
      messages: { 'lport.claimed': { logger: 'binding', level: 'INFO', says: ['Claiming lport {port:uuid} for this chassis.'], seen: [] } },
    },
  ] as const;
  const ran = await novaspan(['catalogue'], {
    engine: { catalogue: async () => ({ messages, actions: [], markdown: '', pages: { releases: '', actions: '', phases: '' } }) },
  });
  expect(ran.stdout).toBe('messages of ovn-controller\n  lport.claimed  INFO         Claiming lport {port:uuid} for this chassis.\n');
});

describe('demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-demo-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (scenario: string, files: Record<string, string>) => {
    mkdirSync(join(folder, scenario));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, scenario, name), text);
  };
  write('boot', { 'README.md': '# A boot\n\nmore', 'nova-compute@vm.log': '', 'nova-compute@vm.log.1': '', 'truth.json': '' });
  write('seoul', { 'README.md': '# In Seoul\n', zone: 'Asia/Seoul\n', 'nova-compute@vm.log': '' });

  it('replays each scenario, with a table first where there are many actions, and says what next', async () => {
    const asked: { paths: readonly string[]; zone: string }[] = [];
    const engine = {
      async *replay({ paths, zone }: { paths: readonly string[]; zone: string }) {
        asked.push({ paths, zone });
        if (zone === 'UTC') yield boot;
        else yield* [boot, failed, boot, fragment];
      },
    };
    const ran = await run(folder, [], engine);

    expect(asked).toEqual([
      { paths: ['nova-compute@vm.log', 'nova-compute@vm.log.1'].map((name) => join(folder, 'boot', name)), zone: 'UTC' },
      { paths: [join(folder, 'seoul', 'nova-compute@vm.log')], zone: 'Asia/Seoul' },
    ]);
    expect(ran.match(/^(== .*|slowest|start \(UTC\)| {2}create \w+|part of an action|Next|As a sidecar)/gm)).toEqual([
      '== A boot ==',
      '  create succeeded',
      '== In Seoul ==',
      'slowest',
      'start (UTC)',
      '  create succeeded',
      '  create failed',
      '  create succeeded',
      'part of an action',
      'Next',
      'As a sidecar',
    ]);
  });

  it('lists and chooses scenarios', async () => {
    expect(await run(folder, ['--list'], {})).toBe('boot   A boot\nseoul  In Seoul\n');
    await expect(run(folder, ['bot'], {})).rejects.toMatchObject({ remedy: 'did you mean boot? there are: boot, seoul' });
  });

  it('finds what its list names elsewhere in the package', async () => {
    const at = join(folder, 'package/demo');
    mkdirSync(join(at, '../golden/boot'), { recursive: true });
    mkdirSync(at);
    writeFileSync(join(at, 'scenarios.json'), JSON.stringify([{ title: 'Wire to wire', path: 'golden/boot' }]));

    expect(await run(at, ['--list'], {})).toBe('boot  Wire to wire\n');
  });

  it('says what to do when its logs are not there', async () => {
    await expect(run('/nowhere', [], {})).rejects.toMatchObject({
      exitCode: 66,
      remedy: 'install novaspan again: its package holds them in the folder demo',
    });
  });

  async function run(at: string, argv: string[], engine: object): Promise<string> {
    let text = '';
    const stdout = {
      write(chunk: string) {
        text += chunk;
        return true;
      },
    };
    const io = { stdout, engine, env: {}, isTTY: { stdout: false }, columns: 100, signal: new AbortController().signal };
    await demoIn(() => at).execute(argv, io as unknown as Io);
    return text;
  }
});

describe('nearest', () => {
  it.each([
    ['repaly', 'replay'],
    ['expl', 'explain'],
    ['TAIL', 'tail'],
    ['xyzzy', undefined],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['replay', 'explain', 'tail'])).toBe(meant);
  });
});

describe('a tally', () => {
  it('names every counter that is not zero, for those who ask', () => {
    const tally = createTally();
    tally.count('lines', 1_234_567, 'nova-compute');
    for (const [label, n] of [
      ['a', 1],
      ['b', 4000],
      ['c', 3],
      ['d', 2],
    ] as const)
      tally.count('unrecognised', n, label);
    tally.count('late');

    expect(tally.details({ took: 2000, bytes: 50_000_000 }).join('\n')).toMatchInlineSnapshot(`
      "1,234,567 lines in 2.0 s (25.0 MB/s)
        lines          1,234,567  lines read (nova-compute 1,234,567)
        unrecognised       4,006  records that say nothing about actions (b 4,000, c 3, d 2, and 1 more)
        late                   1  lines that came too late for their action: a log that is far behind, or a wrong time zone"
    `);
  });

  it('knows what is wrong with logs, and what is not', () => {
    const tally = createTally();
    for (const name of counterNames) tally.count(name, 2, 'x');

    expect(tally.faults().join('\n')).toMatchInlineSnapshot(`
      "2 lines in no known format; \`novaspan check\` on these logs says more (x 2)
      2 lines longer than 1 MiB: only the beginning was read (x 2)
      2 lines damaged: cut, broken, or withheld by journalctl without --all (x 2)
      2 logs not read, because their service is not known: name it with --service (x 2)
      2 lines of OVS or OVN lost before the log was written, or not in this copy of it (x 2)
      2 messages that OVS or OVN did not log because of their own rate limit (x 2)
      2 lines dropped, because too many were waiting for their action: phases may be missing (x 2)
      2 actions closed early, as too many were open (outcome evicted) (x 2)
      2 ports left out of actions that have too many (x 2)
      2 logs truncated: a compressed file was cut off, or a pipe broke; the readable part is used (x 2)
      2 lines with a time far ahead of the others: a wrong date, or a clock that was set (x 2)
      2 spans left out, as another had the same id: a fault of novaspan, please report it (x 2)
      2 spans left out of traces that have too many (x 2)"
    `);
  });
});
