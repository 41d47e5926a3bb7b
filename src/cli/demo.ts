import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exitCodes, OperatorError, reasonOf, usage } from '../model/errors.js';
import { packageFolder } from '../model/package-files.js';
import type { FinishedTrace } from '../model/span.js';
import { type Command, defineCommand, type Io, write } from './command.js';
import { lookOf } from './look.js';
import { nearest } from './nearest.js';
import { byStart } from './order.js';
import { render, viewFor } from './view.js';

interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly zone: string;
  readonly logs: readonly string[];
}

/**
 * `demo`: shows recorded logs of a real cloud.
 * @param folderOf returns a folder with one folder per scenario: its logs, a README.md whose first line is the title,
 * and a file `zone` if the logs are not in UTC. A file `scenarios.json` lists further scenarios of the package with
 * their titles.
 */
export const demoIn = (folderOf: () => string): Command =>
  defineCommand({
    name: 'demo',
    summary: 'show what novaspan makes of logs recorded on a real cloud',
    operands: '[SCENARIO]',
    takes: { least: 0, most: 1 },
    about: [
      'Replays logs that come with novaspan, recorded on a real OpenStack with OVN, and draws their actions. Needs nothing and sends nothing anywhere.',
    ],
    options: {
      list: { type: 'boolean', about: 'list the scenarios' },
      'no-color': { type: 'boolean', about: 'no colours' },
    },
    examples: [
      { says: 'all scenarios', command: 'novaspan demo' },
      { says: 'what there is', command: 'novaspan demo --list' },
    ],

    async run({ positionals: [wanted], values }, io) {
      const { signal, stdout } = io;
      const scenarios = await scenariosIn(folderOf());
      if (values.list) {
        const width = Math.max(0, ...scenarios.map(({ name }) => name.length));
        for (const { name, title } of scenarios) await write(stdout, `${name.padEnd(width)}  ${title}\n`);
        return exitCodes.ok;
      }
      const chosen = wanted === undefined ? scenarios : scenarios.filter(({ name }) => name === wanted);
      if (chosen.length === 0) {
        const names = scenarios.map(({ name }) => name);
        const meant = wanted === undefined ? undefined : nearest(wanted, names);
        throw usage(
          `there is no scenario '${wanted}'`,
          `${meant === undefined ? '' : `did you mean ${meant}? `}there are: ${names.join(', ')}`,
        );
      }

      const look = lookOf(io, { color: !values['no-color'] });
      for (const scenario of chosen) {
        if (signal.aborted) break;
        const traces = await tracesOf(scenario, io);
        await write(stdout, `${look.palette.bold(`== ${scenario.title} ==`)}\n${look.palette.dim(scenario.name)}\n\n`);
        if (viewFor(traces) === 'table') await write(stdout, `${render('table', traces, look)}\n`);
        await write(stdout, `${render('waterfall', traces, look)}\n`);
      }
      await write(
        stdout,
        [
          `${look.palette.bold('Next, on your own logs:')}  novaspan replay /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn`,
          `${look.palette.bold('As a sidecar:')}            novaspan tail --endpoint http://localhost:4318 /var/log/nova   (novaspan help tail)`,
          '',
        ].join('\n'),
      );
      return exitCodes.ok;
    },
  });

/** The demo of the package. */
export const demo = demoIn(() => packageFolder('demo'));

async function tracesOf({ logs, zone }: Scenario, { engine, signal }: Io): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  for await (const trace of engine.replay({ paths: logs, zone, lines: 'off', count: () => {}, signal })) traces.push(trace);
  return byStart(traces);
}

async function scenariosIn(folder: string): Promise<Scenario[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const found = entries.filter((entry) => entry.isDirectory()).map(({ name }): Listed => ({ path: join(folder, name) }));
    const listed = entries.some(({ name }) => name === LIST) ? await listIn(folder) : [];
    return await Promise.all([...listed, ...found.sort((a, b) => (a.path < b.path ? -1 : 1))].map(scenarioOf));
  } catch (cause) {
    throw new OperatorError('LOG_UNREADABLE', `cannot read the demonstration's logs in ${folder}: ${reasonOf(cause)}`, {
      remedy: 'install novaspan again: its package holds them in the folder demo',
      cause,
    });
  }
}

interface Listed {
  readonly path: string;
  readonly title?: string;
}

/** File that lists folders elsewhere in the package, in the order of the demo. */
const LIST = 'scenarios.json';

async function listIn(folder: string): Promise<Listed[]> {
  const listed: Listed[] = JSON.parse(await readFile(join(folder, LIST), 'utf8'));
  return listed.map((one) => ({ ...one, path: join(dirname(folder), one.path) }));
}

async function scenarioOf({ path, title }: Listed): Promise<Scenario> {
  const name = basename(path);
  const files = await readdir(path);
  const [first = name] = (await readFile(join(path, 'README.md'), 'utf8').catch(() => name)).split('\n');
  return {
    name,
    title: title ?? first.replace(/^#+\s*/, ''),
    zone: files.includes('zone') ? (await readFile(join(path, 'zone'), 'utf8')).trim() : 'UTC',
    logs: files
      .filter((file) => /\.log(\.|$)/.test(file))
      .sort()
      .map((file) => join(path, file)),
  };
}
