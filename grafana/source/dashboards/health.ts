import { assemble, type Placed, type Section, sized } from '../assemble.js';
import { firing, type LookOfValues, lines, number, ranking, states } from '../panel.js';
import { grown, most, total } from '../promql.js';
import { instant, range } from '../target.js';
import type { Limits } from '../thresholds.js';
import { chosenCluster, chosenSource, several } from '../variable.js';
import { losses, oddities } from './losses.js';
import { marks } from './marks.js';
import { coverage, process } from './sidecar.js';

/** `instance` is Prometheus' own label: the address of the sidecar that was scraped. */
const ON = 'instance=~"$sidecar"';

/** novaspan itself: whether it reads all, understands it, and gets rid of it. */
export const health = (limits: Limits) =>
  assemble({
    uid: 'novaspan-health',
    title: 'novaspan health',
    description: 'Whether the sidecars keep up, lose nothing, and understand what they read.',
    from: 'now-1h',
    annotations: marks,
    variables: [chosenSource('prometheus', 'Prometheus'), chosenCluster(), several('sidecar', 'sidecar', 'build_info', 'instance')],
    sections: [atAGlance(limits), reading(limits), delivery(limits), losses(ON), coverage(ON), oddities(ON), process(ON)],
  });

const tile = (look: LookOfValues, expression: string): Placed => sized(4, 4, number(look, instant(expression, look.title)));

const atAGlance = (limits: Limits): Section => ({
  title: 'At a glance',
  panels: [
    tile(
      {
        title: 'Sidecars',
        description: 'How many answer Prometheus. Fewer than you run: Prometheus’ page of targets says why.',
        unit: 'short',
        limit: 1,
        lower: true,
        none: '0',
      },
      `count(novaspan_build_info{${ON}})`,
    ),
    tile(
      {
        title: 'Cannot send',
        description: 'Sidecars whose backend takes no traces now. Nothing is lost while their logs are kept; see Delivery.',
        unit: 'short',
        limit: 1,
        none: 'none has sent yet',
      },
      `sum(1 - novaspan_backend_up{${ON}})`,
    ),
    tile(
      {
        title: 'Farthest behind',
        description: 'How far the reading of a log lies behind its writing, at the most.',
        unit: 's',
        limit: limits.lagging,
        none: 'no log',
      },
      most('source_lag_seconds', ON),
    ),
    tile(
      {
        title: 'Logs it cannot read',
        description: 'Rights, or gone: each has an error line in the sidecar’s own log.',
        unit: 'short',
        limit: 1,
        none: 'no log',
      },
      `sum(1 - novaspan_source_readable{${ON}})`,
    ),
    tile(
      {
        title: 'Traces lost',
        description:
          'In the shown time: refused by the backend, with no room in the dead-letter folder. `novaspan replay` builds them again from the logs.',
        unit: 'short',
        limit: 1,
        none: '0',
      },
      `round(${grown('traces_dropped_total', ON, '$__range')})`,
    ),
    tile(
      {
        title: 'Restarts',
        description: 'In the shown time. After each it goes on where it was; many are a crash: see its log.',
        unit: 'short',
        limit: 3,
        none: '0',
      },
      `sum(changes(novaspan_start_time_seconds{${ON}}[$__range]))`,
    ),
    sized(24, 5, firing('Alerts', 'Those of novaspan that fire or are about to, of Prometheus or of Grafana. An empty list is good news.')),
  ],
});

