import { version } from '../export/version.js';
import { type Command, placeholderOf } from './command.js';
import { SHARED_EXITS, usageOf } from './help.js';

/** Escapes characters that are special in roff, and a leading dot or quote. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^[.']/gm, '\\&$&')
    .replace(/`([^`]*)`/g, '\\fB$1\\fR')
    .replace(/[^\n -~]/gu, (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`);

/** The page novaspan(1), generated from the commands. */
export function manPage(commands: readonly Command[]): string {
  return `${[
    '.\\" Made by `novaspan help --man`; do not edit.',
    `.TH NOVASPAN 1 "" "novaspan ${version}" "User Commands"`,
    // Long paths and commands stand in narrow columns: words are not stretched.
    '.ad l',
    '.SH NAME',
    'novaspan \\- OpenTelemetry traces of instance actions from the logs of OpenStack and OVN',
    '.SH SYNOPSIS',
    '.B novaspan',
    '.I COMMAND',
    '[\\fIOPTION\\fR]... [\\fIOPERAND\\fR]...',
    '.SH DESCRIPTION',
    roff(
      'novaspan reads the logs that OpenStack and OVN already write, and turns every instance action (create, rebuild, delete, and so on) into one OpenTelemetry trace with a span for each phase on each service.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(commandOf),
    '.SH EXIT STATUS',
    ...SHARED_EXITS.flatMap(({ code, means }) => ['.TP', `.B ${code}`, roff(means)]),
    '.SH FILES',
    '.TP',
    '.I /etc/novaspan/novaspan.yaml',
    roff('Configuration of `novaspan tail` as the packages install it.'),
    '.TP',
    '.I /var/lib/novaspan',
    roff('Its state: the checkpoint, and traces that the backend refused for good.'),
    '.SH ENVIRONMENT',
    roff('All standard `OTEL_EXPORTER_OTLP_*` variables, `NOVASPAN_*` for each setting, `TZ`, `NO_COLOR`, `FORCE_COLOR` and `COLUMNS`.'),
  ].join('\n')}\n`;
}

const commandOf = (command: Command): string[] => [
  `.SS ${roff(usageOf(command))}`,
  ...command.about.flatMap((paragraph) => ['.PP', roff(paragraph)]),
  ...Object.entries(command.options).flatMap(([name, spec]) => {
    const value = spec.type === 'boolean' ? '' : ` \\fI${roff(placeholderOf(spec))}\\fR`;
    const short = spec.short === undefined ? '' : `\\fB\\-${spec.short}\\fR, `;
    return ['.TP', `${short}\\fB\\-\\-${roff(name)}\\fR${value}`, roff(spec.about)];
  }),
  ...(command.exits ?? []).flatMap(({ code, means }) => ['.TP', `Exit status ${code}`, roff(means)]),
  ...(command.examples.length === 0 ? [] : ['.PP', 'Examples:', '.nf', '.RS']),
  ...command.examples.flatMap(({ says, command: line }) => [roff(`# ${says}`), roff(line)]),
  ...(command.examples.length === 0 ? [] : ['.RE', '.fi']),
];
