// The other way in: a shipper has written raw lines into Kafka, keyed by host. A Collector reads them there, and one novaspan makes traces.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startCollector, startSidecar } from './hosts.mjs';

const TOPIC = 'openstack-logs';
const pathOf = (log) => `/var/log/openstack/${log.replace(/@.*$/, '')}.log`;

/** A line as Filebeat writes it, and as Fluentd does (in_tail with path_key, record_transformer with hostname). */
const eventOf = {
  filebeat: (host, log, message) => ({
    '@timestamp': new Date().toISOString(),
    agent: { type: 'filebeat', version: '8.19.0' },
    host: { name: host },
    log: { file: { path: pathOf(log) } },
    message,
  }),
  fluentd: (host, log, message) => ({ message, hostname: host, path: pathOf(log) }),
};

/** @returns `write(host, log, line)`; `close` ends it when all is acknowledged */
export function startShipper(kafka) {
  const [command, ...args] = kafka.producer(TOPIC);
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.stdin.on('error', () => undefined);
  const shapes = new Map();
  return {
    write(host, log, line) {
      // Every other host has the other shipper.
      if (!shapes.has(host)) shapes.set(host, shapes.size % 2 === 0 ? eventOf.filebeat : eventOf.fluentd);
      child.stdin.write(`${host}\t${JSON.stringify(shapes.get(host)(host, log, line))}\n`);
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      process.off('exit', kill);
      if (child.exitCode !== 0) throw new Error(`the producer of log lines ended with ${child.exitCode}`);
    },
    kill,
  };
}

/** Takes OTLP JSON over HTTP, and keeps it. */
async function startSink(address) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    requests.push(JSON.parse(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    requests,
    endpoint: `http://${address}:${server.address().port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function startCentral({ network, host, binary, kafka, folder }) {
  const sink = await startSink(network.here);
  const novaspan = await startSidecar({
    network,
    host,
    folder,
    settings: { receive: { listen: '127.0.0.1:4319' }, otlp: { endpoint: sink.endpoint } },
  });
  const env = { COLLECTOR_STATE: join(folder, 'central') };
  const collector = await startCollector({ network, host, binary, config: 'logs-from-kafka', kafka, env });
  return {
    requests: sink.requests,
    novaspan,
    collector,
    log: () => `${collector.log()}\n${novaspan.log()}`,
    async stop() {
      await collector.stop();
      await novaspan.stop();
      sink.stop();
    },
  };
}
