import { version } from '../export/version.js';
import { exitCodes, OperatorError, reasonOf, usage } from '../model/errors.js';
import { type Command, defineCommand, type Io, write } from './command.js';
import { type CommandEntry, loadAll } from './commands.js';
import { nearest } from './nearest.js';
import { inSources } from './stack.js';

/**
 * Runs the command that the arguments name. Rejects only with EPIPE, when the reader has gone: the caller ends quietly
 * then.
 * @returns the exit code
 */
export async function dispatch(argv: readonly string[], commands: readonly CommandEntry[], io: Io): Promise<number> {
  try {
    return await run(argv, withOwn(commands), io);
  } catch (error) {
    if (isGone(error)) throw error;
    await write(io.stderr, errorText(error));
    return error instanceof OperatorError ? error.exitCode : exitCodes.software;
  }
}

/** Whether the reader of a pipe has gone (`| head`). */
export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

async function run([name, ...rest]: readonly string[], commands: readonly CommandEntry[], io: Io): Promise<number> {
  switch (name) {
    case undefined:
      await write(io.stderr, (await import('./help.js')).overview(await loadAll(commands)));
      return exitCodes.usage;
    case '--help':
    case '-h':
      return run(['help', ...rest.filter((word) => !word.startsWith('-'))], commands, io);
    case '--version':
    case '-V':
      return versionCommand.execute([], io);
    default: {
      const command = await named(name, commands).load();
      const end = rest.indexOf('--');
      const options = end < 0 ? rest : rest.slice(0, end);
      if (options.includes('--help') || options.includes('-h')) {
        await write(io.stdout, (await import('./help.js')).helpOf(command));
        return exitCodes.ok;
      }
      return command.execute(rest, io);
    }
  }
}

function named(name: string, commands: readonly CommandEntry[]): CommandEntry {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  if (name.startsWith('-'))
    throw usage(
      `the command comes before its options, but the first word is '${name}'`,
      'write novaspan COMMAND [OPTION]...; `novaspan help` lists the commands',
    );
  const names = commands.map((command) => command.name);
  const meant = nearest(name, names);
  throw usage(`there is no command '${name}'`, `${meant === undefined ? '' : `did you mean ${meant}? `}commands: ${names.join(', ')}`);
}

const versionCommand: Command = defineCommand({
  name: 'version',
  summary: 'print the version',
  operands: '',
  takes: { least: 0, most: 0 },
  about: ['`novaspan --version` prints the same.'],
  options: {},
  examples: [{ says: 'which novaspan this is', command: 'novaspan version' }],

  async run(_given, { stdout }) {
    await write(stdout, `novaspan ${version}\n`);
    return exitCodes.ok;
  },
});

const entryOf = (command: Command): CommandEntry => ({ name: command.name, load: async () => command });

/** All commands, with `help`, `version` and `completion`. */
function withOwn(commands: readonly CommandEntry[]): readonly CommandEntry[] {
  const all: CommandEntry[] = [...commands];
  all.push(...[completionAmong(all), helpAmong(all), versionCommand].map(entryOf));
  return all;
}

const completionAmong = (all: readonly CommandEntry[]): Command =>
  defineCommand({
    name: 'completion',
    summary: 'print the completion script of a shell',
    operands: 'bash|zsh|fish',
    takes: { least: 1, most: 1 },
    about: ['Commands, options and their values are completed; the packages install the scripts.'],
    options: {},
    examples: [
      { says: 'bash, for this user', command: 'novaspan completion bash > ~/.local/share/bash-completion/completions/novaspan' },
      { says: 'zsh, in a folder of $fpath', command: 'novaspan completion zsh > ~/.zfunc/_novaspan' },
      { says: 'fish', command: 'novaspan completion fish > ~/.config/fish/completions/novaspan.fish' },
    ],

    async run({ positionals: [wanted] }, { stdout }) {
      const { completionFor, shells } = await import('./shells.js');
      const shell = shells.find((name) => name === wanted);
      if (shell === undefined) throw usage(`there is no completion for '${wanted}'`, `allowed: ${shells.join(', ')}`);
      await write(stdout, completionFor(shell, await loadAll(all)));
      return exitCodes.ok;
    },
  });

const helpAmong = (all: readonly CommandEntry[]): Command =>
  defineCommand({
    name: 'help',
    summary: 'show help for all commands, or for one',
    operands: '[COMMAND]',
    takes: { least: 0, most: 1 },
    about: ['`novaspan COMMAND --help` shows the same.'],
    options: {
      markdown: { type: 'boolean', about: 'all commands as Markdown (docs/commands.md)' },
      metrics: { type: 'boolean', about: 'all metrics of `tail` as Markdown (docs/metrics.md)' },
      man: { type: 'boolean', about: 'all commands as a page for man' },
    },
    examples: [{ says: "replay's options", command: 'novaspan help replay' }],

    async run({ positionals: [name], values }, { stdout }) {
      const { commandsMarkdown, helpOf, overview } = await import('./help.js');
      if (values.metrics) await write(stdout, (await import('../telemetry/markdown.js')).metricsMarkdown());
      else if (values.man) await write(stdout, (await import('./man.js')).manPage(await loadAll(all)));
      else if (values.markdown) await write(stdout, commandsMarkdown(await loadAll(all)));
      else await write(stdout, name === undefined ? overview(await loadAll(all)) : helpOf(await named(name, all).load()));
      return exitCodes.ok;
    },
  });

/** An error as text: what happened, why, and what to do. */
export function errorText(error: unknown): string {
  if (!(error instanceof OperatorError))
    return [
      `novaspan: INTERNAL: ${reasonOf(error)}`,
      `  why    a fault of novaspan itself${error instanceof Error && error.stack !== undefined ? `:\n${inSources(error.stack)}` : ''}`,
      '  to do  report it with the text above and, if you can, with the log lines that cause it',
      '',
    ].join('\n');
  const why = error.cause === undefined ? undefined : reasonOf(error.cause);
  return [
    `novaspan: ${error.code}: ${error.message}`,
    ...(why === undefined || error.message.includes(why) || why.includes('\n') ? [] : [`  why    ${why}`]),
    `  to do  ${error.remedy}`,
    '',
  ].join('\n');
}
