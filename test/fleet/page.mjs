// docs/fleet.md: how a fleet is built, and what the last run of this test has seen of it.
const seconds = (value) => `${value.toFixed(1)} s`;
const ms = (value) => `${(value * 1000).toFixed(1)} ms`;
const row = (...cells) => `| ${cells.join(' | ')} |`;
const rule = (...cells) => row(...cells.map(() => '---'));
const table = (head, rows) => [row(...head), rule(...head), ...rows.map((cells) => row(...cells))].join('\n');

function equality({ store, central }) {
  const of = ({ expected, traces, same, lost, twice, extra, unlike }) => [traces, expected, same, lost, twice, extra, unlike];
  return table(
    ['way', 'against', 'traces', 'spans', 'the same', 'lost', 'twice', 'too many', 'unlike'],
    [
      ['a sidecar on each host, Kafka, gateways, Jaeger on Cassandra', "one replay of each host's logs", ...of(store)],
      ['raw lines in Kafka, one novaspan', 'one replay of all logs', ...of(central)],
    ],
  );
}

function faults({ delays, shape }) {
  const rows = delays.faults.map(({ name, done, due, longest }) => [name, done, due, due === 0 ? 'nothing was due' : seconds(longest)]);
  rows.push([
    'a clock that is wrong',
    `${shape.skewed.host} writes times that are ${shape.skewed.ms / 1000} s ahead`,
    '',
    'none: its traces are told as its lines say',
  ]);
  return table(['fault', 'what was done', 'parts of traces due meanwhile', 'the latest came later than usual by'], rows);
}

function costs({ measured, counters }) {
  const { count, spans, cpu, bytes } = measured;
  const perCore = (value) => (1 / value).toFixed(0);
  const parts = Object.entries(cpu).map(([name, value]) => [name, ms(value), perCore(value)]);
  return `${table(['part', 'processor time of a trace', 'traces a second that one core takes'], parts)}

${table(
  ['a span, on average', 'bytes'],
  [
    ['as OTLP JSON', bytes.json.toFixed(0)],
    ['as OTLP JSON, gzip, a trace at a time', bytes.gzip.toFixed(0)],
    ['in Kafka, one replica (OTLP protobuf, zstd)', bytes.kafka.toFixed(0)],
    ["in Cassandra, one replica, with Jaeger's indexes", bytes.cassandra.toFixed(0)],
  ],
)}

The bytes are of all that happened. For the processor's time one boot, of ${spans} spans of all services, was sent ${count} times under ids of its own. Sidecars of this run: ${counters.lines.toLocaleString('en')} lines,
${seconds(counters.sidecarCpu)} of processor time together, starts included; ${(counters.sidecarRss / 1e6).toFixed(0)} MB each.`;
}

/** The results alone, for the terminal. */
export const tableOf = (results) => `${equality(results)}\n\n${faults(results)}\n\n${costs(results)}`;

const TOPOLOGY = `
cmp1 ... cmp8, ctl1 ... ctl3            gateways                           store
┌────────────────────────────┐
│ logs ─▶ novaspan ─▶ agent ─┼──▶ Kafka ──▶ gw1 in ──┬─▶ gw1 store ──┬──▶ Jaeger ─▶ Cassandra
└────────────────────────────┘   by host    gw2 in ──┴─▶ gw2 store ──┘
                                            by partition   by trace id

logs ─▶ Filebeat or Fluentd ──▶ Kafka ──▶ Collector ──▶ novaspan ──▶ any backend
                                by host   lines as OTLP logs
`;

