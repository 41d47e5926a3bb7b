// How many nodes need how much of what: numbers of one cloud's logs, times what each part was measured to cost.

/** What logs show: of whole hosts, over some hours. */
export interface LogLoad {
  readonly hosts: number;
  readonly hours: number;
  readonly lines: number;
  /** traces of actions; parts without a root are none */
  readonly actions: number;
  readonly spans: number;
}

/** A load of one node, by the hour. */
export interface NodeLoad {
  readonly linesPerHour: number;
  readonly actionsPerHour: number;
  readonly spansPerAction: number;
}

/**
 * What was measured: a share of one core, or bytes. A line: bench/results.md, the sidecar. A span: docs/fleet.md, "What it cost", of which
 * a test holds these to be. Kafka: all three replicas.
 */
export const COSTS = {
  /** of a core, with nothing to read */
  sidecarIdle: 0.002,
  /** seconds of a core */
  sidecarPerLine: 38e-6,
  sidecarMemory: 91e6,
  agentPerSpan: 0.073e-3,
  kafkaPerSpan: 0.246e-3,
  gatewayPerSpan: 0.285e-3,
  jaegerPerSpan: 4.93e-3,
  cassandraPerSpan: 7.71e-3,
  kafkaBytesPerSpan: 218,
  cassandraBytesPerSpan: 1173,
  /** as OTLP protobuf, gzip, a trace at a time: an estimate for Tempo, above what packed columns take (bench/columns.mjs) */
  packedBytesPerSpan: 206,
  /** of Prometheus, with `phaseHistograms: off` */
  seriesPerNode: 435,
} as const;

/** How it is built; each is a choice. */
export interface Choices {
  /** of a part's cores are used at the peak */
  readonly use: number;
  /** the busiest minute, times the mean */
  readonly peak: number;
  readonly replicas: number;
  readonly kafkaDays: number;
  readonly storeDays: number;
}

export const CHOICES: Choices = { use: 0.5, peak: 5, replicas: 3, kafkaDays: 1, storeDays: 7 };

export interface Sizing {
  readonly nodes: number;
  readonly load: NodeLoad;
  readonly tracesPerSecond: number;
  /** at the peak */
  readonly spansPerSecond: number;
  readonly sidecar: { readonly cores: number; readonly memoryBytes: number };
  readonly agent: { readonly cores: number };
  readonly kafka: { readonly brokers: number; readonly cores: number; readonly diskBytes: number };
  readonly gateways: { readonly count: number; readonly cores: number };
  readonly jaeger: { readonly cores: number };
  readonly cassandra: { readonly nodes: number; readonly cores: number; readonly diskBytes: number };
  /** estimated: Tempo was not measured */
  readonly tempo: { readonly objectBytes: number };
  readonly series: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Cores of one machine of a kind; more need more machines. */
const CORES_OF = { broker: 4, gateway: 2, cassandra: 8 } as const;
/** Two gateways, three brokers and three nodes of Cassandra, so that one may be away. */
const LEAST = { gateways: 2, brokers: 3, cassandra: 3 } as const;

/** @returns what a node of these logs does in an hour; undefined where they show no time or no action */
export function nodeLoadOf({ hosts, hours, lines, actions, spans }: LogLoad): NodeLoad | undefined {
  if (!(hosts > 0 && hours > 0 && actions > 0)) return undefined;
  return { linesPerHour: lines / hours / hosts, actionsPerHour: actions / hours / hosts, spansPerAction: spans / actions };
}

/** Linear in nodes, in actions and in spans; lines cost their own host only. */
export function sizingOf(nodes: number, load: NodeLoad, { use, peak, replicas, kafkaDays, storeDays } = CHOICES): Sizing {
  const tracesPerSecond = (nodes * load.actionsPerHour) / HOUR;
  const mean = tracesPerSecond * load.spansPerAction;
  const spansPerSecond = mean * peak;
  const coresFor = (perSpan: number): number => (spansPerSecond * perSpan) / use;
  const ofNode = (load.actionsPerHour * load.spansPerAction) / HOUR;
  const machines = (least: number, cores: number, each: number): number => Math.max(least, Math.ceil(cores / each));
  const gateways = coresFor(COSTS.gatewayPerSpan);
  const kafka = coresFor(COSTS.kafkaPerSpan);
  const cassandra = coresFor(COSTS.cassandraPerSpan) * replicas;
  return {
    nodes,
    load,
    tracesPerSecond,
    spansPerSecond,
    sidecar: {
      cores: COSTS.sidecarIdle + (load.linesPerHour / HOUR) * COSTS.sidecarPerLine,
      memoryBytes: COSTS.sidecarMemory,
    },
    agent: { cores: ofNode * COSTS.agentPerSpan },
    kafka: {
      brokers: machines(LEAST.brokers, kafka, CORES_OF.broker),
      cores: kafka,
      diskBytes: mean * DAY * kafkaDays * COSTS.kafkaBytesPerSpan * replicas,
    },
    gateways: { count: machines(LEAST.gateways, gateways, CORES_OF.gateway), cores: gateways },
    jaeger: { cores: coresFor(COSTS.jaegerPerSpan) },
    cassandra: {
      nodes: machines(LEAST.cassandra, cassandra, CORES_OF.cassandra),
      cores: cassandra,
      diskBytes: mean * DAY * storeDays * COSTS.cassandraBytesPerSpan * replicas,
    },
    tempo: { objectBytes: mean * DAY * storeDays * COSTS.packedBytesPerSpan },
    series: nodes * COSTS.seriesPerNode,
  };
}
