import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COSTS, nodeLoadOf, sizingOf } from '../../src/compare/sizing.js';

const load = { linesPerHour: 3_600_000, actionsPerHour: 2, spansPerAction: 30 };

describe('sizing', () => {
  it("is of one node's hour", () => {
    expect(nodeLoadOf({ hosts: 4, hours: 2, lines: 80_000, actions: 16, spans: 480 })).toEqual({
      linesPerHour: 10_000,
      actionsPerHour: 2,
      spansPerAction: 30,
    });
  });

  it.each([
    { hosts: 0, hours: 1, lines: 1, actions: 1, spans: 1 },
    { hosts: 1, hours: 0, lines: 1, actions: 1, spans: 1 },
    { hosts: 1, hours: 1, lines: 1, actions: 0, spans: 0 },
    { hosts: 1, hours: Number.NEGATIVE_INFINITY, lines: 1, actions: 1, spans: 1 },
  ])('is not told of %o', (seen) => {
    expect(nodeLoadOf(seen)).toBeUndefined();
  });

  it('grows with the nodes, but for what is on each and what has a least number', () => {
    const [few, many] = [sizingOf(100, load), sizingOf(1000, load)];
    expect(many.sidecar).toEqual(few.sidecar);
    expect(many.agent).toEqual(few.agent);
    expect(many.tracesPerSecond).toBeCloseTo(few.tracesPerSecond * 10);
    expect(many.cassandra.diskBytes).toBeCloseTo(few.cassandra.diskBytes * 10);
    expect(many.gateways.cores).toBeCloseTo(few.gateways.cores * 10);
    expect([few.gateways.count, few.kafka.brokers, few.cassandra.nodes]).toEqual([2, 3, 3]);
    expect(sizingOf(1_000_000, load).gateways.count).toBeGreaterThan(10);
  });

  it('gives a sidecar what its lines cost', () => {
    const { sidecar } = sizingOf(1, load);
    expect(sidecar.cores).toBeCloseTo(COSTS.sidecarIdle + 1000 * COSTS.sidecarPerLine);
  });

  it('keeps what is chosen: replicas and days', () => {
    const choices = { use: 1, peak: 1, replicas: 1, kafkaDays: 1, storeDays: 1 };
    const one = sizingOf(3600, { ...load, actionsPerHour: 1 }, choices);
    expect(one.spansPerSecond).toBe(30);
    expect(one.cassandra.diskBytes).toBe(30 * 86_400 * COSTS.cassandraBytesPerSpan);
    expect(sizingOf(3600, { ...load, actionsPerHour: 1 }, { ...choices, replicas: 3, storeDays: 7 }).cassandra.diskBytes).toBe(
      21 * one.cassandra.diskBytes,
    );
  });
});

describe('costs', () => {
  const page = readFileSync(new URL('../../docs/fleet.md', import.meta.url), 'utf8');
  const cell = (row: RegExp): number => Number(row.exec(page)?.[1]);
  /** Of a trace of so many spans; the column of a span has fewer digits. */
  const spans = cell(/one boot, of (\d+) spans/);

  it.each([
    ['agent', COSTS.agentPerSpan],
    ['gateways', COSTS.gatewayPerSpan],
    ['Kafka', COSTS.kafkaPerSpan],
    ['Jaeger', COSTS.jaegerPerSpan],
    ['Cassandra', COSTS.cassandraPerSpan],
  ])('of a span in %s are those that the fleet test measured', (part, cost) => {
    expect(cost * 1000).toBeCloseTo(cell(new RegExp(`^\\| ${part} \\| (\\d+\\.\\d) ms `, 'm')) / spans, 2);
  });

  it.each([
    ['in Kafka, one replica', COSTS.kafkaBytesPerSpan],
    ["with Jaeger's indexes", COSTS.cassandraBytesPerSpan],
    ['as OTLP protobuf, gzip', COSTS.packedBytesPerSpan],
  ])('in bytes, %s, are those that the fleet test measured', (form, bytes) => {
    expect(cell(new RegExp(`^\\| .*${form}.* \\| (\\d+) \\|$`, 'm'))).toBe(bytes);
  });
});
