// Two agents, two gateways and a Jaeger, as collector-config/ has them; only addresses, waits and thresholds are the test's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEcho } from '../echo.mjs';
import { startJaeger } from '../jaeger.mjs';
import { freePorts } from '../process.mjs';
import { configOf, startCollector } from './collector.mjs';
import { spansOf } from './record.mjs';

/** Of what a gateway is told here. Nothing of the rest is kept, so that what is kept is kept for a reason. */
export const SETTINGS = {
  COLLECTOR_DECISION_WAIT: '2s',
  COLLECTOR_SLOW_MS: '5000',
  COLLECTOR_SLOW_NETWORK: '2s',
  COLLECTOR_KEEP_PERCENT: '0',
  COLLECTOR_FLUSH: '3s',
};

/** A folder for the state of Collectors, and what removes it. */
export function stateFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-collector-'));
  return { of: (name) => join(folder, name), folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A Jaeger that passes on what it gets. `spans()` is all that has come, by span id. */
export async function startStore(jaegerBinary, otlpGrpcPort) {
  const [otlpPort, queryPort, queryGrpcPort, freePort] = await freePorts(4);
  const echo = await startEcho();
  const grpcPort = otlpGrpcPort ?? freePort;
  const jaeger = await startJaeger(jaegerBinary, { otlpPort, otlpGrpcPort: grpcPort, queryPort, queryGrpcPort, echoPort: echo.port });
  return {
    address: `127.0.0.1:${grpcPort}`,
    query: `http://127.0.0.1:${queryPort}`,
    spans: () => spansOf(echo.bodies),
    has: (ids) => ids.every((id) => spansOf(echo.bodies).has(id)),
    async stop() {
      await jaeger.stop();
      await echo.stop();
    },
  };
}

export async function startFleet(binary, jaegerBinary) {
  const state = stateFolder();
  const started = [];
  const stop = async () => {
    // What sends first: what it still has is passed on.
    for (const each of started.reverse()) await each.stop();
    state.remove();
  };
  const keep = (each) => {
    started.push(each);
    return each;
  };
  try {
    const store = keep(await startStore(jaegerBinary));
    const gateway = async (name) =>
      keep(
        await startCollector(binary, {
          name,
          configs: [configOf('gateway')],
          env: { ...SETTINGS, COLLECTOR_TRACES: store.address, COLLECTOR_STATE: state.of(name) },
        }),
      );
    const gateways = await Promise.all([gateway('gateway-1'), gateway('gateway-2')]);
    const env = {
      COLLECTOR_GATEWAYS: `[${gateways.map(({ grpc }) => grpc).join(', ')}]`,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=stack-test,host.name=not-the-writer,service.name=not-the-writer',
    };
    const agent = async (name) =>
      keep(await startCollector(binary, { name, configs: [configOf('agent')], env: { ...env, COLLECTOR_STATE: state.of(name) } }));
    const agents = await Promise.all([agent('agent-1'), agent('agent-2')]);
    return { store, gateways, agents, stop, log: () => started.map((each) => each.log?.() ?? '').join('\n') };
  } catch (error) {
    await stop();
    throw error;
  }
}
