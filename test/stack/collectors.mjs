// The Collectors that the sidecars send to, as collector-config/ has them: an agent, a gateway behind it. test/stack/collector/ shows all
// that these configurations promise; here they are on the way.
import { join } from 'node:path';
import { configOf, startCollector } from './collector/collector.mjs';

/** Of what a gateway is told here: it decides soon, and keeps everything, so that everything can be looked for. */
const SETTINGS = { COLLECTOR_DECISION_WAIT: '2s', COLLECTOR_KEEP_PERCENT: '100', COLLECTOR_FLUSH: '1s' };

/**
 * @param store HOST:PORT where a backend takes OTLP over gRPC
 * @returns `endpoint` for the sidecars, `spanMetrics` (HOST:PORT to scrape), `logs()` and `stop()`
 */
export async function startCollectors(binary, { folder, store }) {
  const gateway = await startCollector(binary, {
    name: 'gateway',
    configs: [configOf('gateway')],
    env: { ...SETTINGS, COLLECTOR_TRACES: store, COLLECTOR_STATE: join(folder, 'gateway') },
  });
  const env = { COLLECTOR_GATEWAYS: `[${gateway.grpc}]`, COLLECTOR_STATE: join(folder, 'agent') };
  const agent = await startCollector(binary, { name: 'agent', configs: [configOf('agent')], env }).catch(async (error) => {
    await gateway.stop();
    throw error;
  });
  return {
    endpoint: agent.endpoint,
    spanMetrics: new URL(gateway.spanMetrics).host,
    logs: () => [
      { name: 'agent', log: agent.log },
      { name: 'gateway', log: gateway.log },
    ],
    // The agent first: what it still has is passed on.
    async stop() {
      await agent.stop();
      await gateway.stop();
    },
  };
}
