import type { Command, OptionSpec } from './command.js';

/** Shells with a completion script. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The completion script of a shell, generated from the commands. */
export const completionFor = (shell: Shell, commands: readonly Command[]): string => SCRIPTS[shell](commands);

const HEAD = '# Completion of novaspan, made by `novaspan completion`; do not edit.';

/** Spellings of an option: `--format`, `-v`. */
const spellings = ([name, { short }]: readonly [string, OptionSpec]): string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

const optionsOf = ({ options }: Command): [string, OptionSpec][] => [
  ...Object.entries(options),
  ['help', { type: 'boolean', short: 'h', about: 'show the help of this command' }],
];

/** Allowed values of an option. */
const choicesOf = ({ choices }: OptionSpec): readonly string[] => choices ?? [];

/** Whether the next word is the value of the option. */
const takesValue = ({ type, bare }: OptionSpec): boolean => type === 'string' && bare === undefined;

/** First sentence of a description, cut for a menu. */
const brief = (about: string): string =>
  about
    .split(/[.;:(](?:\s|$)/)[0]!
    .trim()
    .slice(0, 70);

/** Allowed operands of a command: `bash|zsh|fish`; undefined for a path or a text. */
const wordsOf = ({ operands }: Command): readonly string[] | undefined =>
  /^[a-z]+(?:\|[a-z]+)+$/.test(operands) ? operands.split('|') : undefined;

/** Whether operands are paths, so that files are completed. */
const takesFiles = ({ operands }: Command): boolean => /PATH|FILE|\bA B\b/.test(operands);

const operandsOf = (command: Command, commands: readonly Command[]): readonly string[] =>
  command.name === 'help' ? commands.map(({ name }) => name) : (wordsOf(command) ?? []);

function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map((command) => {
    const all = optionsOf(command);
    const withChoices = all.filter(([, spec]) => choicesOf(spec).length > 0 && takesValue(spec));
    const withValue = all.filter(([, spec]) => choicesOf(spec).length === 0 && takesValue(spec));
    return [
      `    ${command.name})`,
      '      case $prev in',
      ...withChoices.map(
        (option) => `        ${spellings(option).join('|')}) _novaspan_words '${choicesOf(option[1]).join(' ')}'; return ;;`,
      ),
      ...(withValue.length === 0 ? [] : [`        ${withValue.flatMap(spellings).join('|')}) _novaspan_files; return ;;`]),
      '      esac',
      `      if [[ $cur == -* ]]; then _novaspan_words '${all.flatMap(spellings).join(' ')}'`,
      `      else ${takesFiles(command) ? '_novaspan_files' : `_novaspan_words '${operandsOf(command, commands).join(' ')}'`}; fi ;;`,
    ].join('\n');
  });
  return `${HEAD}

_novaspan_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_novaspan_files() { compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); }

_novaspan() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _novaspan_words '${names} --help --version'
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}

complete -F _novaspan novaspan
`;
}

/** Quotes for zsh, and escapes brackets and colons for `_arguments`. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

function zsh(commands: readonly Command[]): string {
  const describe = commands.map(({ name, summary }) => `    ${quoted(`${name}:${zshText(brief(summary))}`)}`);
  const cases = commands.map((command) => {
    const rows = optionsOf(command).map(([name, spec]) => {
      const given = spellings([name, spec]);
      const words = choicesOf(spec);
      const action = words.length > 0 ? `(${words.join(' ')})` : '_files';
      const value = takesValue(spec) ? `:${zshText((spec.value ?? 'value').toLowerCase())}:${action}` : '';
      const text = `[${zshText(brief(spec.about))}]${value}`;
      const many = spec.isRepeatable === true ? '*' : '';
      if (given.length === 1) return `        ${quoted(`${many}${given[0]}${text}`)}`;
      return `        '(${given.join(' ')})'{${given.join(',')}}${quoted(text)}`;
    });
    const operands = operandsOf(command, commands);
    const rest = takesFiles(command) ? "'*:file:_files'" : operands.length > 0 ? `'1:word:(${operands.join(' ')})'` : '';
    return [
      `      ${command.name})`,
      '        _arguments \\',
      [...rows, ...(rest === '' ? [] : [`        ${rest}`])].join(' \\\n'),
      '        ;;',
    ].join('\n');
  });
  return `#compdef novaspan
${HEAD}

_novaspan() {
  local context state line
  local -a commands
  commands=(
${describe.join('\n')}
  )
  _arguments -C '(- *)--version[print the version]' '(- *)--help[show the help]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}

if [[ \${funcstack[1]} == _novaspan ]]; then _novaspan "$@"; else compdef _novaspan novaspan; fi
`;
}

function fish(commands: readonly Command[]): string {
  const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const rows = commands.flatMap((command) => {
    const { name, summary } = command;
    const seen = `-n '__fish_seen_subcommand_from ${name}'`;
    const operands = operandsOf(command, commands);
    return [
      `complete -c novaspan -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(brief(summary))}`,
      ...(takesFiles(command)
        ? []
        : [`complete -c novaspan ${seen} -f${operands.length === 0 ? '' : ` -a ${fishQuoted(operands.join(' '))}`}`]),
      ...optionsOf(command).map(([option, spec]) => {
        const short = spec.short === undefined ? '' : ` -s ${spec.short}`;
        const words = choicesOf(spec);
        const value = !takesValue(spec) ? '' : words.length > 0 ? ` -x -a ${fishQuoted(words.join(' '))}` : ' -r';
        return `complete -c novaspan ${seen} -l ${option}${short}${value} -d ${fishQuoted(brief(spec.about))}`;
      }),
    ];
  });
  return `${HEAD}\n\n${rows.join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = { bash, zsh, fish };
