// Kafka without ZooKeeper: each broker is a controller, too. Small heaps, as everything here runs on one machine.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../stack/eventually.mjs';
import { startProgram } from '../stack/process.mjs';
import { PATIENCE_MS } from './patience.mjs';

const run = promisify(execFile);
const CLUSTER = 'bm92YXNwYW4tZmxlZXQtMQ';
/** Of a topic: several times the number of gateways. */
const PARTITIONS = 12;
const java = (jars, heap, ...args) => ['java', `-Xmx${heap}`, '-XX:+UseSerialGC', '-cp', `${jars}/lib/*`, ...args];

/**
 * Starts brokers on hosts of the network.
 *
 * @returns `addresses`; `createTopics`; `stop(name)` and `start(name)` of one; `topicBytes(topic)` on one replica's disk; `producer(topic)`: the command of a producer that reads lines `key TAB value`
 */
export async function startKafka({ network, jars, brokers, folder }) {
  const at = (name, port) => `${network.of(name).address}:${port}`;
  const voters = brokers.map((name, n) => `${n + 1}@${at(name, 9093)}`).join();
  const replicas = brokers.length;
  const running = new Map();

  const settings = (name, n) => ({
    'process.roles': 'broker,controller',
    'node.id': n + 1,
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://${at(name, 9092)},CONTROLLER://${at(name, 9093)}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, name),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'auto.create.topics.enable': false,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'group.initial.rebalance.delay.ms': 1000,
  });
  const file = (name) => join(folder, `${name}.properties`);

  const start = async (name) => {
    const [command, ...args] = network.command(name, ...java(jars, '256m', 'kafka.Kafka', file(name)));
    running.set(name, await startProgram(`Kafka on ${name}`, command, args, { graceMs: 30_000 }));
  };

  mkdirSync(folder, { recursive: true });
  await Promise.all(
    brokers.map(async (name, n) => {
      const lines = Object.entries(settings(name, n)).map(([key, value]) => `${key}=${value}`);
      writeFileSync(file(name), `${lines.join('\n')}\n`);
      const [command, ...args] = java(jars, '128m', 'kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', file(name));
      await run(command, args);
    }),
  );
  await Promise.all(brokers.map(start));
  const addresses = brokers.map((name) => at(name, 9092));

  return {
    addresses,
    start,
    stop: (name) => running.get(name).stop(),
    topicBytes: (topic) => bytesOf(folder, topic) / replicas,
    pids: () => [...running.values()].map(({ pid }) => pid),
    log: () => [...running].map(([name, { log }]) => `${name}: ${log().slice(-1500)}`).join('\n'),
    async createTopics(names) {
      const config = ['--config', `min.insync.replicas=${Math.max(1, replicas - 1)}`, '--config', 'max.message.bytes=8388608'];
      const create = (topic) => {
        const tool = ['org.apache.kafka.tools.TopicCommand', '--bootstrap-server', addresses.join(), '--create', '--if-not-exists'];
        const shape = ['--topic', topic, '--partitions', String(PARTITIONS), '--replication-factor', String(replicas)];
        const [command, ...args] = java(jars, '96m', ...tool, ...shape, ...config);
        return eventually(`topic ${topic}`, async () => (await run(command, args)) && true, PATIENCE_MS);
      };
      await Promise.all(names.map(create));
    },
    /** Kafka's own console producer, as a shipper of logs would write: acknowledged by all, in order. */
    producer(topic) {
      const tool = ['org.apache.kafka.tools.ConsoleProducer', '--bootstrap-server', addresses.join(), '--topic', topic];
      const reader = ['--property', 'parse.key=true', '--property', 'key.separator=\t', '--producer-property', 'acks=all'];
      return java(jars, '96m', ...tool, ...reader);
    },
    /** @returns by key, in which partitions its messages are */
    async partitionsOf(topic) {
      const tool = async (name, ...own) => {
        const given = [`org.apache.kafka.tools.${name}`, '--bootstrap-server', addresses.join(), '--topic', topic, ...own];
        const [command, ...args] = java(jars, '96m', ...given);
        return (await run(command, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
      };
      const count = [...(await tool('GetOffsetShell')).matchAll(/:\d+:(\d+)$/gm)].reduce((all, [, offset]) => all + Number(offset), 0);
      const all = new Map();
      if (count === 0) return all;
      const printed = ['print.key=true', 'print.partition=true', 'print.value=false'].flatMap((each) => ['--property', each]);
      const until = ['--max-messages', String(count), '--timeout-ms', String(PATIENCE_MS)];
      const messages = await tool('consumer.ConsoleConsumer', '--from-beginning', ...until, ...printed);
      for (const [, partition, key] of messages.matchAll(/^Partition:(\d+)\t(.*)$/gm))
        all.set(key, (all.get(key) ?? new Set()).add(partition));
      return all;
    },
    async stopAll() {
      await Promise.all([...running.values()].map((each) => each.stop()));
    },
  };
}

/** What the log segments of a topic take on all brokers. */
function bytesOf(folder, topic) {
  const segments = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes(`/${topic}-`) && path.endsWith('.log'),
  );
  return segments.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}
