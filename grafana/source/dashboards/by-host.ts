import { type Section, sized } from '../assemble.js';
import { lines, linkTo, redFrom, table, unitOf } from '../panel.js';
import { FAILURE, grown, mostWithin, quantile, share } from '../promql.js';
import { range, rows } from '../target.js';
import type { Limits } from '../thresholds.js';

const HOST = 'host=~"$host"';
const ACTION = `action="$action", ${HOST}`;

/** The last part of a dashboard of boots: one host against the others. */
export const byHost = (limits: Limits): Section => ({
  title: 'By host',
  panels: [
    sized(
      12,
      9,
      table(
        {
          title: 'Hosts',
          description: 'One host that is slower than the others, or fails more, is where to look. A click on it shows its network.',
          unit: 'short',
          none: 'none ended',
        },
        [
          rows(`round(${grown('actions_total', ACTION, '$__range', 'host')})`),
          rows(
            share(grown('actions_total', `${ACTION}, ${FAILURE}`, '$__range', 'host'), grown('actions_total', ACTION, '$__range', 'host')),
          ),
          rows(
            share(grown('nova_spawn_seconds_sum', HOST, '$__range', 'host'), grown('nova_spawn_seconds_count', HOST, '$__range', 'host')),
          ),
          rows(mostWithin('nova_spawn_longest_seconds', HOST, '$__range', 'host')),
        ],
        {
          transformations: [
            { id: 'merge', options: {} },
            {
              id: 'organize',
              options: {
                excludeByName: { Time: true },
                indexByName: { host: 0, 'Value #A': 1, 'Value #B': 2, 'Value #C': 3, 'Value #D': 4 },
                renameByName: { 'Value #A': 'ended', 'Value #B': 'did not succeed', 'Value #C': 'mean spawn', 'Value #D': 'longest spawn' },
              },
            },
          ],
          columns: [
            {
              name: 'host',
              properties: [
                linkTo(
                  'Network plug path of this host',
                  '/d/novaspan-plug?var-host=${__value.raw}&${prometheus:queryparam}&${__url_time_range}',
                ),
              ],
            },
            { name: 'did not succeed', properties: [unitOf('percentunit'), ...redFrom(limits.bootsFailingShare)] },
            { name: 'mean spawn', properties: [unitOf('s'), ...redFrom(limits.spawnSlow)] },
            { name: 'longest spawn', properties: [unitOf('s'), ...redFrom(limits.spawnSlow)] },
          ],
          sortedBy: 'longest spawn',
        },
      ),
    ),
    sized(
      12,
      9,
      lines(
        {
          title: 'Spawn by host, p90',
          description: 'Hosts that part from the others have slower disks, an empty image cache or too many boots at once.',
          unit: 's',
          limit: limits.spawnSlow,
        },
        [range(quantile(0.9, 'nova_spawn_seconds', HOST, '$window', 'host'), '{{host}}')],
      ),
    ),
  ],
});
