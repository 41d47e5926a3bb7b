import { describe, expect, it } from 'vitest';
import { basePath, byAge, isLiveName, isLogName } from '../../src/tail/rotated.js';

describe('a rotated name', () => {
  it.each([
    ['nova-compute.log', 'nova-compute.log'],
    ['nova-compute.log.1', 'nova-compute.log'],
    ['nova-compute.log.12.gz', 'nova-compute.log'],
    ['nova-compute.log-20261121', 'nova-compute.log'],
    ['nova-compute.log-20261121.gz', 'nova-compute.log'],
    ['nova-compute.log-20261121-1700000000.gz', 'nova-compute.log'],
    ['nova-compute.log.2026-11-21', 'nova-compute.log'],
    ['nova-compute.log.gz', 'nova-compute.log'],
    ['nova-api.log.1.2017-05-16_13:53:08', 'nova-api.log'],
    ['nova-compute@vm2.log.1', 'nova-compute@vm2.log'],
    ['journal.jsonl', 'journal.jsonl'],
    ['nova-compute.jsonl.2.gz', 'nova-compute.jsonl'],
    ['0.log.20261121-101112', '0.log'],
    ['nova-compute@cmp1.example.com.log.2.gz', 'nova-compute@cmp1.example.com.log'],
  ])('%s is of %s', (name, lasting) => {
    expect(basePath(`/var/log/nova/${name}`)).toBe(`/var/log/nova/${lasting}`);
    expect(isLogName(name)).toBe(true);
    expect(isLiveName(name)).toBe(name === lasting);
  });

  it.each(['nova.conf', 'truth.json', 'log', '.log', 'nova-compute.log.swp', 'nova-compute.log~', 'nova-compute.logrotate'])(
    '%s is no log',
    (name) => {
      expect(isLogName(name)).toBe(false);
    },
  );

  it('leaves other names and folders as they are', () => {
    expect(basePath('./a//screen-n-cpu.txt')).toBe('./a//screen-n-cpu.txt');
    expect(basePath('-')).toBe('-');
  });

  it.each([
    [
      ['a.log', 'a.log.1', 'a.log.10.gz', 'a.log.2.gz'],
      ['a.log.10.gz', 'a.log.2.gz', 'a.log.1', 'a.log'],
    ],
    [
      ['a.log', 'a.log-20261121', 'a.log-20251231.gz', 'a.log-20261120.gz'],
      ['a.log-20251231.gz', 'a.log-20261120.gz', 'a.log-20261121', 'a.log'],
    ],
    [
      ['a.log-20261121-1700000900', 'a.log-20261121-1700000000'],
      ['a.log-20261121-1700000000', 'a.log-20261121-1700000900'],
    ],
    [
      ['nova-api.log.1.2017-05-17_12:02:19', 'nova-api.log.1.2017-05-16_13:53:08', 'nova-api.log.2.2017-05-16_14:00:00'],
      ['nova-api.log.1.2017-05-16_13:53:08', 'nova-api.log.2.2017-05-16_14:00:00', 'nova-api.log.1.2017-05-17_12:02:19'],
    ],
  ])('sorts %j by age', (names, sorted) => {
    expect([...names].sort(byAge)).toEqual(sorted);
    expect([...names].reverse().sort(byAge)).toEqual(sorted);
  });
});
