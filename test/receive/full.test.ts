import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hours, minutes, seconds } from '../../src/model/time.js';
import { asJson } from '../support/otlp-logs.js';
import { type Sidecar, startSidecar, stateFolder } from './sidecar.js';

const START = Date.parse('2026-11-21T01:00:00Z');
const MIB = 1024 * 1024;
const LINES = 4000;
const ENV = { NOVASPAN_RECEIVE_BUFFER_BYTES: '64MiB' };

let state: ReturnType<typeof stateFolder>;
let sidecar: Sidecar;
beforeEach(() => {
  state = stateFolder();
});
afterEach(async () => {
  await sidecar.stop();
  state.remove();
});

let requests = 0;
/** 4 MiB of what nova-compute writes at a moment, and none of it needed. */
function idle(at: number): Buffer {
  const stamp = new Date(at).toISOString().replace('T', ' ').slice(0, 23);
  const request = requests++;
  const line = (n: number): string =>
    `${stamp} 7 DEBUG oslo_service.periodic_task [-] Running periodic task ${request}.${n} ${'x'.repeat(960)}`;
  return asJson([{ host: 'cmp1', records: Array.from({ length: LINES }, (_, n) => ({ line: line(n), file: 'nova-compute.log' })) }]);
}

const counted = (name: string, said: Sidecar['said']): number => said.reduce((sum, each) => sum + Number(each[name] ?? 0), 0);

/** Lets minutes go by until it has said that it read so many lines. @returns the moment of its clock */
async function readOn(lines: number, from: number): Promise<number> {
  let at = from;
  for (let turns = 0; counted('lines', sidecar.said) < lines && turns < 2000; turns++) await sidecar.pass((at += seconds(61)));
  return at;
}

function bytesIn(folder: string): number {
  return (readdirSync(folder, { recursive: true }) as string[]).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

it('a receive buffer that is full makes senders wait, and what has been told makes room: nothing is lost', async () => {
  sidecar = await startSidecar(state.path, START, ENV);
  let sent = 0;
  let at = START;
  const send = async (): Promise<number> => {
    const status = await sidecar.send(idle(at));
    if (status === 200) sent += LINES;
    return status;
  };
  // The clock stands still: all of it may belong to what is under way.
  while ((await send()) === 200) expect(sent).toBeLessThan(20 * LINES);
  expect(sent).toBeGreaterThan(14 * LINES);
  expect(await send()).toBe(503);
  expect(sidecar.said.filter(({ level }) => level === 'error').map(({ reason }) => reason)).toEqual(['the receive buffer is full']);

  // So a restart reads it again.
  await sidecar.pass((at += seconds(1)));
  await sidecar.stop();
  const first = sidecar.said;
  sidecar = await startSidecar(state.path, at, ENV);

  // Half an hour after it was read none of it is needed.
  for (let turns = 0; bytesIn(join(state.path, 'state', 'received')) > 32 * MIB; turns++) {
    expect(turns).toBeLessThan(2000);
    await sidecar.pass((at += minutes(1)));
  }
  for (let i = 0; i < 4; i++) {
    await sidecar.pass((at += minutes(1)));
    expect(await send()).toBe(200);
  }
  at = await readOn(sent, at);
  for (let i = 0; i < 4; i++) await sidecar.pass((at += minutes(20)));
  await sidecar.stop();
  expect(counted('lines', sidecar.said)).toBe(sent);
  const second = sidecar.said;

  // A restart finds the files that are left, and misses none of those that are gone.
  sidecar = await startSidecar(state.path, at + hours(1), ENV);
  at += hours(1);
  expect(await sidecar.send(idle(at))).toBe(200);
  at = await readOn(LINES, at);
  await sidecar.stop();
  expect(counted('lines', sidecar.said)).toBeGreaterThanOrEqual(LINES);
  for (const name of ['files_lost', 'file_resets', 'nul_bytes'])
    expect([name, counted(name, [...first, ...second, ...sidecar.said])]).toEqual([name, 0]);
});

it('a log that nothing comes to for a day is removed, and begins again when something does', async () => {
  sidecar = await startSidecar(state.path, START);
  let at = START;
  expect(await sidecar.send(idle(at))).toBe(200);
  at = await readOn(LINES, at);
  const logs = (): string[] =>
    (readdirSync(join(state.path, 'state', 'received'), { recursive: true }) as string[]).filter((name) => name.endsWith('.log'));
  expect(logs()).toHaveLength(1);
  for (let i = 0; i < 25; i++) await sidecar.pass((at += hours(1)));
  await sidecar.until(() => logs().length === 0);
  for (let i = 0; i < 5; i++) await sidecar.pass((at += minutes(20)));
  expect(await sidecar.send(idle(at))).toBe(200);
  at = await readOn(2 * LINES, at);
  for (let i = 0; i < 5; i++) await sidecar.pass((at += minutes(20)));
  await sidecar.stop();
  const first = sidecar.said;
  sidecar = await startSidecar(state.path, (at += hours(1)));
  for (let i = 0; i < 5; i++) await sidecar.pass((at += minutes(20)));
  await sidecar.stop();
  expect(counted('lines', first)).toBe(2 * LINES);
  for (const name of ['files_lost', 'file_resets']) expect([name, counted(name, [...first, ...sidecar.said])]).toEqual([name, 0]);
});
