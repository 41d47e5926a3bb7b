import type { CheckReport, SourceReport } from '../check/report.js';
import { CHOICES, type LogLoad, nodeLoadOf, type Sizing, sizingOf } from '../compare/sizing.js';
import { OperatorError, usage } from '../model/errors.js';
import type { FinishedTrace } from '../model/span.js';
import type { Io } from './command.js';
import type { SourceValues } from './read-set.js';
import { formOf, rulesOf } from './source-options.js';
import { zonesOf } from './zone.js';

const HOUR_MS = 3_600_000;

/** Parses numbers of nodes: `50,200`. */
export function nodesOf(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.some((each) => !Number.isInteger(each) || each < 1))
    throw usage(`--sizing takes numbers of nodes, not ${text}`, 'for example: --sizing 50,200');
  return numbers;
}

/**
 * The load of the hosts with nova-compute, from the report of `check` and the traces. Lines of controllers do not
 * count.
 */
function logLoadOf({ sources }: CheckReport, traces: { readonly actions: number; readonly spans: number }): LogLoad {
  const hosts = new Set(sources.filter(({ service }) => service === 'nova-compute').map(({ host }) => host));
  const own = sources.filter(({ host }) => hosts.has(host));
  const times = (of: (source: SourceReport) => string | undefined): number[] =>
    own
      .map(of)
      .filter((time) => time !== undefined)
      .map((time) => Date.parse(time));
  const hours = (Math.max(...times(({ last }) => last)) - Math.min(...times(({ first }) => first))) / HOUR_MS;
  return { hosts: hosts.size, hours, lines: own.reduce((sum, { lines }) => sum + lines, 0), ...traces };
}

/** Counts actions, and all spans of their traces. */
async function countTraces(found: AsyncIterable<FinishedTrace>): Promise<{ actions: number; spans: number }> {
  let actions = 0;
  let spans = 0;
  for await (const trace of found) {
    if (trace.form === 'action') actions++;
    spans += trace.spans.length;
  }
  return { actions, spans };
}

/** @throws OperatorError USAGE if the logs show no action of a host, or cover no time */
export function sizings(nodes: readonly number[], seen: LogLoad): readonly Sizing[] {
  const load = nodeLoadOf(seen);
  if (load === undefined)
    throw new OperatorError('NOTHING_READ', 'these logs show no load: there is no action on a host with nova-compute', {
      remedy: 'give the logs of at least one compute node, of some busy hours',
    });
  return nodes.map((count) => sizingOf(count, load));
}

/** Reads the logs a second time, for their traces. */
export async function sizeLogs(
  nodes: readonly number[],
  report: CheckReport,
  { engine, signal }: Io,
  paths: readonly string[],
  values: Omit<SourceValues, 'quiet'> & { readonly host: string | undefined },
): Promise<{ readonly seen: LogLoad; readonly all: readonly Sizing[] }> {
  const found = engine.replay({
    ...{ paths, signal, zone: zonesOf(values.timezone), isZoneGiven: values.timezone !== undefined, lines: 'off', count: () => undefined },
    ...formOf(values['log-form']),
    ...rulesOf(values.rules),
    ...(values.service !== undefined && { service: values.service }),
    ...(values.host !== undefined && { host: values.host }),
  });
  const seen = logLoadOf(report, await countTraces(found));
  return { seen, all: sizings(nodes, seen) };
}

const rounded = (value: number): string =>
  value < 0.0005 ? '< 0.001' : value < 0.095 ? value.toFixed(3) : value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
const gigabytes = (bytes: number): string => `${rounded(bytes / 1e9)} GB`;
const megabytes = (bytes: number): string => `${rounded(bytes / 1e6)} MB`;

const ROWS: readonly (readonly [string, (sizing: Sizing) => string])[] = [
  ['traces a second, mean', ({ tracesPerSecond }) => rounded(tracesPerSecond)],
  ['spans a second, peak', ({ spansPerSecond }) => rounded(spansPerSecond)],
  ['each node: novaspan', ({ sidecar }) => `${rounded(sidecar.cores * 100)} % of a core, ${megabytes(sidecar.memoryBytes)}`],
  ['each node: agent', ({ agent }) => `${rounded(agent.cores * 100)} % of a core`],
  ['Kafka', ({ kafka }) => `${kafka.brokers} brokers, ${gigabytes(kafka.diskBytes)}`],
  ['gateways', ({ gateways }) => `${gateways.count}, ${rounded(gateways.cores)} cores`],
  ['Jaeger', ({ jaeger }) => `${rounded(jaeger.cores)} cores`],
  ['Cassandra', ({ cassandra }) => `${cassandra.nodes} nodes, ${rounded(cassandra.cores)} cores, ${gigabytes(cassandra.diskBytes)}`],
  ['or Tempo (estimated)', ({ tempo }) => `${gigabytes(tempo.objectBytes)} of object store`],
  ['Prometheus', ({ series }) => `${series.toLocaleString('en')} series`],
];

/** A table: one row for each part, one column for each number of nodes. */
export function sizingText(all: readonly Sizing[], seen: LogLoad): string {
  const [first] = all;
  if (first === undefined) return '';
  const { linesPerHour, actionsPerHour, spansPerAction } = first.load;
  const { use, peak, replicas, kafkaDays, storeDays } = CHOICES;
  const table = [['nodes', ...all.map(({ nodes }) => nodes.toLocaleString('en'))], ...ROWS.map(([name, of]) => [name, ...all.map(of)])];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return [
    'Sizing',
    `  seen: ${seen.hosts} node(s), ${rounded(seen.hours)} hours; a node's hour: ${rounded(linesPerHour)} lines, ${rounded(actionsPerHour)} actions of ${rounded(spansPerAction)} spans`,
    ...table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd()),
    `  The peak is ${peak} times the mean, parts are used to ${use * 100} %, ${replicas} replicas, ${kafkaDays} day in Kafka, ${storeDays} days in the store.`,
    '  What each part costs was measured on one small machine: docs/sizing.md. Double it where you cannot measure.',
    '',
  ].join('\n');
}
