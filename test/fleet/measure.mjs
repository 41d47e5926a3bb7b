// What a trace costs on its way and in the store: the same boot again and again, under ids of its own, through an agent.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { eventually } from '../stack/eventually.mjs';
import { KEYSPACE } from './cassandra.mjs';
import { TRACES } from './fleet.mjs';
import { costOf, metric } from './hosts.mjs';
import { batchesIn, toOtlpProtobuf } from './modules.mjs';
import { PATIENCE_MS } from './patience.mjs';

const SENDER = fileURLToPath(new URL('sender.mjs', import.meta.url));
const FLUSH_MS = 2000;
const IDLE_MS = 10_000;
/** Spans that the store has answered for. */
const SENT = 'otelcol_exporter_sent_spans';

const sum = (all, each) => all + each;
const perSpan = (traces, of) => traces.map((trace) => of(trace).length).reduce(sum, 0) / traces.flatMap(spansIn).length;
const jsonOf = (trace) => Buffer.from(JSON.stringify(trace));
const protobufOf = (trace) => toOtlpProtobuf(batchesIn(JSON.stringify(trace)));
const spansIn = ({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
const isBoot = (request) => spansIn(request).some(({ name, parentSpanId }) => name === 'instance create' && parentSpanId === undefined);

/** The boot of middle size, with what all its services did. */
function bootOf(traces) {
  const boots = traces
    .filter(isBoot)
    .map((request) => JSON.stringify(request))
    .sort((a, b) => a.length - b.length);
  return boots[Math.floor(boots.length / 2)];
}

/** Cassandra writes its memtables out by itself every so often; 0: when it likes. Only then do files say how large a table is. */
async function flushEvery(client, ms) {
  const { rows } = await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [KEYSPACE], {
    prepare: true,
  });
  for (const { table_name } of rows) await client.execute(`ALTER TABLE ${KEYSPACE}.${table_name} WITH memtable_flush_period_in_ms = ${ms}`);
}

/**
 * @param traces what a replay of all logs gives, as OTLP JSON
 * @param sent how many spans were sent until now, as they are in Kafka; `rows`: as they are in the store
 * @returns `bytes` of a span of those that happened, in each form; `cpu`: seconds of each part for one trace of those that are sent now, without what it takes idle
 */
export async function measure({ fleet, traces, sent, rows, count, say }) {
  const { cassandra, kafka, jaeger, gateways, agents, network } = fleet;
  const boot = bootOf(traces);
  const spans = spansIn(JSON.parse(boot)).length;
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-fleet-boot-'));
  writeFileSync(join(folder, 'boot.json'), boot);
  const onDisk = async () => {
    await flushEvery(cassandra.client, FLUSH_MS);
    await delay(4 * FLUSH_MS);
    await flushEvery(cassandra.client, 0);
    return cassandra.tables();
  };
  // The gateways' own counters: to ask the store would be work for it.
  const stored = async () => (await Promise.all(gateways.map(({ metrics }) => metric(metrics, SENT, 'otlp_grpc/store')))).reduce(sum, 0);
  const pids = {
    agent: [agents[0].pid()],
    gateways: gateways.map((each) => each.pid()),
    Kafka: kafka.pids(),
    Jaeger: [jaeger.pid],
    Cassandra: [cassandra.pid],
  };
  const cpu = () =>
    Object.fromEntries(Object.entries(pids).map(([name, own]) => [name, own.reduce((all, pid) => all + costOf(pid).cpu, 0)]));
  const spentWhile = async (work) => {
    const [before, began] = [cpu(), Date.now()];
    await work();
    const after = cpu();
    const names = Object.keys(after);
    return { seconds: (Date.now() - began) / 1000, cpu: Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) };
  };
  try {
    const tables = await onDisk();
    const bytes = {
      json: perSpan(traces, jsonOf),
      jsonGzip: perSpan(traces, (trace) => gzipSync(jsonOf(trace))),
      protobuf: perSpan(traces, protobufOf),
      protobufGzip: perSpan(traces, (trace) => gzipSync(protobufOf(trace))),
      kafka: kafka.topicBytes(TRACES) / sent,
      cassandra: Object.values(tables).reduce(sum, 0) / rows,
      cassandraSpans: tables.traces / rows,
    };
    const send = async (copies) => {
      const before = await stored();
      const sender = [process.execPath, SENDER, join(folder, 'boot.json'), String(copies), agents[0].host];
      const [command, ...args] = network.command(agents[0].host, ...sender);
      await once(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
      const enough = before + copies * spans;
      await eventually(
        'the copies to be in the store',
        async () => {
          await delay(500);
          const now = await stored();
          if (now < enough) throw new Error(`${now - before} of ${copies * spans} spans are there`);
          return true;
        },
        PATIENCE_MS,
      );
    };
    // Java is slow at first.
    await send(Math.ceil(count / 2));
    await delay(IDLE_MS / 2);
    const idle = await spentWhile(() => delay(IDLE_MS));
    const busy = await spentWhile(() => send(count));
    const { seconds } = busy;
    const measured = {
      count,
      spans,
      seconds,
      bytes,
      cpu: Object.fromEntries(
        Object.entries(busy.cpu).map(([name, all]) => [name, Math.max(0, all - (idle.cpu[name] / idle.seconds) * seconds) / count]),
      ),
    };
    say(`${count} copies of a boot of ${spans} spans in ${seconds.toFixed(0)} s`);
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
