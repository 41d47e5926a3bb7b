import type { Values } from './command.js';
import { selectOptions } from './select-options.js';
import { sourceOptions } from './source-options.js';
import { views } from './view.js';

/** The options of `replay`. */
export const replayOptions = {
  ...sourceOptions,
  timezone: {
    ...sourceOptions.timezone,
    about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC,glance=UTC. auto takes the zones that the logs prove`,
  },
  'log-host': { type: 'string', value: 'HOST', about: 'the host that wrote the logs, if neither file name, folder nor line shows it' },
  ...selectOptions,
  view: { type: 'string', choices: views, about: 'how text is shown (default: waterfall for up to three actions, else table)' },
  format: {
    type: 'string',
    choices: ['text', 'otlp', 'json', 'svg', 'html'],
    about:
      'text (default); or one line per trace: OTLP JSON as the Collector reads and writes it, or plain JSON; or all traces as one picture (svg), or as one page that needs nothing else (html), for a ticket or a browser',
  },
  lines: {
    type: 'string',
    choices: ['numbered', 'events', 'off'],
    bare: 'numbered',
    about:
      'show the log lines behind each span: as text below each view, with file and line number; in otlp and json as events of the span. There they are shown anyway (events), --lines adds the numbers, and --lines off leaves them out',
  },
  jobs: {
    type: 'string',
    value: 'N',
    about:
      'threads that share the work: 1 (default), or 2, which is a little faster where hundreds of MB of plain logs are read. The result is the same',
  },
  output: { type: 'string', short: 'o', value: 'FILE', about: 'write the result to FILE instead of stdout' },
  quiet: { type: 'boolean', short: 'q', about: 'only the result, and errors' },
  verbose: { type: 'boolean', short: 'v', about: 'also how many lines were read, recognised and skipped, and how fast' },
  'no-color': { type: 'boolean', about: 'no colours (NO_COLOR=1 does the same; FORCE_COLOR=1 gives colours in a pipe)' },
} as const;

export type ReplayValues = Values<typeof replayOptions>;
