// Computes the resources that a number of nodes needs: the load in one cloud's logs, times the measured costs.

/** The load in logs of whole hosts, over some hours. */
export interface LogLoad {
  readonly hosts: number;
  readonly hours: number;
  readonly lines: number;
  /** traces with a root */
  readonly actions: number;
  readonly spans: number;
}

/** The load of one node, per hour. */
export interface NodeLoad {
  readonly linesPerHour: number;
  readonly actionsPerHour: number;
  readonly spansPerAction: number;
}

/**
 * Measured costs, as a share of one core or in bytes. Per line: the sidecar in bench/results.md. Per span: docs/fleet.md,
 * "What it cost"; a test compares these values with that page. Kafka: all three replicas.
 */
export const COSTS = {
  /** share of a core, with nothing to read */
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
  /**
   * As OTLP protobuf with gzip, one trace at a time: an estimate for Tempo. It is higher than what packed columns take
   * (bench/columns.mjs).
   */
  packedBytesPerSpan: 206,
  /** series of Prometheus, with `phaseHistograms: off` */
  seriesPerNode: 435,
} as const;

/** The choices of the operator. */
export interface Choices {
  /** the share of the cores that is used at the peak */
  readonly use: number;
  /** the load in the busiest minute, divided by the mean */
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
/** The cores of one machine of each kind. */
const CORES_OF = { broker: 4, gateway: 2, cassandra: 8 } as const;
/** The minimum numbers of machines, so that one of each kind may fail. */
const LEAST = { gateways: 2, brokers: 3, cassandra: 3 } as const;

/** The load of one node in these logs; undefined if they contain no action or cover no time. */
export function nodeLoadOf({ hosts, hours, lines, actions, spans }: LogLoad): NodeLoad | undefined {
  if (!(hosts > 0 && hours > 0 && actions > 0)) return undefined;
  return { linesPerHour: lines / hours / hosts, actionsPerHour: actions / hours / hosts, spansPerAction: spans / actions };
}

/** The resources for a number of nodes: linear in nodes, actions and spans. Lines cost only their own host. */
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
