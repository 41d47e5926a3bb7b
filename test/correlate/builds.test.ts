import { describe, expect, it } from 'vitest';
import { Builds } from '../../src/correlate/builds.js';
import { at, B, eventsOf, nova, U, V } from '../support/lines.js';

const CLAIM = 'Claim successful on node cmp1';
const BUILT = 'Took 7.00 seconds to build instance.';
const of = (instance: string) => (s: number, message: string) => nova(s, message, { instance, request: B });
const theirs = of(V);
const third = of('75895a2d-1d6d-462d-8ce1-a9ac1ec48921');

function others(lines: readonly string[], { restarts = [] as number[], host = 'cmp1' } = {}): number {
  const builds = new Builds();
  for (const event of eventsOf('nova-compute', lines, { host })) builds.note(event);
  return builds.others('cmp1', U, { start: at(600), end: at(610) }, restarts.map(at));
}

describe('others that a host takes in', () => {
  it('are those that were under way at any moment of the action', () => {
    expect(others([theirs(595, CLAIM), theirs(602, BUILT), third(605, CLAIM)])).toBe(2);
  });

  it('are not the instance itself, nor what was over before or began after', () => {
    expect(others([nova(600, CLAIM), theirs(580, CLAIM), theirs(599, BUILT), third(611, CLAIM)])).toBe(0);
  });

  it('are over when they failed, and when nova-compute was started again', () => {
    const failed = 'Build of instance 1e0e6ed9-67fd-4b64-98d6-7bde4f6f4fa0 aborted: no disk';
    expect(others([theirs(590, CLAIM)])).toBe(1);
    expect(others([theirs(590, CLAIM), theirs(595, `Instance failed to spawn: ${failed}`)])).toBe(0);
    expect(others([theirs(590, CLAIM)], { restarts: [595] })).toBe(0);
    expect(others([theirs(590, CLAIM)], { restarts: [580, 605] })).toBe(1);
  });

  it('are looked for five minutes back, on the same host', () => {
    expect(others([theirs(299, CLAIM)])).toBe(0);
    expect(others([theirs(301, CLAIM)])).toBe(1);
    expect(others([theirs(590, CLAIM)], { host: 'cmp2' })).toBe(0);
  });

  it('are the same in whatever order they are read', () => {
    expect(others([theirs(602, BUILT), theirs(598, CLAIM), theirs(580, CLAIM), theirs(590, BUILT)])).toBe(1);
  });

  it('are forgotten by time', () => {
    const builds = new Builds();
    for (const event of eventsOf('nova-compute', [theirs(595, CLAIM)])) builds.note(event);
    builds.forget(at(600));
    expect(builds.others('cmp1', U, { start: at(600), end: at(610) }, [])).toBe(0);
  });
});
