// The whole: hosts, Kafka, the store, gateways, agents and sidecars; and what happens on them.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { play } from '../../demo/relive.mjs';
import { KEYSPACE, startCassandra, startJaeger } from './cassandra.mjs';
import { startCentral, startShipper } from './central.mjs';
import { gatewayEnv, startCollector, startSidecar } from './hosts.mjs';
import { startKafka } from './kafka.mjs';
import { createNetwork } from './network.mjs';

/** Beside the shipped gateway.yaml: each gateway puts its name into the resource of what it stores. Only this test has it. */
const GATEWAY_NAME_CONFIG = fileURLToPath(new URL('gateway-name.yaml', import.meta.url));

export const TRACES = 'novaspan-traces';
export const LOGS = 'openstack-logs';

const named = (name, count) => Array.from({ length: count }, (_, n) => `${name}${n + 1}`);

/** `short` has one of everything that needs no other. */
export const shapeOf = (isShort) => ({
  computes: named('cmp', isShort ? 2 : 8),
  controllers: named('ctl', isShort ? 1 : 3),
  gateways: named('gw', 2),
  brokers: named('kafka', isShort ? 1 : 3),
  skewed: { host: isShort ? 'cmp2' : 'cmp5', ms: 2000 },
});

export async function startFleet({ shape, parts, folder, say }) {
  const { computes, controllers, gateways: gatewayNames, brokers } = shape;
  const hosts = [...computes, ...controllers, ...gatewayNames];
  const started = [];
  const keep = (each) => {
    started.push(each);
    return each;
  };
  const stop = async () => {
    for (const each of started.splice(0).reverse())
      await Promise.resolve(each.stop()).catch((error) => say(`not ended well: ${error.message}`));
  };
  try {
    const network = createNetwork([...hosts, ...brokers, 'store', 'central']);
    started.push({ stop: network.remove });
    const jars = { kafka: parts.kafka, cassandra: parts.cassandra };
    const [cassandra, kafka] = await Promise.all([
      startCassandra({ network, host: 'store', jars: jars.cassandra, driver: parts.driver, folder: join(folder, 'cassandra') }).then(keep),
      startKafka({ network, jars: jars.kafka, brokers, folder: join(folder, 'kafka') }).then((each) => {
        keep({ stop: each.stopAll });
        return each;
      }),
    ]);
    say(`Cassandra 5 and ${brokers.length} broker(s) of Kafka answer`);
    const [jaeger] = await Promise.all([
      startJaeger({ network, host: 'store', binary: parts.jaeger }).then(keep),
      kafka.createTopics([TRACES, LOGS]),
    ]);
    say('Jaeger has made its tables, Kafka its topics');

    const collector = (host, config, more) => startCollector({ network, host, binary: parts.collector, config, kafka, ...more }).then(keep);
    const env = gatewayEnv({ network, gateways: gatewayNames, store: jaeger.otlp });
    const gateways = await Promise.all(
      gatewayNames.map((host) =>
        collector(host, 'gateway', {
          env: { ...env, COLLECTOR_OTLP_GRPC: `${network.of(host).address}:4317`, GATEWAY: host },
          also: [GATEWAY_NAME_CONFIG],
        }),
      ),
    );
    const central = keep(await startCentral({ network, host: 'central', binary: parts.collector, kafka, folder }));
    const agents = [];
    const sidecars = [];
    for (const host of hosts) {
      // A gateway's own Collector has the usual port.
      agents.push(await collector(host, 'agent', { metricsPort: gatewayNames.includes(host) ? 8889 : 8888 }));
      mkdirSync(join(folder, 'logs', host), { recursive: true });
      const otlp = { endpoint: 'http://127.0.0.1:4318', headers: { 'x-novaspan-host': host } };
      sidecars.push(keep(await startSidecar({ network, host, folder, settings: { logs: [{ path: join(folder, 'logs', host) }], otlp } })));
    }
    say(`${hosts.length} hosts follow their logs, ${gateways.length} gateways take from Kafka`);
    return {
      network,
      hosts,
      cassandra,
      kafka,
      jaeger,
      gateways,
      central,
      agents,
      sidecars,
      logsOf: (host) => join(folder, 'logs', host),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Writes the lines when they are due: each into its host's log, and as a shipper's event into Kafka.
 *
 * @returns `done`, settled when all is written and acknowledged; `stop`
 */
export function happen(fleet, lines) {
  const stopping = new AbortController();
  const shipper = startShipper(fleet.kafka);
  const write = (log, text) => {
    const [host, name] = log.split('/');
    appendFileSync(join(fleet.logsOf(host), name), text);
    for (const line of text.split('\n').slice(0, -1)) shipper.write(host, name, line);
  };
  const sleep = (ms) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const named = lines.map(({ host, log, due, text }) => ({ log: `${host}/${log}`, due, text }));
  const playing = play(named, { write, clock: { now: Date.now, sleep }, isStopped: () => stopping.signal.aborted });
  return {
    done: playing.then(shipper.close),
    stop() {
      stopping.abort();
      shipper.kill();
    },
  };
}

/** Every row of the store: one for each span, and when it was written last (ms since 1970). */
export async function rowsOf({ client }) {
  const query = `SELECT trace_id, span_id, span_hash, process, writetime(duration) AS written FROM ${KEYSPACE}.traces`;
  const rows = [];
  for await (const row of client.stream(query, [], { prepare: true, fetchSize: 500, autoPage: true })) {
    const host = row.process.tags.find(({ key }) => key === 'host.name')?.value_string;
    rows.push({
      trace: row.trace_id.toString('hex'),
      span: BigInt.asUintN(64, BigInt(row.span_id)).toString(16).padStart(16, '0'),
      host,
      written: Number(row.written) / 1000,
    });
  }
  return rows;
}
