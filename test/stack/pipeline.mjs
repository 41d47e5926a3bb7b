import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkQuery, traceOf } from './checks.mjs';
import { TROUBLED } from './cloud.mjs';
import { eventually } from './eventually.mjs';
import { novaspan } from './sidecar.mjs';

/** Every action that was written to the logs is in Jaeger under the id that `trace-id` tells of its ticket, as `replay` tells it of the same files. */
export async function checkTraces({ query, cloud }) {
  await cloud.written();
  const ids = new Set(await cloud.traceIds());
  const lines = (await cloud.replayed()).filter((line) => ids.has(traceOf(line)));
  assert.deepEqual(new Set(lines.map(traceOf)), ids, 'the traces of the tickets, and those that replay tells');
  const spans = await checkQuery(query, lines);
  return `${ids.size} actions are in Jaeger under the ids that \`trace-id\` tells of their tickets, with the ${spans} spans that \`replay\` tells of the same files`;
}

/** What the backend of a sidecar refused is on its disk, and `resend` brings it there when it is mended. */
export async function checkResend({ cloud, endpoint }) {
  const { stateDir } = cloud.sidecars[TROUBLED];
  await eventually('a trace to be set aside', async () => readdirSync(join(stateDir, 'set-aside')).length > 0);
  await novaspan('resend', '--state-dir', stateDir, '--endpoint', endpoint);
  assert.deepEqual(readdirSync(join(stateDir, 'set-aside')), [], 'what was sent again is gone');
  return 'the trace that a backend refused was set aside, and `novaspan resend` has sent it';
}
