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
import { costOf } from './hosts.mjs';

const SENDER = fileURLToPath(new URL('sender.mjs', import.meta.url));
const FLUSH_MS = 2000;

const perSpan = (traces, sizeOf) =>
  traces.reduce((all, trace) => all + sizeOf(JSON.stringify(trace)), 0) / traces.reduce((all, trace) => all + spansIn(trace).length, 0);
const spansIn = ({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
const isBoot = (request) => spansIn(request).some(({ name, parentSpanId }) => name === 'instance create' && parentSpanId === undefined);

/** The boot of middle size, with what all its services tell. */
function bootOf(traces) {
  const boots = traces
    .filter(isBoot)
    .map((request) => JSON.stringify(request))
    .sort((a, b) => a.length - b.length);
  return boots[Math.floor(boots.length / 2)];
}

/** Cassandra writes its memtables out by itself every two seconds from now on: only then do files say how large a table is. */
async function flushAlways(client) {
  const { rows } = await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [KEYSPACE], {
    prepare: true,
  });
  for (const { table_name } of rows)
    await client.execute(`ALTER TABLE ${KEYSPACE}.${table_name} WITH memtable_flush_period_in_ms = ${FLUSH_MS}`);
}

async function countOf(client) {
  let count = 0;
  for await (const _ of client.stream(`SELECT span_id FROM ${KEYSPACE}.traces`, [], { prepare: true, fetchSize: 1000, autoPage: true }))
    count++;
  return count;
}

/**
 * @param traces what a replay of all logs tells, as OTLP JSON
 * @param sent how many spans were sent until now, as they are in Kafka
 * @returns `bytes` of a span of those that happened, in each form; `cpu`: seconds of each part for one trace of those that are sent now
 */
export async function measure({ fleet, traces, sent, count, say }) {
  const { cassandra, kafka, jaeger, gateways, agents, network } = fleet;
  const boot = bootOf(traces);
  const spans = spansIn(JSON.parse(boot)).length;
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-fleet-boot-'));
  writeFileSync(join(folder, 'boot.json'), boot);
  await flushAlways(cassandra.client);
  const settled = async () => {
    await delay(3 * FLUSH_MS);
    return Object.values(cassandra.tables()).reduce((all, bytes) => all + bytes, 0);
  };
  const pids = {
    agent: [agents[0].pid()],
    gateways: gateways.map((each) => each.pid()),
    Kafka: kafka.pids(),
    Jaeger: [jaeger.pid],
    Cassandra: [cassandra.pid],
  };
  const cpu = () =>
    Object.fromEntries(Object.entries(pids).map(([name, own]) => [name, own.reduce((all, pid) => all + costOf(pid).cpu, 0)]));
  try {
    const rows = await countOf(cassandra.client);
    const bytes = {
      json: perSpan(traces, (text) => text.length),
      gzip: perSpan(traces, (text) => gzipSync(text).length),
      kafka: kafka.topicBytes(TRACES) / sent,
      cassandra: (await settled()) / rows,
    };
    let stored = rows;
    const send = async (copies) => {
      const [command, ...args] = network.command(
        agents[0].host,
        'nice',
        process.execPath,
        SENDER,
        join(folder, 'boot.json'),
        String(copies),
        agents[0].host,
      );
      await once(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
      stored += copies * spans;
      await eventually('the copies to be in the store', async () => (await countOf(cassandra.client)) >= stored, 300_000);
    };
    // Java is slow at first.
    await send(Math.ceil(count / 3));
    const [before, began] = [cpu(), Date.now()];
    await send(count);
    const [after, seconds] = [cpu(), (Date.now() - began) / 1000];
    const measured = {
      count,
      spans,
      seconds,
      bytes,
      cpu: Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] - before[name]) / count])),
    };
    say(`${count} copies of a boot of ${spans} spans in ${seconds.toFixed(0)} s`);
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
