import { describe, expect, it } from 'vitest';
import { durationIn } from '../../src/cli/when.js';
import { compareSets } from '../../src/compare/comparison.js';
import { type Condition, check, readCondition } from '../../src/compare/fail-if.js';
import { LogSet } from '../../src/compare/log-set.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { traceOf } from './support.js';

const reading = { actions: ['create', 'live-migration', 'delete'], durationIn };
const read = (text: string) => readCondition(text, reading);

describe('a condition', () => {
  it.each<[string, object]>([
    ['spawn p95 +20%', { action: undefined, phase: 'spawn', of: 'p95', limit: { kind: 'percent', value: 20 } }],
    ['create neutron port update p50 +500ms', { action: 'create', phase: 'neutron port update', limit: { kind: 'more', value: 500 } }],
    ['create p95 60s', { action: 'create', phase: 'whole action', limit: { kind: 'most', value: 60_000 } }],
    ['live_migration memory copy P50 + 1.5 min', { action: 'live-migration', phase: 'memory copy', of: 'p50', limit: { value: 90_000 } }],
    ['image create + network wait p50 +10 %', { phase: 'image create + network wait', limit: { kind: 'percent', value: 10 } }],
    ['failed +5%', { about: 'failed', action: undefined, growth: 0.05 }],
    ['create failed +0.5 %', { about: 'failed', action: 'create', growth: 0.005 }],
    ['slower', { about: 'slower', action: undefined }],
    ['create slower', { about: 'slower', action: 'create' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each([
    ['spawn +20%', 'it names no p50 or p95'],
    ['spawn p99 +20%', "'p99' is not compared: p50 and p95 are"],
    ['spawn p95', 'it has no limit'],
    ['spawn p95 20%', "'20%' is no limit"],
    ['spawn p95 +lots', "'+lots' is no limit"],
    ['p95 +20%', 'it names no phase and no action'],
    ['failed', "'' is no growth of a share, such as +5%"],
    ['failed 5%', "'5%' is no growth of a share, such as +5%"],
    ['', 'it names no p50 or p95'],
  ])('%j is refused: %s', (text, why) => {
    expect(read(text)).toBe(why);
  });
});

describe('checking', () => {
  const at = (id: number, to: number, hasFailed = false): FinishedTrace =>
    traceOf({
      ...{ id, took: 20_000, outcome: hasFailed ? 'failed' : 'succeeded' },
      phases: [{ name: 'spawn', from: 1000, to: 1000 + to + ((id * 31) % 17) * 10 }],
    });
  const compared = (n: number, to: number, failed = 0) => {
    const [a, b] = [new LogSet(), new LogSet()];
    for (let id = 0; id < n; id++) {
      a.add(at(id, 1000));
      b.add(at(1000 + id, to, id < failed));
    }
    return compareSets(a, b);
  };
  const found = (text: string, ...given: Parameters<typeof compared>) => check(read(text) as Condition, compared(...given)).finding;

  it('is of the growth, in percent and in time', () => {
    expect(found('spawn p95 +20%', 30, 1500)).toBe('broken');
    expect(found('spawn p95 +60%', 30, 1500)).toBe('kept');
    expect(found('create spawn p50 +400ms', 30, 1500)).toBe('broken');
    expect(found('create spawn p50 +600ms', 30, 1500)).toBe('kept');
    expect(found('spawn p50 +20%', 30, 500)).toBe('kept');
  });

  it('is of B alone where the limit is a time', () => {
    expect(found('spawn p95 1s', 3, 1500)).toBe('broken');
    expect(found('create p95 21s', 3, 1500)).toBe('kept');
  });

  it('does not fail for what may be noise', () => {
    expect(found('spawn p95 +20%', 2, 1500)).toBe('unclear');
  });

  it('says that a name is not there', () => {
    expect(found('spwan p95 +20%', 30, 1500)).toBe('unknown');
    expect(found('delete failed +5%', 30, 1500)).toBe('unknown');
  });

  it('is of the share that failed, in percentage points', () => {
    expect(found('failed +5%', 60, 1000, 20)).toBe('broken');
    expect(found('create failed +40%', 60, 1000, 20)).toBe('kept');
    expect(found('failed +5%', 10, 1000, 1)).toBe('unclear');
  });

  it('is of any phase that is slower beyond noise', () => {
    expect(found('slower', 40, 1500)).toBe('broken');
    expect(found('slower', 40, 1000)).toBe('kept');
    expect(found('create slower', 40, 500)).toBe('kept');
  });
});
