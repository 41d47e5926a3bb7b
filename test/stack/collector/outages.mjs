// What each hop does when the next one is away, and when it is killed meanwhile.
import assert from 'node:assert/strict';
import { freePorts, until } from '../process.mjs';
import { configOf, startCollector } from './collector.mjs';
import { SETTINGS, startStore, stateFolder } from './fleet.mjs';
import { partsOf, post, send } from './parts.mjs';
import { sum } from './scrape.mjs';

const WAITING = 'otelcol_exporter_queue_size';
const failed = (count, name) => Array.from({ length: count }, (_, i) => partsOf(`${name} ${i}`, { outcome: 'failed', error: 'x' }));

/** Runs a check that starts programs as it goes: those that still run at its end are stopped, and speak if it failed. */
async function withPrograms(check) {
  const state = stateFolder();
  const running = new Set();
  const start = async (program) => {
    const started = await program;
    running.add(started);
    return started;
  };
  const end = async (program, how) => {
    await program[how]();
    running.delete(program);
  };
  try {
    return await check({ state, start, end });
  } catch (error) {
    throw new Error(`${error.message}\n${[...running].map((each) => each.log?.() ?? '').join('\n')}`, { cause: error });
  } finally {
    for (const each of [...running].reverse()) await each.stop();
    state.remove();
  }
}

const spanIds = (traces) => traces.flatMap(({ compute }) => [...compute.matchAll(/"spanId":"(\w+)"/g)].map(([, id]) => id));

/**
 * An agent is killed while its gateway is away, the gateway while Jaeger is: when all are back, every trace is there, once.
 * Nobody listens at first; each hop is opened when the one before it has been killed and started again.
 */
export const checkOutages = (binary, jaegerBinary) =>
  withPrograms(async ({ state, start, end }) => {
    const [gatewayPort, storePort] = await freePorts(2);
    const startAgent = () =>
      start(
        startCollector(binary, {
          name: 'agent',
          configs: [configOf('agent')],
          env: {
            COLLECTOR_GATEWAYS: `[127.0.0.1:${gatewayPort}]`,
            COLLECTOR_STATE: state.of('agent'),
            COLLECTOR_QUEUE: '30',
            COLLECTOR_CONSUMERS: '4',
          },
        }),
      );
    const startGateway = () =>
      start(
        startCollector(binary, {
          name: 'gateway',
          configs: [configOf('gateway')],
          env: {
            ...SETTINGS,
            COLLECTOR_OTLP_GRPC: `127.0.0.1:${gatewayPort}`,
            COLLECTOR_TRACES: `127.0.0.1:${storePort}`,
            COLLECTOR_STATE: state.of('gateway'),
          },
        }),
      );

    let agent = await startAgent();
    const traces = failed(25, 'outage');
    for (const { compute } of traces) await send(agent.endpoint, compute);
    // More than there is room for: refused, so that novaspan keeps it.
    let refused;
    const extra = failed(20, 'too many');
    const taken = [];
    for (const each of extra) {
      const status = await post(agent.endpoint, each.compute);
      if (status === 200) taken.push(each);
      else refused ??= status;
    }
    assert.equal(refused, 503);
    await end(agent, 'kill');
    agent = await startAgent();

    let gateway = await startGateway();
    const all = [...traces, ...taken];
    await until(async () => (await sum([agent.metrics], WAITING)) === 0 && (await sum([gateway.metrics], WAITING)) >= all.length, {
      what: `the gateway to have decided on ${all.length} traces`,
      withinMs: 60_000,
    });
    await end(gateway, 'kill');
    gateway = await startGateway();

    const store = await start(startStore(jaegerBinary, storePort));
    const ids = spanIds(all);
    await until(() => store.has(ids), { what: `${all.length} traces to be in Jaeger`, withinMs: 60_000 });
    const twice = ids.filter((id) => store.spans().get(id).length > 1).length;

    // Told to stop, a gateway decides at once on what it has. What it cannot hand on any more is on its disk.
    const [last] = failed(1, 'stopped');
    await send(gateway.endpoint, last.compute);
    await end(gateway, 'stop');
    await startGateway();
    await until(() => store.has(spanIds([last])), { what: 'what a stopped gateway had' });
    return `an agent killed while its gateway is away, a gateway killed while Jaeger is: ${all.length} of ${all.length} traces there (${twice} spans twice); a full queue answers ${refused}; what a stopped gateway had is not lost`;
  });

/** A gateway whose queue is full while Jaeger is away makes its agents wait, and drops nothing. */
export const checkFullGateway = (binary, jaegerBinary) =>
  withPrograms(async ({ state, start }) => {
    const [gatewayPort, storePort] = await freePorts(2);
    const gateway = await start(
      startCollector(binary, {
        name: 'gateway',
        configs: [configOf('gateway')],
        env: {
          ...SETTINGS,
          COLLECTOR_DECISION_WAIT: '1s',
          COLLECTOR_OTLP_GRPC: `127.0.0.1:${gatewayPort}`,
          COLLECTOR_TRACES: `127.0.0.1:${storePort}`,
          COLLECTOR_STATE: state.of('gateway'),
          COLLECTOR_QUEUE: '3',
        },
      }),
    );
    const agent = await start(
      startCollector(binary, {
        name: 'agent',
        configs: [configOf('agent')],
        env: { COLLECTOR_GATEWAYS: `[127.0.0.1:${gatewayPort}]`, COLLECTOR_STATE: state.of('agent'), COLLECTOR_CONSUMERS: '4' },
      }),
    );
    const traces = failed(60, 'full');
    const waiting = (program, count) => until(async () => (await sum([program.metrics], WAITING)) >= count, { what: 'a queue to fill' });
    for (const { compute } of traces.slice(0, 30)) await send(agent.endpoint, compute);
    await waiting(gateway, 3);
    for (const { compute } of traces.slice(30)) await send(agent.endpoint, compute);
    await waiting(agent, 1);
    const store = await start(startStore(jaegerBinary, storePort));
    await until(() => store.has(spanIds(traces)), { what: `${traces.length} traces behind a full gateway`, withinMs: 90_000 });
    return `a gateway whose queue is full makes its agents wait: ${traces.length} of ${traces.length} traces there`;
  });
