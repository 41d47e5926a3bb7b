import { describe, expect, it } from 'vitest';
import { BUCKETS as KNOWN_BUCKETS, PHASE_BUCKETS as KNOWN_PHASE_BUCKETS, limitsOf } from '../../grafana/source/limits-file.js';
import { defaultsOf, queriesIn, substitute } from '../../grafana/source/queries.js';
import { limits } from '../../grafana/source/thresholds.js';
import { BUCKETS, PHASE_BUCKETS } from '../../src/telemetry/histograms.js';

describe('thresholds of one’s own', () => {
  it('stand in the place of the usual ones', () => {
    expect(limitsOf('spawnSlow: 20\nbootStuck: 1800')).toEqual({ ...limits, spawnSlow: 20, bootStuck: 1800 });
    expect(limitsOf('')).toEqual(limits);
  });

  it('are refused with all their faults', () => {
    expect(() => limitsOf('spawnSlow: 25\nspawnSlwo: 20\nbootStuck: soon')).toThrow(
      /spawnSlow: 25 must be a bucket: one of .*\nspawnSlwo: there is no such threshold; .*\nbootStuck: soon must be positive/,
    );
    expect(() => limitsOf('- 1')).toThrow(/one a line/);
  });

  it('know the buckets', () => {
    expect(KNOWN_BUCKETS).toEqual(BUCKETS);
    expect(KNOWN_PHASE_BUCKETS).toEqual(PHASE_BUCKETS);
  });
});

describe('putting in the values of variables', () => {
  it('takes both forms and whole names', () => {
    expect(substitute('a{h=~"$host"}[$__range] ${host} $hosts', { host: '.*', hosts: 'x', __range: '6h' })).toBe('a{h=~".*"}[6h] .* x');
  });

  it('refuses a variable without a value', () => {
    expect(() => substitute('$host', {})).toThrow('no value for $host');
  });

  it('begins with what a dashboard shows at first', () => {
    const board = { templating: { list: [{ type: 'query', name: 'host', allValue: '.*', current: { value: '$__all' } }] } };
    expect(defaultsOf(board)).toMatchObject({ host: '.*', __range: '6h' });
  });
});

describe('reading the queries of a dashboard', () => {
  const prometheus = { type: 'prometheus', uid: '${prometheus}' };

  it('looks into folded rows', () => {
    const board = { title: 'T', panels: [{ type: 'row', panels: [{ title: 'P', targets: [{ datasource: prometheus, expr: 'up' }] }] }] };
    expect(queriesIn(board)).toEqual([{ dashboard: 'T', panel: 'P', kind: 'promql', expression: 'up', type: 'instant', exemplars: false }]);
  });

  it('refuses a data source that it does not know', () => {
    const board = { title: 'T', panels: [{ title: 'P', targets: [{ datasource: { type: 'loki' } }] }] };
    expect(() => queriesIn(board)).toThrow('T, P: no query is known for a data source of type loki');
  });
});