const reading = (limits: Limits): Section => ({
  title: 'Reading',
  panels: [
    sized(
      8,
      8,
      lines(
        {
          title: 'Lag',
          description:
            'Of the log that is farthest behind. Rises while the backend is away, as reading then pauses; else the disk or the CPU is too slow.',
          unit: 's',
          limit: limits.lagging,
        },
        [range(most('source_lag_seconds', ON, 'instance'), '{{instance}}')],
        { many: true },
      ),
    ),
    sized(
      8,
      8,
      lines(
        {
          title: 'Lag in bytes',
          description: 'What was written and is not read yet. Falls in a straight line when it catches up.',
          unit: 'bytes',
        },
        [range(total('source_lag_bytes', ON, 'instance'), '{{instance}}')],
        { many: true },
      ),
    ),
    sized(
      8,
      8,
      lines(
        {
          title: 'Watermark behind the clock',
          description: 'An action is told so much after its end. High while lag is not: one log stands still, or its time zone is wrong.',
          unit: 's',
          limit: limits.lagging,
        },
        [range(most('watermark_lag_seconds', ON, 'instance'), '{{instance}}')],
        { many: true },
      ),
    ),
    sized(
      12,
      8,
      lines(
        {
          title: 'Lines read per second',
          description: 'A service that falls to nothing is down, logs elsewhere, or its log cannot be read.',
          unit: 'short',
        },
        [range(`sum by (service) (rate(novaspan_lines_total{${ON}}[$__rate_interval]))`, '{{service}}')],
        { many: true },
      ),
    ),
    sized(
      12,
      8,
      ranking(
        {
          title: 'Logs that are farthest behind',
          description: 'The ten logs with most unread bytes, now.',
          unit: 'bytes',
          none: 'all are read',
        },
        [instant(`sort_desc(topk(10, ${most('source_lag_bytes', ON, 'instance, path')} > 0))`, '{{path}} on {{instance}}')],
      ),
    ),
  ],
});

const delivery = (limits: Limits): Section => ({
  title: 'Delivery',
  panels: [...toBackend(), ...keptForRestart(limits)],
});

const toBackend = () => [
  sized(
    12,
    8,
    states(
      {
        title: 'Backend',
        description: 'Whether it takes traces. While it is away nothing is lost: reading pauses, the log files are the queue.',
        unit: 'short',
      },
      range(total('backend_up', ON, 'instance'), '{{instance}}'),
      { '0': { text: 'away', color: 'red' }, '1': { text: 'takes traces', color: 'green' } },
    ),
  ),
  sized(
    12,
    8,
    lines(
      {
        title: 'Waiting traces',
        description: 'A hill is an outage that is over. At 1,000 traces or 64 MiB, unless it is set otherwise, reading pauses.',
        unit: 'short',
      },
      [range(total('queue_traces', ON, 'instance'), '{{instance}}')],
      { many: true },
    ),
  ),
  sized(
    6,
    8,
    lines(
      { title: 'Memory of waiting traces', description: 'About; reading pauses at the bound, so a flat top is full.', unit: 'bytes' },
      [range(total('queue_bytes', ON, 'instance'), '{{instance}}')],
      { many: true },
    ),
  ),
  sized(
    6,
    8,
    lines(
      {
        title: 'Last trace taken',
        description: 'How long ago. Long with no waiting traces: nothing happened. Long with waiting traces: they cannot be sent.',
        unit: 's',
      },
      [range(most('acknowledgement_age_seconds', ON, 'instance'), '{{instance}}')],
      { many: true },
    ),
  ),
];

/** What a restart, or a longer outage, would need. */
const keptForRestart = (limits: Limits) => [
  sized(
    6,
    8,
    lines(
      {
        title: 'Age of the oldest needed line',
        description: 'Logs must be kept longer than this. Where it rises for hours, mend the cause before rotation takes the lines.',
        unit: 's',
        limit: limits.neededLogOld,
      },
      [range(most('needed_log_age_seconds', ON, 'instance'), '{{instance}}')],
      { many: true },
    ),
  ),
  sized(
    6,
    8,
    lines(
      {
        title: 'Age of the checkpoint',
        description: 'Written every few seconds. When it grows old, a restart would read that much again: disk full, or read-only?',
        unit: 's',
        limit: limits.checkpointOld,
      },
      [range(most('checkpoint_age_seconds', ON, 'instance'), '{{instance}}')],
      { many: true },
    ),
  ),
];
