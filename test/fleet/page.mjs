// docs/fleet.md: how a fleet is built, and what the last run of this test has seen of it.
const seconds = (value) => `${value.toFixed(1)} s`;
const ms = (value) => `${(value * 1000).toFixed(1)} ms`;
const row = (...cells) => `| ${cells.join(' | ')} |`;
const rule = (...cells) => row(...cells.map(() => '---'));
const table = (head, rows) => [row(...head), rule(...head), ...rows.map((cells) => row(...cells))].join('\n');

function equality({ store, central, traces }) {
  const of = ({ expected, same, lost, twice, extra, unlike }) => [expected, same, lost, twice, extra, unlike];
  return table(
    ['way', 'compared with', 'traces', 'spans', 'the same', 'lost', 'twice', 'too many', 'unlike'],
    [
      ['a sidecar on each host, Kafka, gateways, Jaeger on Cassandra', "one replay of each host's logs", store.traces, ...of(store)],
      ['raw lines in Kafka, one novaspan', 'one replay of all logs', central.traces, ...of(central)],
      [
        'the first way, its traces only',
        'one replay of all logs',
        traces.traces,
        '',
        traces.same,
        traces.lost,
        '',
        traces.extra,
        traces.unlike,
      ],
    ],
  );
}

function faults({ delays, shape }) {
  const rows = delays.faults.map(({ name, done, due, longest, counts }) => [
    ...[name, done, due, due === 0 ? 'nothing was due' : seconds(longest)],
    ...[counts.retried, counts.refused],
  ]);
  const { host, ms: ahead } = shape.skewed;
  rows.push(['a clock that is wrong', `${host} writes times that are ${ahead / 1000} s ahead, all the time`, '', 'no delay', '', '']);
  const head = ['fault', 'what was done', 'parts of traces due meanwhile', 'the latest came later than usual by'];
  return table([...head, 'requests that sidecars repeated', 'spans that agents could not hand over'], rows);
}

function costs({ measured, counters }) {
  const { count, spans, cpu, bytes } = measured;
  const perCore = (value) => (1 / value).toFixed(0);
  const parts = Object.entries(cpu).map(([name, value]) => [name, ms(value), ms(value / spans), perCore(value)]);
  const size = (value) => value.toFixed(0);
  return `${table(['part', 'processor time of a trace', 'of a span', 'traces a second that one core takes'], parts)}

${table(
  ['a span, on average', 'bytes'],
  [
    ['as OTLP JSON', size(bytes.json)],
    ['as OTLP JSON, gzip, a trace at a time', size(bytes.jsonGzip)],
    ['as OTLP protobuf', size(bytes.protobuf)],
    ['as OTLP protobuf, gzip, a trace at a time', size(bytes.protobufGzip)],
    ['in Kafka, one replica (OTLP protobuf, zstd)', size(bytes.kafka)],
    ['in Cassandra, one replica, after a flush: the spans themselves', size(bytes.cassandraSpans)],
    ["in Cassandra, one replica, after a flush: with Jaeger's indexes", size(bytes.cassandra)],
  ],
)}

The bytes are of all that happened. For the processor time, one boot, of ${spans} spans of all services, was sent ${count} times, each under
its own ids, after ${Math.ceil(count / 2)} to warm up; what a part takes idle is subtracted. Jaeger writes a row for each attribute of a span, for its search: most of what
Jaeger and Cassandra cost is that. Sidecars of this run: ${counters.lines.toLocaleString('en')} lines, ${seconds(counters.sidecarCpu)} of processor time together, starts
included; ${(counters.sidecarRss / 1e6).toFixed(0)} MB each.`;
}

/** The results alone, for the terminal. */
export const tableOf = (results) =>
  [equality(results), faults(results), ...(results.measured === undefined ? [] : [costs(results)])].join('\n\n');

const TOPOLOGY = `
cmp1 ... cmp8, ctl1 ... ctl3, gw1, gw2  gateways                           store
┌────────────────────────────┐
│ logs ─▶ novaspan ─▶ agent ─┼──▶ Kafka ──▶ gw1 in ──┬─▶ gw1 store ──┬──▶ Jaeger ─▶ Cassandra
└────────────────────────────┘   by host    gw2 in ──┴─▶ gw2 store ──┘
                                            by partition   by trace id

logs ─▶ Filebeat or Fluentd ──▶ Kafka ──▶ Collector ──▶ novaspan ──▶ any backend
                                by host   lines as OTLP logs
`;

const many = (word, count) => `${count} ${word}${count === 1 ? '' : 's'}`;
const counted = (names) => {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(', ');
};

