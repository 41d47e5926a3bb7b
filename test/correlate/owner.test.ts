import { describe, expect, it } from 'vitest';
import { ownerAt } from '../../src/correlate/owner.js';
import { attachInterface, detachInterface } from '../../src/lifecycle/attach-interface.js';
import type { ActionInterval } from '../../src/lifecycle/closed.js';
import { create } from '../../src/lifecycle/create.js';
import { remove } from '../../src/lifecycle/delete.js';
import { stop } from '../../src/lifecycle/power.js';
import { rebuild } from '../../src/lifecycle/rebuild.js';
import { P, Q } from '../support/lines.js';

const ended: ActionInterval = {
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
const nameless: ActionInterval = {
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

  it('of a port that is taken away is the action that says so just after, where the one that has ended takes none away', () => {
    const stopped: ActionInterval = { ...ended, spec: stop };
    const detach: ActionInterval = {
      ...ended,
      request: 'req-b',
      spec: detachInterface,
      opened: 12_020,
      start: 12_020,
      end: 13_000,
      until: 18_000,
    };
    const ownerOf = (at: number, kind: 'interface.deleted' | 'agent.port.updated', first = stopped) =>
      ownerAt([first, detach], at, { kind, ports: [P] })?.spec?.name;
    expect(ownerOf(12_000, 'interface.deleted')).toBe('detach_interface');
    // Not what lies longer before, nor other lines; and a rebuild takes ports away itself.
    expect(ownerOf(11_000, 'interface.deleted')).toBe('stop');
    expect(ownerOf(12_000, 'agent.port.updated')).toBe('stop');
    expect(ownerOf(12_000, 'interface.deleted', { ...stopped, spec: rebuild })).toBe('rebuild');
  });

  it('of a port is the holder of its lock, and of all else the holder of the instance', () => {
    const attach: ActionInterval = {
      ...ended,
      spec: attachInterface,
      end: 30_000,
      until: 35_000,
      lock: { from: 1000, to: 29_000, port: P },
    };
    const detach: ActionInterval = { ...attach, request: 'req-c', spec: detachInterface };
    const deletion: ActionInterval = {
      ...ended,
      request: 'req-b',
      spec: remove,
      opened: 20_000,
      start: 20_000,
      end: 31_000,
      until: 36_000,
      lock: { from: 20_000, to: 31_000 },
    };
    const ownerOf = (port: string, first: ActionInterval) =>
      ownerAt([first, deletion], 25_000, { kind: 'interface.deleted', ports: [port] })?.spec?.name;
    expect(ownerOf(P, detach)).toBe('detach_interface');
    expect(ownerOf(Q, detach)).toBe('delete');
    // An attachment takes no port away.
    expect(ownerOf(P, attach)).toBe('delete');
    expect(ownerAt([attach, deletion], 25_000)?.spec?.name).toBe('delete');
  });
});
