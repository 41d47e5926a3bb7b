// Everything that runs while the checks are made: on 127.0.0.1, on ports that are free, ended by its own process.
import { join } from 'node:path';
import { createCloud } from './cloud.mjs';
import { startCollectors } from './collectors.mjs';
import { startEcho } from './echo.mjs';
import { startJaeger } from './jaeger.mjs';
import { sendThroughOutage } from './outage.mjs';
import { startPicky } from './picky.mjs';
import { freePorts } from './process.mjs';
import { startPrometheus } from './prometheus.mjs';

const RULES = new URL('../../grafana/alerts/novaspan.rules.yaml', import.meta.url).pathname;

/** So much of what each program said last is shown when a check fails. */
const TAIL = 3000;

/**
 * Starts what there is of the stack, and lets the cloud begin.
 *
 * @returns what the checks ask: `direct` (OTLP of Jaeger itself), `query` (Jaeger's API), `echo`, `prometheus`, `cloud`, `outage`, and
 *   `began` (epoch seconds); `logs` says what the programs said last, `stop` ends all
 */
export async function startStack({ parts, folder, say }) {
  const running = {};
  const stack = {
    began: Date.now() / 1000,
    logs: () =>
      [
        ...(running.cloud?.logs() ?? []),
        ...(running.collectors?.logs() ?? []),
        { name: 'Jaeger', ...running.jaeger },
        { name: 'Prometheus', ...running.prometheus },
      ]
        .map(({ name, log }) => `-- ${name} said at last:\n${log?.().slice(-TAIL) ?? 'not started'}`)
        .join('\n'),
    async stop() {
      await Promise.all([running.prometheus?.stop(), running.cloud?.stop()]);
      await Promise.all([running.picky?.stop(), running.collectors?.stop()]);
      await running.jaeger?.stop();
      await running.echo?.stop();
    },
  };
  try {
    const echo = await startEcho();
    running.echo = stack.echo = echo;
    // Where there is no backend, something must take the traces: only what is taken is counted.
    let endpoint = `http://127.0.0.1:${echo.port}`;
    const [otlpPort, otlpGrpcPort, queryPort, queryGrpcPort] = await freePorts(4);
    if (parts.jaeger !== undefined) {
      stack.direct = endpoint = `http://127.0.0.1:${otlpPort}`;
      stack.query = `http://127.0.0.1:${queryPort}`;
      stack.outage = await sendThroughOutage(stack.direct, async () => {
        running.jaeger = await startJaeger(parts.jaeger, { otlpPort, otlpGrpcPort, queryPort, queryGrpcPort, echoPort: echo.port });
        say(`Jaeger is up (pid ${running.jaeger.pid}, OTLP ${otlpPort}, query ${queryPort})`);
      });
    }
    const targets = [];
    if (parts.jaeger !== undefined && parts.collector !== undefined) {
      running.collectors = await startCollectors(parts.collector, { folder, store: `127.0.0.1:${otlpGrpcPort}` });
      endpoint = running.collectors.endpoint;
      targets.push({ job: 'gateway', address: running.collectors.spanMetrics });
      say(`Collectors are up: novaspan sends to the agent (${endpoint}), the agent to the gateway, and that to Jaeger`);
    }
    stack.endpoint = endpoint;
    running.picky = await startPicky(endpoint);
    running.cloud = stack.cloud = await createCloud({ folder, endpoints: { usual: endpoint, troubled: running.picky.endpoint } });
    targets.push(...Object.values(stack.cloud.sidecars).map(({ address }) => ({ job: 'novaspan', address, labels: { cluster: 'stack' } })));
    // Together: what happens first must be seen by a Prometheus that knows how it was before.
    const starting = [stack.cloud.begin()];
    if (parts.prometheus !== undefined) {
      const started = startPrometheus({ folder: join(folder, 'prometheus'), rules: [RULES], targets });
      starting.push(
        started.then((prometheus) => {
          running.prometheus = stack.prometheus = prometheus;
          say(`Prometheus ${parts.prometheus} is up (pid ${prometheus.pid}, ${prometheus.url})`);
        }),
      );
    }
    await allOf(starting);
    return stack;
  } catch (error) {
    const said = stack.logs();
    await stack.stop();
    throw new Error(`${error.message}\n${said}`, { cause: error });
  }
}

/** All of them, and the first failure only when none is under way any more: what has been started can then be stopped. */
async function allOf(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