export function pageOf(results) {
  const { shape, counters, delays, gateways, lines, lastMs, machine, partitions, printed, seconds: took, store, traces } = results;
  const { computes, controllers, brokers } = shape;
  const repeated = counters.intoKafka - store.rows;
  return `# A fleet

How many hosts send their traces through Kafka and gateways into one store, what a test with real parts showed of it, and its limits.
What a given number of nodes needs is in [sizing.md](sizing.md).

**This page is written by \`npm run test:fleet -- --write docs/fleet.md\`**; all numbers on it are of that run.

\`\`\`${TOPOLOGY}\`\`\`

- **novaspan** follows the logs of its host. The log files are the queue: what is not answered is sent again, under the same ids.
- **The agent** is a Collector on the same host. It keeps nothing, and answers when Kafka's replicas have the trace.
- **Kafka** is keyed by host: all of a host is in one partition, in order.
- **A gateway** reads some of the partitions and hands every trace to the gateway that its id belongs to. \`tail_sampling\` can go
  there. An offset is committed when the store has the spans.
- **Jaeger on Cassandra**: a span that is written twice is one row, as its key is the trace, the span and a hash of it.

So each part either has a trace on disk, or has not acknowledged it. Any of them may be killed.

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
# Several partitions for each gateway, so that one more gateway takes its share.
# Three replicas, two of which must have a trace.
kafka-topics.sh --bootstrap-server kafka1:9092 --create --topic novaspan-traces --partitions 12 --replication-factor 3 \\
  --config min.insync.replicas=2 --config max.message.bytes=8388608 --config retention.ms=86400000
\`\`\`

\`retention.ms\` must be longer than the longest outage of the gateways or the store.

## What the test showed

${many('compute', computes.length)}, ${many('controller', controllers.length)} and a pair of gateways; ${many('Kafka broker', brokers.length)}; one Cassandra 5 with Jaeger v2; one host for
the raw lines. Each is a network namespace with its own address, on one machine of ${machine}. Computes, controllers and gateways each have an agent and a sidecar
that follows the logs of its host. ${lines.toLocaleString('en')} lines in ${Math.round(lastMs / 1000)} s: scenarios of \`test/golden\`, moved to the time of the run. They are recordings, but for boots with ML2/OVS, which were composed from
the source code of neutron: of them are the logs of the gateways, whose DHCP agents no recording has. The whole run took ${Math.round(took / 60)} minutes.

${equality(results)}

### What is compared

Trace and span id, parent, name, kind, start, end, status, resource, every attribute, events and links. Not compared are:

| what | where | why |
| --- | --- | --- |
| \`@jaeger@warnings\`, where it says \`Negative duration\` of a span of length 0 | Jaeger | Jaeger takes a length of 0 for a negative one |
| \`@jaeger@warnings\`, where it says \`clock skew adjustment\` | Jaeger | Jaeger's query says what it does not correct |
| the order of events | Jaeger | Jaeger does not keep it |
| \`log.file.path\`, \`log.file.offset\`, \`novaspan.log.offset\` | raw lines | the lines stand in novaspan's own files there |

**The two ways do not give quite the same.** A sidecar sees only its own host. Some spans and attributes need lines of two hosts: to whom an API
request of neutron belongs, where only a line of the compute node names the port; how long \`dispatch\` took. One novaspan that has all lines
shows them: ${results.central.expected} spans here, where the sidecars have ${store.expected}, of the same ${store.traces} traces. So the store is compared span by span
with one replay of each host's logs, and trace by trace with one replay of all logs.

Of ${traces.spans.total.toLocaleString('en')} spans of one replay of all logs, ${traces.spans.same.toLocaleString('en')} are the same in the store, ${traces.spans.unlike.toLocaleString('en')} differ in what the lines of another host say (a start, a port's name,
a line that is counted), and ${traces.spans.lost.toLocaleString('en')} are not there, as no single host shows them; the sidecars have ${traces.spans.extra.toLocaleString('en')} others in their place.
**Who needs all of it sends raw lines.** The test holds to this:

- every trace of all logs is in the store, and no other: ${traces.traces} of ${traces.traces - traces.lost};
- each has the same root span and outcome;
- ${traces.same} have the same name, start and end. ${
    traces.other.length === 0
      ? 'No action ran on two hosts.'
      : `The other ${traces.other.length} are of instances that were on two computes\n  (${counted(traces.other)}). There the lines of the other host decide when it began or what it is called;\n  a sidecar alone says what its host logged.`
  }

### Who had what

${gateways.says[0].toUpperCase()}${gateways.says.slice(1)}. For this the test gives the gateways a processor that names them
([gateway-name.yaml](../test/fleet/gateway-name.yaml)). ${partitions.says}.

### What each fault did

Usually a compute node's part of a trace is in the store ${seconds(delays.usual.computes)} after the end of its last span, a controller's after
${seconds(delays.usual.controllers)}: novaspan waits 60 s there for more lines. A part is due when it would usually be in the store.

${faults(results)}

In the whole run the sidecars repeated ${many('request', counters.retried)}; ${counters.intoKafka.toLocaleString('en')} spans went into Kafka, ${store.rows.toLocaleString('en')} are in the store.${
    repeated > 0 ? `\n${repeated} of them came again, with the same ids, and were written over themselves.` : ''
  }

### What it cost

${costs(results)}

## What it printed

\`\`\`
${printed}
\`\`\`

## Limits

- **A gateway that is gone for good** has to be taken off the list of the others (\`resolver: static\`), or the traces that belong to it
  wait in Kafka. The \`dns\` and \`k8s\` resolvers do that by themselves. A partition is in order: what comes after a trace that waits,
  waits too.
- **\`tail_sampling\` keeps traces in memory** until it decides (90 s), and has acknowledged them: a killed gateway then loses up to 90 s of
  traces. Without it nothing is lost. \`probabilistic_sampler\` keeps nothing.
- **One novaspan for raw lines** reads all hosts: it is one process, on one or two cores. More than one needs hosts that stay together: a
  topic for each group of hosts (a cell, an availability zone), each with its own novaspan. Two novaspans in one consumer group would
  exchange partitions when one restarts, and cut in two what is under way.
- **Raw lines wait for \`receive.delay\`** (30 s); what a shipper sends later than that comes late ([logs-in.md](logs-in.md#time)).
- **A shipper that repeats lines** changes traces: use acknowledged, idempotent producers.
- **One Cassandra** ran here, so no node of the store was away. The store was never full.
- **All parts share one machine** here: what a network between real machines adds is not seen. No part had TLS.
- **A clock that is ahead** is not corrected: the parts of its host stand that much later in a trace than those of other hosts.
- **Search in Jaeger** is by attributes of spans and resources, not by those of events: deploy/fleet/jaeger.yaml leaves that index out.
`;
}
