// One Cassandra 5 of Maven Central's jars, with a configuration of ours, and Jaeger v2 on it.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../stack/eventually.mjs';
import { startProgram } from '../stack/process.mjs';
import { PATIENCE_MS } from './patience.mjs';

export const KEYSPACE = 'novaspan';
const JAEGER = fileURLToPath(new URL('../../deploy/fleet/jaeger.yaml', import.meta.url));

/** What Cassandra's own start script opens on Java 17. */
const OPENED = `java.base/java.io java.base/java.lang java.base/java.lang.ref java.base/java.lang.reflect java.base/java.net
  java.base/java.nio java.base/java.util java.base/java.util.concurrent java.base/java.util.concurrent.atomic
  java.base/jdk.internal.loader java.base/jdk.internal.math java.base/jdk.internal.misc java.base/jdk.internal.module
  java.base/jdk.internal.ref java.base/jdk.internal.reflect java.base/jdk.internal.util.jar java.base/sun.nio.ch
  java.management.rmi/com.sun.jmx.remote.internal.rmi java.management/com.sun.jmx.remote.security java.rmi/sun.rmi.registry
  java.rmi/sun.rmi.server java.rmi/sun.rmi.transport.tcp java.sql/java.sql jdk.compiler/com.sun.tools.javac.file
  jdk.management/com.sun.management.internal`.split(/\s+/);

const LOGBACK = `<configuration><appender name="O" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %-5level %msg%n</pattern>
</encoder></appender><root level="WARN"><appender-ref ref="O"/></root></configuration>\n`;

const settings = (address, folder) => ({
  cluster_name: 'fleet',
  num_tokens: 16,
  partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
  commitlog_sync: 'periodic',
  commitlog_sync_period: '1000ms',
  data_file_directories: [join(folder, 'data')],
  commitlog_directory: join(folder, 'commitlog'),
  saved_caches_directory: join(folder, 'saved'),
  hints_directory: join(folder, 'hints'),
  cdc_raw_directory: join(folder, 'cdc'),
  seed_provider: [{ class_name: 'org.apache.cassandra.locator.SimpleSeedProvider', parameters: [{ seeds: `${address}:7000` }] }],
  listen_address: address,
  rpc_address: address,
  endpoint_snitch: 'SimpleSnitch',
  commitlog_segment_size: '8MiB',
  commitlog_total_space: '256MiB',
  memtable_heap_space: '128MiB',
  memtable_offheap_space: '64MiB',
  auto_snapshot: false,
});

/** @returns `client` (the driver's), `tables()`: bytes on disk by table once they are flushed, and `stop` */
export async function startCassandra({ network, host, jars, driver, folder }) {
  const { address } = network.of(host);
  const conf = join(folder, 'conf');
  mkdirSync(conf, { recursive: true });
  // JSON is YAML, too.
  writeFileSync(join(conf, 'cassandra.yaml'), JSON.stringify(settings(address, folder)));
  writeFileSync(join(conf, 'logback.xml'), LOGBACK);
  const opened = OPENED.flatMap((each) => ['--add-opens', `${each}=ALL-UNNAMED`, '--add-exports', `${each}=ALL-UNNAMED`]);
  const java = ['-Xms256m', '-Xmx1g', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', '-Djdk.attach.allowAttachSelf=true', ...opened];
  const own = [
    `-Dcassandra.config=file://${join(conf, 'cassandra.yaml')}`,
    `-Dcassandra.storagedir=${folder}`,
    '-Dcassandra-foreground=yes',
    '-Dcassandra.ring_delay_ms=0',
    '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  ];
  const classes = ['-cp', `${conf}:${jars}/lib/*`, 'org.apache.cassandra.service.CassandraDaemon'];
  const [command, ...args] = network.command(host, 'java', ...java, ...own, ...classes);
  const program = await startProgram('Cassandra', command, args, { graceMs: 30_000 });
  const connect = async () => {
    const client = new driver.Client({
      contactPoints: [address],
      localDataCenter: 'datacenter1',
      credentials: { username: 'cassandra', password: 'cassandra' },
      socketOptions: { readTimeout: 60_000 },
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.shutdown();
      throw error;
    }
  };
  const client = await eventually('Cassandra to answer', connect, PATIENCE_MS);
  return {
    client,
    pid: program.pid,
    log: program.log,
    tables: () => sizes(join(folder, 'data', KEYSPACE)),
    async stop() {
      await client.shutdown();
      await program.stop();
    },
  };
}

/** Bytes of a keyspace's files, by table. */
function sizes(folder) {
  const of = (path) =>
    readdirSync(path, { withFileTypes: true }).reduce(
      (sum, entry) => sum + (entry.isDirectory() ? of(join(path, entry.name)) : statSync(join(path, entry.name)).size),
      0,
    );
  return Object.fromEntries(readdirSync(folder).map((name) => [name.replace(/-[0-9a-f]+$/, ''), of(join(folder, name))]));
}

/** Jaeger beside Cassandra, with the shipped configuration. */
export async function startJaeger({ network, host, binary }) {
  const { address } = network.of(host);
  const [command, ...args] = network.command(host, binary, '--config', JAEGER);
  const program = await startProgram('Jaeger', command, args, {
    env: { CASSANDRA: address, CASSANDRA_REPLICAS: '1', JAEGER_QUERY: `${address}:16686`, JAEGER_OTLP: `${address}:4317` },
    doors: [`http://${address}:16686/api/services`],
    withinMs: PATIENCE_MS,
  });
  return { ...program, otlp: `${address}:4317`, query: `http://${address}:16686` };
}
