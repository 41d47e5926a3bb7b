import { type Section, sized } from '../assemble.js';
import { inOrder, linkTo, redFrom, toHost, unitOf, wide } from '../column.js';
import { lines, SECONDS, table } from '../panel.js';
import { ACTIONS, FAILURE, grown, mean, mostWithin, ofTheSlowest, onComputeHosts, quantile, SPAWNS, share } from '../promql.js';
import { range, rows } from '../target.js';
import { type Limits, levels } from '../thresholds.js';

const HOST = 'host=~"$host"';

/** Columns of the table, in their order: under what name, of which query. */
const COLUMNS = ['host', 'Value #A', 'Value #B', 'Value #C', 'Value #D', 'Value #E'];

/** One host against the others. */
export const byHost = (limits: Limits): Section => {
  const plug = toHost('novaspan-plug', '${__value.raw}');
  const boots = `action="create", ${HOST}`;
  const seconds = [unitOf(SECONDS), wide(130), { id: 'decimals', value: 1 }];
  return {
    title: 'By host',
    panels: [
      sized(
        12,
        10,
        table(
          {
            title: 'Hosts',
            description:
              'One host that is slower than the others, or fails more, is where to look. A click on it shows its network. Controllers are not here.',
            unit: 'short',
          },
          [
            rows(mostWithin(SPAWNS.longest, HOST, '$__range', 'host')),
            rows(mean('nova_spawn_seconds', HOST, '$__range', 'host')),
            rows(onComputeHosts(`round(${grown('actions_total', boots, '$__range', 'host')}) > 0`)),
            rows(
              onComputeHosts(
                share(
                  grown('actions_total', `${boots}, ${FAILURE}`, '$__range', 'host'),
                  grown('actions_total', boots, '$__range', 'host'),
                ),
              ),
            ),
            rows(onComputeHosts(mostWithin(ACTIONS.longest, boots, '$__range', 'host'))),
          ],
          {
            transformations: [
              { id: 'merge', options: {} },
              inOrder(COLUMNS, {
                without: ['Time'],
                renamed: {
                  'Value #A': 'longest spawn',
                  'Value #B': 'mean spawn',
                  'Value #C': 'boots',
                  'Value #D': 'failed',
                  'Value #E': 'longest boot',
                },
              }),
            ],
            columns: [
              {
                name: 'host',
                properties: [linkTo(plug.title, plug.url)],
              },
              { name: 'boots', properties: [wide(80)] },
              { name: 'failed', properties: [unitOf('percentunit'), wide(90), ...redFrom(levels.failed.limit, levels.failed.warn)] },
              { name: 'mean spawn', properties: [...seconds, ...redFrom(limits.spawnSlow)] },
              { name: 'longest spawn', properties: [...seconds, ...redFrom(limits.spawnSlow)] },
              { name: 'longest boot', properties: [...seconds, ...redFrom(limits.buildSlow)] },
            ],
            sortedBy: 'longest spawn',
          },
        ),
      ),
      sized(
        12,
        10,
        lines(
          {
            title: 'Spawn by host, p90',
            description:
              'The ten hosts with the longest spawns of the shown time, the slowest first. Those that part from the others have slower disks, an empty image cache or too many boots at once.',
            unit: SECONDS,
            limit: limits.spawnSlow,
          },
          [range(ofTheSlowest(quantile(0.9, SPAWNS, HOST, '$window', 'host'), SPAWNS, HOST), '{{host}}')],
          { many: true, link: toHost('novaspan-plug', '${__field.labels.host}') },
        ),
      ),
    ],
  };
};