export function pageOf(results) {
  const { shape, counters, delays, lines, lastMs, isShort, seconds: took, store } = results;
  const { computes, controllers, gateways, brokers } = shape;
  const repeated = counters.intoKafka - store.rows;
  return `# A fleet

How many hosts send their traces by Kafka and gateways into one store, what was seen of it with real parts, and what its limits are. What a given
number of nodes needs is in [sizing.md](sizing.md).

**This page is written by \`npm run test:fleet -- --write docs/fleet.md\`**; all numbers on it are of that run.

\`\`\`${TOPOLOGY}\`\`\`

- **novaspan** follows the logs of its host. The log files are the queue: what is not answered is sent again, under the same ids.
- **The agent** is a Collector on the same host. It keeps nothing and answers when Kafka's replicas have the trace.
- **Kafka** is keyed by host: all of a host is in one partition, in its order.
- **A gateway** takes a share of the partitions and hands every trace to the gateway that its id belongs to. There \`tail_sampling\` can go.
  An offset is committed when the store has the spans.
- **Jaeger on Cassandra**: a span that is written twice is one row, as its key is trace, span and a hash of it.

So each part either has a trace on disk, or has not answered for it. Any of them may be killed.

## Files to copy

| file | for |
| --- | --- |
| [deploy/fleet/agent.yaml](../deploy/fleet/agent.yaml) | the Collector on each host |
| [deploy/fleet/gateway.yaml](../deploy/fleet/gateway.yaml) | the gateways |
| [deploy/fleet/logs-from-kafka.yaml](../deploy/fleet/logs-from-kafka.yaml) | raw lines in Kafka |
| [deploy/fleet/jaeger.yaml](../deploy/fleet/jaeger.yaml) | Jaeger v2 on Cassandra |

\`\`\`yaml
# novaspan.yaml of host cmp1. The header is the key in Kafka.
logs: [{ path: /var/log/nova }, { path: /var/log/openvswitch }, { path: /var/log/ovn }]
timezone: UTC
otlp: { endpoint: 'http://127.0.0.1:4318', headers: { x-novaspan-host: cmp1 } }
\`\`\`

\`\`\`sh
# Several partitions for each gateway, so that one more gateway takes its share. Three replicas, two of which must have a trace.
kafka-topics.sh --bootstrap-server kafka1:9092 --create --topic novaspan-traces --partitions 12 --replication-factor 3 \\
  --config min.insync.replicas=2 --config max.message.bytes=8388608 --config retention.ms=86400000
\`\`\`

\`retention.ms\` has to be longer than the longest outage of the gateways or the store.

## What was seen

${computes.length} computes, ${controllers.length} controller(s), ${gateways.length} gateways, ${brokers.length} broker(s), one Cassandra 5: each a network namespace on one machine of two cores. ${lines.toLocaleString('en')} lines
in ${Math.round(lastMs / 1000)} s: scenarios of \`test/golden\`, moved to now.${isShort ? ' This was the short form.' : ''} The whole run took ${Math.round(took / 60)} minutes.

${equality(results)}

Compared are trace and span id, parent, name, kind, start, end, status, resource, attributes, events and links. For the raw lines, file and offset
are not: there the lines stand in novaspan's own files. The order of events is not either: Jaeger does not keep it.

**The two ways do not tell quite the same.** A sidecar sees its own host only. Some spans and attributes need lines of two hosts: whose an API request
of neutron is, where only a line of the compute node names the port; how long \`dispatch\` took. One novaspan that has all lines tells them: here
${results.central.expected} spans against ${store.expected}, of the same ${store.traces} traces.

### What each fault did

Usually a compute node's part of a trace is in the store ${seconds(delays.usual.computes)} after its last span's end, a controller's after ${seconds(delays.usual.controllers)}: it waits 60 s for more lines.

${faults(results)}

Counters: the sidecars repeated a request ${counters.retried} times; ${counters.intoKafka.toLocaleString('en')} spans went into Kafka, ${store.rows.toLocaleString('en')} are in the store.${repeated > 0 ? ` ${repeated} of them came again, with the same ids, and were written over themselves.` : ''}

### What it cost

${costs(results)}

## Limits

- **A gateway that is gone for good** has to be taken off the list of the others (\`resolver: static\`), or the traces that belong to it wait in Kafka. \`dns\` and \`k8s\`
  resolvers do that by themselves. As a partition is in order, what comes after a trace that waits, waits too.
- **\`tail_sampling\` keeps traces in memory** until it decides (90 s), and has answered for them: a killed gateway then loses up to 90 s of traces that were not
  decided. Without it nothing is lost. Sampling by \`probabilistic_sampler\` keeps nothing.
- **One novaspan for raw lines** reads all hosts: it is one process, on one or two cores. More than one needs hosts that stay together: a topic for each
  group of hosts (a cell, an availability zone), with a novaspan of its own. Two novaspans in one consumer group would exchange partitions when one restarts, and
  what is under way would be told in parts.
- **Raw lines wait for \`receive.delay\`** (30 s); a shipper that is cut off for longer comes late ([logs-in.md](logs-in.md#time)).
- **A shipper that repeats lines** changes traces: use acknowledged, idempotent producers.
- **One Cassandra** was run here, so no outage of a store's node. The store was never full.
- **All parts share one machine** here: what a network between real machines adds is not seen. No part had TLS.
- **A clock that is ahead** is not corrected: parts of its host stand so much later in a trace than those of other hosts.
`;
}
