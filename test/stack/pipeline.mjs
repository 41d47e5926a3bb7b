import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkQuery, traceOf } from './checks.mjs';
import { SLOW, TROUBLED } from './cloud.mjs';
import { eventually } from './eventually.mjs';
import { novaspan } from './sidecar.mjs';

const TRACE_ID = /^trace id +([0-9a-f]{32})$/m;

/** The slow boot is in Jaeger under the id that `novaspan trace-id` tells of its ticket; so is every other action, as `replay` tells it. */
export async function checkTraces({ query, cloud }) {
  const [{ instance, request }] = cloud.tickets(SLOW);
  const [, told] = TRACE_ID.exec(await novaspan('trace-id', instance, request));
  assert.deepEqual(cloud.traceIds(SLOW), [told], 'what `trace-id` tells of the slow boot');
  const ids = new Set(cloud.traceIds());
  const lines = (await cloud.replayed()).filter((line) => ids.has(traceOf(line)));
  assert.deepEqual(new Set(lines.map(traceOf)), ids, 'the traces of the tickets, and those that replay tells');
  const spans = await checkQuery(query, lines);
  return [
    `novaspan trace-id ${instance} ${request} tells ${told}, and Jaeger has it`,
    `so it has all ${ids.size} actions, with the ${spans} spans, times and parents that \`replay\` tells of the same files`,
  ];
}

/** What the backend of a sidecar refused is on its disk, and `resend` brings it there when it is mended. */
export async function checkResend({ cloud, endpoint }) {
  const { stateDir } = cloud.sidecars[TROUBLED];
  await eventually('a trace to be set aside', async () => readdirSync(join(stateDir, 'dead-letter')).length > 0);
  await novaspan('resend', '--state-dir', stateDir, '--endpoint', endpoint);
  assert.deepEqual(readdirSync(join(stateDir, 'dead-letter')), [], 'what was sent again is gone');
  return 'the trace that a backend refused was set aside, and `novaspan resend` has sent it';
}
