import { type Section, sized } from '../assemble.js';
import { ranking, table } from '../panel.js';
import { grown, mostWithin } from '../promql.js';
import type { Store } from '../stores/store.js';
import { instant } from '../target.js';

const ACTION = 'action="$action", host=~"$host"';

const sums = grown('phase_duration_seconds_sum', ACTION, '$__range', 'phase, service');
const ended = `(${grown('actions_total', ACTION, '$__range')} > 0)`;
/** A phase that came for the first time did not grow: the longest of it is what is known then. */
const firsts = mostWithin('phase_longest_seconds', ACTION, '$__range', 'phase, service');
const perPhase = `topk(20, (${sums} / on () group_left () ${ended} > 0) or ${firsts})`;

/** Which ones were slow, and which phases the time of all of them went into. */
export const slowest = (store: Store): Section => ({
  title: 'The slowest, and where the time goes',
  panels: [
    sized(
      14,
      12,
      table(
        {
          title: 'Slowest',
          description: `Those that took more than “longer than”, the longest first; a click on the name shows the trace. ${store.slowestCannot}`,
          // What comes from a trace store says its own unit; this is for what does not.
          unit: 'short',
          source: store.source,
          none: 'none took so long',
        },
        [store.slowest],
        store.slowestRows,
      ),
    ),
    sized(
      10,
      12,
      ranking(
        {
          title: 'Seconds per action, by phase',
          description:
            'What a phase took of the average action; some lie in others. What a controller’s own sidecar tells has the action `unknown`: see Network plug path.',
          unit: 's',
        },
        instant(perPhase, '{{phase}} ({{service}})'),
      ),
    ),
  ],
});
