import { describe, expect, it } from 'vitest';
import { gatedBy } from '../../src/compare/gating.js';
import { Reporting } from '../../src/compare/report.js';
import { boots, traceOf } from './support.js';

describe('what an action went to', () => {
  it('sums up to the whole', () => {
    for (const trace of boots(20, { seed: 1 })) {
      const parts = gatedBy(trace);
      const [root] = trace.spans;
      expect(parts.reduce((sum, { self }) => sum + self, 0)).toBeCloseTo(root!.end - root!.start, 3);
    }
  });

  it('is each phase without those within it, and says what no line accounts for', () => {
    const trace = traceOf({
      id: 1,
      took: 10_000,
      phases: [
        { name: 'network allocate', from: 0, to: 6000 },
        { name: 'port create', within: 'network allocate', from: 1000, to: 3000 },
        { name: 'port update', within: 'network allocate', from: 3000, to: 5500 },
        { name: 'vif-plugged wait', from: 6000, to: 8000 },
      ],
    });
    const sums = new Map<string, number>();
    for (const { name, self } of gatedBy(trace)) sums.set(name, (sums.get(name) ?? 0) + self);
    expect(Object.fromEntries(sums)).toEqual({
      'no line accounts for it': 2000 + 1000 + 500,
      'port create': 2000,
      'port update': 2500,
      'vif-plugged wait': 2000,
    });
  });
});

describe('a report', () => {
  const reporting = new Reporting();
  for (const trace of boots(25, { seed: 1 })) reporting.add(trace);
  for (let id = 0; id < 4; id++)
    reporting.add(
      traceOf({
        ...{ id, took: 90_000 + id, outcome: 'failed', host: 'cmp2', errorType: 'nova.exception.NoValidHost' },
        phases: [{ name: 'network allocate', from: 0, to: 80_000, ...(id === 0 && { error: 'no ports' }) }],
      }),
    );
  const [create] = reporting.report.kinds;

  it('counts what failed by cause, and by host', () => {
    expect(create).toMatchObject({ kind: 'create', ended: 29, failed: 4, outcomes: { succeeded: 25, failed: 4 } });
    expect(create!.causes.map(({ cause, count }) => [cause, count])).toEqual([
      ['nova.exception.NoValidHost', 3],
      ['nova.exception.NoValidHost (in network allocate)', 1],
    ]);
    expect(create!.hosts.map(({ ended, failed, host, times }) => [host, ended, failed, times.n])).toEqual([
      ['cmp1', 25, 0, 25],
      ['cmp2', 4, 4, 0],
    ]);
  });

  it('names the ten slowest, and why', () => {
    expect(create!.slowest).toHaveLength(10);
    const durations = create!.slowest.map(({ duration }) => duration);
    expect(durations).toEqual(durations.toSorted((a, b) => b - a));
    expect(create!.slowest[0]).toMatchObject({ duration: 90_003, host: 'cmp2', outcome: 'failed' });
    expect(create!.slowest[0]!.why).toBe('80.0 s network allocate, 10.0 s unexplained');
  });

  it('says which phases gated the end; the times are of what succeeded', () => {
    const [group] = create!.groups;
    expect(group).toMatchObject({ level: 'DEBUG', whole: { n: 25 } });
    expect(group!.phases.reduce((sum, { gating }) => sum + gating, 0)).toBeCloseTo(1, 6);
    const wait = group!.phases.find(({ name }) => name === 'vif-plugged wait');
    expect(wait).toMatchObject({ gates: 25, times: { n: 25 } });
    // Nothing is within it: it gated for as long as it was under way.
    expect(wait!.gating).toBeCloseTo(wait!.share, 6);
  });
});

it('keeps numbers of ten thousand actions, and no spans', () => {
  const reporting = new Reporting();
  const [template] = boots(1, { seed: 1 });
  for (let i = 0; i < 10_000; i++) reporting.add({ ...template!, traceId: i.toString(16).padStart(32, '0') });
  const [group] = reporting.set.groups;
  expect(group!.actions).toHaveLength(10_000);
  const { phases, times, ...rest } = group!.actions[0]!;
  expect(phases.byteLength + times.byteLength).toBeLessThan(200);
  expect(Object.values(rest).every((value) => typeof value !== 'object')).toBe(true);
});
