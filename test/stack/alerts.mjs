import assert from 'node:assert/strict';
import { FAST, SLOW } from './cloud.mjs';
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

const isSpawnSlow = (host) => (alert) => alert.labels.alertname === 'SpawnSlow' && alert.labels.host === host;

/** SpawnSlow fires for the host of the slow boot, and has never stirred for that of the fast one. */
export async function checkSpawnSlow({ prometheus, began }) {
  const slow = await eventually(
    `SpawnSlow to fire for ${SLOW}`,
    async () => (await prometheus.alerts()).find((alert) => isSpawnSlow(SLOW)(alert) && alert.state === 'firing'),
    60_000,
  );
  // The quiet one is quiet though its boot is known: not because nobody has told of it.
  const seconds = await eventually(`the boot of ${FAST} to be scraped`, async () => {
    const [sum] = await prometheus.query(`novaspan_nova_spawn_seconds_sum{host="${FAST}"} > 0`);
    return sum?.value[1];
  });
  const stirred = await prometheus.range(`ALERTS{alertname="SpawnSlow", host="${FAST}"}`, {
    start: began,
    end: Date.now() / 1000,
    step: 1,
  });
  assert.deepEqual(stirred, []);
  assert.ok(slow.annotations.summary, 'SpawnSlow has no summary');
  return `SpawnSlow fires for ${SLOW} ("${slow.annotations.summary}") and not for ${FAST}, whose spawn took ${seconds} s`;
}
