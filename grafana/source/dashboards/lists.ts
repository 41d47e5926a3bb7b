import { type Section, sized } from '../assemble.js';
import { toHost } from '../column.js';
import { bars, ranking, SECONDS, table } from '../panel.js';
import { grown, grownFromNothing, mostWithin, PHASES, perStep } from '../promql.js';
import type { Store } from '../stores/store.js';
import { instant, range } from '../target.js';
import { FAILED_BOOTS, SLOW_BOOTS } from './lists-of-traces.js';
import { AFTER, STEPS, step } from './steps.js';

const HOST = 'host=~"$host"';
const BOOTS = `action="create", ${HOST}`;

/** Which boots failed, and why. */
export const failed = (store: Store): Section => ({
  title: 'Which boots failed, and why',
  panels: [
    sized(
      8,
      11,
      ranking(
        {
          title: 'Failures by reason',
          description: 'What nova said of the boots that did not succeed in the shown time: the exception, or how the action ended.',
          unit: 'short',
          none: 'none failed',
        },
        [instant(`sort_desc(round(${grownFromNothing('actions_failed_total', BOOTS, 'reason')}) > 0)`, '{{reason}}')],
      ),
    ),
    sized(
      16,
      11,
      table(
        {
          title: FAILED_BOOTS,
          description: `The latest first, with the message of their root; a click on it shows the trace. No row: none failed on these hosts. ${store.failedCannot}`,
          unit: 'short',
          source: store.source,
        },
        [store.failed('instance create')],
        store.failedRows,
      ),
    ),
    sized(
      24,
      6,
      bars(
        {
          title: 'Builds handed back, by host',
          description:
            'Builds that failed on a host and that nova-compute gave back to nova-conductor: the boot may yet succeed on another host.',
          unit: 'short',
        },
        [range(`${perStep('build_attempts_failed_total', HOST, 'host')} > 0`, '{{host}}')],
        { many: true, link: toHost('novaspan-plug', '${__field.labels.host}') },
      ),
    ),
  ],
});

/** Which boots were slow. The list is of those over a bound, as no store can be asked for the slowest. */
export const slow = (store: Store): Section => ({
  title: 'Which boots were slow',
  panels: [
    sized(
      24,
      11,
      table(
        {
          title: SLOW_BOOTS,
          description: `The longest first; a click on the name shows the trace. No row: none took so long on these hosts. ${store.slowestCannot}`,
          // What comes from a trace store says its own unit; this is for what does not.
          unit: 'short',
          source: store.source,
        },
        [store.slowest('instance create')],
        store.slowestRows,
      ),
    ),
  ],
});

/** What a phase took of the average boot; of one that came for the first time the longest, as a sum does not see it. */
const perBoot = (matchers: string): string => {
  const sums = grown('phase_duration_seconds_sum', `${matchers}, ${HOST}`, '$__range', 'phase, service');
  const boots = grown('actions_total', BOOTS, '$__range');
  const firsts = mostWithin(PHASES.longest, `${matchers}, ${HOST}`, '$__range', 'phase, service');
  return `topk(20, (${sums} / on () group_left () (${boots} > 0) > 0) or ${firsts})`;
};

/** The two rankings of phases: those that follow each other, and what others did at the same time. */
export const stepByStep: Section = {
  title: 'Step by step',
  panels: [
    sized(
      12,
      12,
      ranking(
        {
          title: 'Steps of nova-compute, in seconds per boot',
          description:
            'One follows the other, so they add up to the boot. Names with a + are steps that these logs do not tell apart: with DEBUG in nova-compute’s log they are separate.',
          unit: SECONDS,
          none: 'no boot',
        },
        [instant(`sort_desc(${perBoot(`${step(STEPS)}, service="nova-compute", action="create"`)})`, '{{phase}}')],
      ),
    ),
    sized(
      12,
      12,
      ranking(
        {
          title: 'What others did meanwhile, in seconds per boot',
          description:
            'Work of neutron, OVS, OVN and others while nova-compute waited or went on. That of a controller’s own sidecar is of all actions, as its logs do not say which.',
          unit: SECONDS,
          none: 'no boot',
        },
        [
          instant(
            `sort_desc(${perBoot(`phase!~"${AFTER.join('|')}", service!="nova-compute", action=~"create|unknown"`)})`,
            '{{phase}} ({{service}})',
          ),
        ],
      ),
    ),
    sized(
      24,
      9,
      bars(
        {
          title: 'Seconds per step of nova-compute, over time',
          description:
            'The mean boot of each step of the graph, cut into its steps. A colour that grows is the cause. Names with a + are several steps in one.',
          unit: SECONDS,
        },
        [
          range(
            `${perStep('phase_duration_seconds_sum', `${step(STEPS)}, service="nova-compute", ${BOOTS}`, 'phase')} / on () group_left () (${perStep('actions_total', BOOTS)} > 0)`,
            '{{phase}}',
          ),
        ],
        { many: true },
      ),
    ),
  ],
};
