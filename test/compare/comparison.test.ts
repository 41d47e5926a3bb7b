import { describe, expect, it } from 'vitest';
import { compareSets } from '../../src/compare/comparison.js';
import { isFinding } from '../../src/compare/follows.js';
import { LogSet } from '../../src/compare/log-set.js';
import { labelOf } from '../../src/compare/phase.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { boots, traceOf } from './support.js';

const setOf = (traces: readonly FinishedTrace[]): LogSet => {
  const set = new LogSet();
  for (const trace of traces) set.add(trace);
  return set;
};
const compared = (a: readonly FinishedTrace[], b: readonly FinishedTrace[]) => compareSets(setOf(a), setOf(b));
const own = (result: ReturnType<typeof compareSets>): string[] =>
  result.phases.filter((one) => isFinding(one) && one.follows.length === 0).map(({ phase }) => labelOf(phase));

describe('of noise alone', () => {
  it('a set and itself differ in nothing', () => {
    const traces = boots(40, { seed: 1 });
    const result = compared(traces, traces);
    expect(result.phases.length).toBeGreaterThan(8);
    expect(result.phases.filter(isFinding)).toEqual([]);
    expect(result.presence).toEqual([]);
    expect(result.failures.filter(({ isMore }) => isMore)).toEqual([]);
  });

  it('twenty pairs of sets of one kind differ in nothing', () => {
    for (let seed = 1; seed <= 40; seed += 2) expect(own(compared(boots(40, { seed }), boots(35, { seed: seed + 1 })))).toEqual([]);
  });
});

describe('of 500 ms more in every neutron port update', () => {
  const longer = ['network allocate', 'network wait', 'port update', 'spawn', 'whole action'];

  it('the same actions show that phase, and no other', () => {
    const result = compared(boots(35, { seed: 3 }), boots(35, { seed: 3, extra: 500 }));
    expect(own(result)).toEqual(['neutron port update (neutron-server)']);
    const followers = result.phases.filter(({ follows }) => follows.length > 0);
    expect(followers.map(({ phase }) => phase.name).sort()).toEqual(longer);
    for (const { follows } of followers) expect(follows.map(({ name }) => name)).toEqual(['neutron port update']);
    const [found] = result.phases.filter(({ phase }) => phase.name === 'neutron port update');
    expect(found).toMatchObject({ isPaired: true, difference: 500, judgement: 'slower', interval: { from: 500, to: 500 } });
  });

  it('other actions show it, too, where there are enough', () => {
    const result = compared(boots(120, { seed: 5 }), boots(120, { seed: 6, extra: 500 }));
    expect(own(result)).toEqual(['neutron port update (neutron-server)']);
    const [found] = result.phases.filter(({ phase }) => phase.name === 'neutron port update');
    expect(found!.isPaired).toBe(false);
    expect(found!.interval!.from).toBeGreaterThan(200);
    expect(found!.interval!.to).toBeLessThan(800);
  });

  it('the other way round it is faster', () => {
    const result = compared(boots(35, { seed: 3, extra: 500 }), boots(35, { seed: 3 }));
    expect(own(result)).toEqual(['neutron port update (neutron-server)']);
    expect(result.phases.filter(isFinding).every(({ judgement }) => judgement === 'faster')).toBe(true);
  });
});

it('a phase that grows more than what it holds is a finding of its own', () => {
  const at = (id: number, inner: number, outer: number): FinishedTrace =>
    traceOf({
      id,
      took: 5000 + (id % 7) * 10 + outer,
      phases: [
        { name: 'spawn', from: 10, to: 3000 + (id % 7) * 10 + outer },
        { name: 'image create', from: 20, to: 1000 + inner },
      ],
    });
  const ids = Array.from({ length: 30 }, (_, i) => i);
  const result = compared(
    ids.map((id) => at(id, 0, 0)),
    ids.map((id) => at(id, 300, 900)),
  );
  expect(own(result).sort()).toEqual(['image create (nova-compute)', 'spawn (nova-compute)']);
});

it('one boot in ten that hangs is found by the longest, where the median stays', () => {
  const at = (id: number, longer: number): FinishedTrace =>
    traceOf({ id, took: 9000 + longer, phases: [{ name: 'spawn', from: 10, to: 3000 + ((id * 37) % 200) + longer }] });
  const ids = Array.from({ length: 200 }, (_, i) => i);
  const result = compared(
    ids.map((id) => at(id, 0)),
    ids.map((id) => at(1000 + id, id % 8 === 0 ? 8000 : 0)),
  );
  const [found] = result.phases.filter(({ phase }) => phase.name === 'spawn');
  expect(found).toMatchObject({ by: 'tail', judgement: 'slower' });
});

