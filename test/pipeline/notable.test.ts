import { expect, it } from 'vitest';
import { NotableActions } from '../../src/pipeline/notable.js';
import { createLog } from '../../src/telemetry/log.js';
import { boot, failed, fragment, INSTANCE, REQUEST } from '../export/terminal/traces.js';

function noting(slowerThan: number) {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  const log = createLog({ write: (text: string) => lines.push(JSON.parse(text)) } as never);
  const actions = new NotableActions({ log, clock: { now: () => now }, slowerThan });
  return { actions, lines, minutes: (n: number) => (now = n * 60_000) };
}

it('logs a failed action in one sentence, with its ids', () => {
  const { actions, lines } = noting(60_000);
  actions.note(failed);
  expect(lines).toMatchObject([
    { level: 'warn', action: 'create', instance: INSTANCE, request: REQUEST, traceId: failed.traceId, seconds: 31 },
  ]);
  expect(lines[0]?.['msg']).toMatch(/^boot of b8acd14b on cmp1 failed after 31\.0 s: VirtualInterfaceCreateException/);
});

it('logs one that took longer than is asked for, and no other', () => {
  const { actions, lines } = noting(5000);
  actions.note(boot);
  actions.note(fragment);
  expect(lines).toEqual([]);
  const slow = noting(4999);
  slow.actions.note(boot);
  expect(slow.lines).toHaveLength(1);
});

it('logs twenty in a minute and counts the others', () => {
  const { actions, lines, minutes } = noting(1);
  for (let i = 0; i < 23; i++) actions.note(boot);
  expect(lines).toHaveLength(20);
  minutes(1);
  actions.note(boot);
  expect(lines.slice(20)).toMatchObject([{ actions: 3 }, { action: 'create' }]);
});
