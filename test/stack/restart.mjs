import assert from 'node:assert/strict';
import { traceOf } from './checks.mjs';
import { SLOW } from './cloud.mjs';
import { byAction, countsOf } from './counts.mjs';
import { eventually } from './eventually.mjs';

/** The sidecar of the slow boot is killed while that boot is under way, and started again. Its counters go on. */
export async function checkRestart({ prometheus, cloud }) {
  const sidecar = cloud.sidecarOf(SLOW);
  const at = `{instance="${sidecar.address}"}`;
  const one = async (query) => Number((await prometheus.query(query))[0]?.value[1]);
  await eventually('actions to be counted before the kill', async () => (await one(`sum(novaspan_actions_total${at})`)) >= 3);
  assert.equal(await one(`novaspan_open_actions{action="create", instance="${sidecar.address}"}`), 1, 'the slow boot is not under way');
  const before = byAction(await prometheus.query(`novaspan_actions_total${at} > 0`));
  const startedAt = await one(`novaspan_start_time_seconds${at}`);

  await sidecar.kill();
  await sidecar.start();

  await eventually('the new process to be scraped', async () => (await one(`novaspan_start_time_seconds${at}`)) > startedAt);
  const after = byAction(await prometheus.query(`novaspan_actions_total${at} > 0`));
  for (const [action, count] of Object.entries(before)) assert.ok(after[action] >= count, `${action} was ${count} and is ${after[action]}`);
  return `killed (SIGKILL) with a boot under way and started again: ${JSON.stringify(after)} counted before, and after`;
}

/** Every action is counted once in Prometheus, whatever was killed; no counter ever went back. */
export async function checkCounts({ prometheus, cloud }) {
  const ids = new Set(cloud.traceIds());
  const expected = countsOf((await cloud.replayed()).filter((line) => ids.has(traceOf(line))));
  await eventually('every action to be counted once', async () => {
    assert.deepEqual(byAction(await prometheus.query('novaspan_actions_total > 0')), expected);
    return true;
  });
  assert.deepEqual(await prometheus.query('resets(novaspan_actions_total[10m]) > 0'), [], 'counters that went back');
  const total = Object.values(expected).reduce((sum, count) => sum + count, 0);
  return `${total} actions are counted once each, though a sidecar was killed: ${JSON.stringify(expected)}`;
}
