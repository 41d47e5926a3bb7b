import assert from 'node:assert/strict';
import { checkQuery, traceOf } from './checks.mjs';

/** Every action that was written to the logs is in Jaeger under the id that `trace-id` tells of its ticket, as `replay` tells it of the same files. */
export async function checkTraces({ query, cloud }) {
  await cloud.written();
  const ids = new Set(await cloud.traceIds());
  const lines = (await cloud.replayed()).filter((line) => ids.has(traceOf(line)));
  assert.deepEqual(lines.map(traceOf).sort(), [...ids].sort(), 'the traces of the tickets, and those that replay tells');
  const spans = await checkQuery(query, lines);
  return `${ids.size} actions are in Jaeger under the ids that \`trace-id\` tells of their tickets, with the ${spans} spans that \`replay\` tells of the same files`;
}