describe('only like is compared with like', () => {
  it('an action whose logs are at INFO is never compared with one at DEBUG', () => {
    const result = compared(boots(35, { seed: 3 }), boots(35, { seed: 3, level: 'INFO', extra: 500 }));
    expect(result.phases).toEqual([]);
    expect(result.unmatched).toEqual([
      { kind: 'create', level: 'DEBUG', only: 'a', n: 35, others: ['INFO'] },
      { kind: 'create', level: 'INFO', only: 'b', n: 35, others: ['DEBUG'] },
    ]);
  });

  it('a phase whose end other lines bound is not the one whose end is observed, and one without an end has no time', () => {
    const at = (id: number, endIs: 'observed' | 'derived' | 'unobserved', level: string): FinishedTrace =>
      traceOf({ id, level, took: 900, phases: [{ name: 'vif-plugged wait', from: 10, to: 500, endIs }] });
    const names = (endIs: 'observed' | 'derived' | 'unobserved'): string[] =>
      compared([at(1, 'observed', 'INFO')], [at(2, endIs, 'INFO')]).phases.map(({ phase }) => phase.name);
    expect(names('observed')).toEqual(['whole action', 'vif-plugged wait']);
    expect(names('derived')).toEqual(['whole action']);
    expect(names('unobserved')).toEqual(['whole action']);
  });

  it('merged phases are compared with the same ones only', () => {
    const at = (id: number, name: string): FinishedTrace =>
      traceOf({ id, level: 'INFO', took: 900, phases: [{ name, from: 10, to: 500 }] });
    const result = compared([at(1, 'image create + network wait')], [at(2, 'image create')]);
    expect(result.phases.map(({ phase }) => phase.name)).toEqual(['whole action']);
    expect(result.presence.map(({ name, a, b }) => [name, a.n, b.n])).toEqual([
      ['image create + network wait', 1, 0],
      ['image create', 0, 1],
    ]);
  });
});

it('what follows a boot is of its level, whichever of the two closes first', () => {
  const boot = traceOf({ id: 1, took: 900, level: 'INFO' });
  const sequel = traceOf({ id: 2, took: 500 });
  const [root] = sequel.spans;
  const links = [{ traceId: boot.traceId, spanId: '1', attributes: {} }];
  const ready: FinishedTrace = { ...sequel, form: 'network-ready', spans: [{ ...root!, links, attributes: {} }] };
  const levels = (traces: readonly FinishedTrace[]) => setOf(traces).groups.map(({ kind, level }) => [kind, level]);
  expect(levels([boot, ready])).toContainEqual(['network-ready', 'INFO']);
  expect(levels([ready, boot])).toContainEqual(['network-ready', 'INFO']);
  expect(levels([ready])).toEqual([['network-ready', 'unknown']]);
});

it('a phase of neutron is the same where its server is several processes', () => {
  const at = (id: number, service: string): FinishedTrace =>
    traceOf({ id, took: 900, phases: [{ name: 'neutron port update', service, from: 10, to: 500 }] });
  const result = compared([at(1, 'neutron-server')], [at(2, 'neutron-api')]);
  expect(result.phases.map(({ phase }) => phase.name)).toEqual(['whole action', 'neutron port update']);
  expect([result.presence, result.onlyA, result.onlyB]).toEqual([[], [], []]);
});

it('what failed is counted and has no say in the times', () => {
  const at = (id: number, hasFailed: boolean): FinishedTrace =>
    traceOf({
      id,
      took: hasFailed ? 60_000 : 900,
      outcome: hasFailed ? 'failed' : 'succeeded',
      ...(hasFailed && { error: 'no', errorType: 'nova.exception.NoMoreNetworks' }),
      phases: [{ name: 'network allocate', from: 10, to: 500, ...(hasFailed && { error: 'no' }) }],
    });
  const ids = Array.from({ length: 60 }, (_, i) => i);
  const result = compared(
    ids.map((id) => at(id, false)),
    ids.map((id) => at(1000 + id, id % 3 === 0)),
  );
  expect(result.phases.filter(isFinding)).toEqual([]);
  expect(result.failures).toMatchObject([
    {
      ...{ kind: 'create', isMore: true, a: { n: 0, of: 60 }, b: { n: 20, of: 60 } },
      causes: [{ cause: 'nova.exception.NoMoreNetworks (in network allocate)', a: 0, b: 20 }],
    },
  ]);
});

it('what is no longer there is named, and whether that may be chance', () => {
  const at = (id: number, isThere: boolean): FinishedTrace =>
    traceOf({ id, took: 900, phases: isThere ? [{ name: 'guest dhcp', service: 'ovn-controller', from: 10, to: 500 }] : [] });
  const ids = Array.from({ length: 30 }, (_, i) => i);
  const all = compared(
    ids.map((id) => at(id, true)),
    ids.map((id) => at(id + 1000, false)),
  );
  expect(all.presence).toMatchObject([{ name: 'guest dhcp', a: { n: 30, of: 30 }, b: { n: 0, of: 30 }, isMore: true }]);
  expect(all.onlyA).toEqual(['ovn-controller']);
  const one = compared(
    ids.map((id) => at(id, id === 7)),
    ids.map((id) => at(id + 1000, false)),
  );
  expect(one.presence).toMatchObject([{ a: { n: 1, of: 30 }, isMore: false }]);
});
