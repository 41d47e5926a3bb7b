import { describe, expect, it } from 'vitest';
import { ownerAt } from '../../src/correlate/owner.js';
import type { Past } from '../../src/lifecycle/closed.js';
import { create } from '../../src/lifecycle/create.js';

const ended: Past = {
  request: 'req-a',
  attempt: 0,
  rescheduled: false,
  opened: 0,
  start: 0,
  end: 10_000,
  lock: undefined,
  spec: create,
  until: 15_000,
};
/** Printed lines with an id of its own from 12 s to 13 s, and has no name yet. */
const nameless: Past = {
  ...ended,
  request: 'req-b',
  opened: 12_000,
  start: 12_000,
  end: undefined,
  spec: undefined,
  until: 133_000,
  last: 13_000,
};

describe('the owner of a line without an id', () => {
  it('is the action that has just ended, but not while another request prints lines of the instance', () => {
    expect(ownerAt([ended, nameless], 11_000)).toBe(ended);
    expect(ownerAt([ended, nameless], 12_500)).toBeUndefined();
    expect(ownerAt([ended], 12_500)).toBe(ended);
  });

  it('is the action under way, whatever else has begun', () => {
    expect(ownerAt([{ ...ended, end: 14_000 }, nameless], 12_500)?.request).toBe('req-a');
  });
});
