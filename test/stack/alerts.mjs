import assert from 'node:assert/strict';
import { FAST, HUNG, SLOW, TROUBLED } from './cloud.mjs';
import { eventually } from './eventually.mjs';

/** All rules can be worked out on what the sidecars say: none refers to what is not there in a way that Prometheus calls an error. */
export async function checkRules({ prometheus }) {
  const rules = await eventually('every rule to be worked out once', async () => {
    const all = await prometheus.rules();
    return all.length > 0 && all.every(({ health }) => health !== 'unknown') && all;
  });
  const unwell = rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`);
  assert.deepEqual(unwell, []);
  return `${rules.length} rules are loaded as they are committed, and all can be worked out`;
}

/** Who must raise what: the boot that was slowed down, the port that no ovn-controller claimed, and the backend that refuses. */
const expected = ({ cloud }) => [
  { alertname: 'SpawnSlow', host: SLOW },
  // A claim that never ended has no length that is known; nova's wait for it has, up to its time-out.
  { alertname: 'VifPlugSlow', host: HUNG, phase: 'vif-plugged wait' },
  { alertname: 'NovaspanRefused', instance: cloud.sidecars[TROUBLED].address },
];

/** SpawnSlow fires for the host of the slow boot, and nothing has ever stirred for that of the fast one. */
export async function checkAlerts(stack) {
  const { prometheus, began } = stack;
  const firing = [];
  for (const labels of expected(stack)) {
    firing.push(
      await eventually(
        `${JSON.stringify(labels)} to fire`,
        async () =>
          (await prometheus.alerts()).find(
            (alert) => alert.state === 'firing' && Object.entries(labels).every(([name, value]) => alert.labels[name] === value),
          ),
        60_000,
      ),
    );
  }
  const [{ annotations }] = firing;
  assert.match(annotations.boots, new RegExp(`^boots on ${SLOW} of stack in the last 30 min: 0 of 1 failed`));
  // The quiet one is quiet though its boot is known: not because nobody has told of it.
  const seconds = await eventually(`the boot of ${FAST} to be scraped`, async () => {
    const [longest] = await prometheus.query(`novaspan_nova_spawn_longest_seconds{host="${FAST}"}`);
    return longest?.value[1];
  });
  const stirred = await prometheus.range(`ALERTS{host="${FAST}"}`, { start: began, end: Date.now() / 1000, step: 1 });
  assert.deepEqual(stirred, [], `alerts of ${FAST}`);
  return [
    ...firing.map(({ labels, annotations }) => `${labels.alertname} fires: ${annotations.summary}`),
    `it says: ${annotations.boots}`,
    `no alert is about ${FAST}, whose spawn took ${seconds} s`,
  ];
}
