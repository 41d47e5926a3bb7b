import { checkDecisions, checkIntact, checkOneDecision, checkSpanMetrics, validateConfigs } from './checks.mjs';
import { checkFeed } from './feed.mjs';
import { startFleet, stateFolder } from './fleet.mjs';
import { checkLogsIn } from './logs-in.mjs';
import { checkFullGateway, checkOutages } from './outages.mjs';
import { checkTls } from './tls.mjs';

/** All that the shipped configurations promise, with the real Collector and a real Jaeger; says what held. */
export async function checkCollectors({ binary, jaegerBinary, say }) {
  const ok = (told) => say(`ok  ${told}`);
  const state = stateFolder();
  try {
    ok(await validateConfigs(binary, state.folder));
  } finally {
    state.remove();
  }

  const fleet = await startFleet(binary, jaegerBinary);
  try {
    for (const check of [checkIntact, checkOneDecision, checkDecisions, checkSpanMetrics]) ok(await check(fleet));
  } catch (error) {
    throw new Error(`${error.message}\n${fleet.log()}`, { cause: error });
  } finally {
    await fleet.stop();
  }

  ok(await checkOutages(binary, jaegerBinary));
  ok(await checkFullGateway(binary, jaegerBinary));
  ok(await checkTls(binary));
  ok(await checkLogsIn(binary));
  ok(await checkFeed(binary));
}
