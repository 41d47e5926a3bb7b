import { type Section, sized } from '../assemble.js';
import { bars, lines } from '../panel.js';
import { grown, orNone, perStep, shareAmong, total } from '../promql.js';
import { range } from '../target.js';

/** How much of what it reads it can name, and what it makes of it. */
export const coverage = (matchers: string): Section => ({
  title: 'What it understands',
  panels: [
    sized(
      12,
      8,
      lines(
        {
          title: 'Records recognised',
          description:
            'Of the records of loggers that it knows. A step downwards after an upgrade is changed wordings: `novaspan check` lists them.',
          unit: 'percentunit',
        },
        [
          range(
            shareAmong(grown('events_total', matchers, '1h', 'service'), grown('unrecognised_total', matchers, '1h', 'service')),
            '{{service}}',
          ),
        ],
        { many: true },
      ),
    ),
    sized(
      12,
      8,
      lines(
        {
          title: 'Phases measured',
          description: 'Of the phases that were told. The rest lacks an end in the logs: DEBUG, or another service’s log, would show it.',
          unit: 'percentunit',
        },
        [
          range(
            shareAmong(
              grown('phase_duration_seconds_count', matchers, '1h', 'service'),
              grown('phases_unmeasured_total', matchers, '1h', 'service'),
            ),
            '{{service}}',
          ),
        ],
        { many: true },
      ),
    ),
    sized(
      12,
      8,
      bars(
        {
          title: 'Actions and parts sent',
          description:
            'Actions with their root, and parts for another sidecar to complete. Only parts, and no actions, on a compute host: is nova-compute’s log read?',
          unit: 'short',
        },
        [range(perStep('actions_built_total', matchers), 'actions'), range(perStep('fragments_total', matchers), 'parts')],
      ),
    ),
    sized(
      12,
      8,
      bars(
        {
          title: 'Lines without an action',
          description:
            'Lines that came late, that led to no action, and requests that are no action. Many late ones are a wrong time zone or a log that is shipped slowly.',
          unit: 'short',
        },
        [
          range(orNone(perStep('late_total', matchers), matchers), 'late'),
          range(orNone(perStep('orphans_total', matchers), matchers), 'led to no action'),
          range(perStep('unnamed_total', matchers), 'no action'),
        ],
      ),
    ),
  ],
});

/** How the process itself is. */
export const process = (matchers: string): Section => ({
  title: 'The process',
  isFolded: true,
  panels: [
    sized(
      8,
      8,
      lines(
        { title: 'Open files', description: 'Logs, and rotated ones that are not read to their end. Flat is right.', unit: 'short' },
        [range(total('open_files', matchers, 'instance'), '{{instance}}')],
        { many: true },
      ),
    ),
    sized(
      8,
      8,
      lines(
        {
          title: 'Lines kept',
          description: 'In memory, as an open action may need them. It follows the number of actions, and falls back.',
          unit: 'short',
        },
        [range(total('lines_kept', matchers, 'instance'), '{{instance}}')],
        { many: true },
      ),
    ),
    sized(
      8,
      8,
      lines(
        { title: 'Uptime', description: 'A drop to nothing is a restart.', unit: 's' },
        [range(`time() - novaspan_start_time_seconds{${matchers}}`, '{{instance}}')],
        { many: true },
      ),
    ),
  ],
});
