import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceText } from '../../src/export/terminal/trace-text.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { counting } from '../support/scenario.js';

interface Line {
  readonly log: string;
  readonly due: number;
  readonly text: string;
}
interface Recording {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly Line[];
}
interface Settings {
  readonly startsAt: number;
  readonly salt: string;
  readonly stretch?: number;
  readonly pauses?: readonly { readonly before: string; readonly ms: number }[];
  readonly serials?: Map<string, number>;
}
interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}
/** Plain Node.js, as the image runs it; so it has no types of its own. */
interface Relive {
  readRecording(folder: string): Recording;
  relive(recording: Recording, settings: Settings): Line[];
  play(lines: readonly Line[], to: { write(log: string, text: string): void; clock: Clock; isStopped?: () => boolean }): Promise<void>;
}

const ROOT = new URL('../../', import.meta.url).pathname;
const { readRecording, relive, play } = (await import(join(ROOT, 'demo', 'relive.mjs'))) as Relive;
const scenarios = (JSON.parse(readFileSync(join(ROOT, 'demo', 'scenarios.json'), 'utf8')) as { path: string }[]).map(({ path }) => path);
const BOOT = join(ROOT, 'test/golden/create-succeeds-debug');
const LATER = Date.parse('2027-03-31T23:59:50.123Z');

async function tracesOf(lines: readonly Line[]): Promise<FinishedTrace[]> {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-relive-'));
  try {
    for (const { log, text } of lines) appendFileSync(join(folder, log), `${text}\n`);
    const traces: FinishedTrace[] = [];
    const { count } = counting();
    for await (const trace of replay({ paths: [folder], zone: 'UTC', lines: 'off', count })) traces.push(trace);
    return traces;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const asText = async (lines: readonly Line[]): Promise<string> => (await tracesOf(lines)).map(traceText).join('\n');

/** The times of roots and every id are what may differ. */
const shapeOf = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{32}\b|\b[0-9a-f]{8}(-[0-9a-f]{2,12})*\b/g, '#')
    .replace(/from \d{4}-\d\d-\d\d [\d:.]+ UTC/g, 'from then')
    .split('\n')
    .sort()
    .join('\n');

const idsOf = (lines: readonly Line[]): Set<string> =>
  new Set(lines.flatMap(({ text }) => text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? []));

describe.each(scenarios)('%s, relived', (path) => {
  const recording = readRecording(join(ROOT, path));

  it('gives the traces of the recording at the time that was asked for', async () => {
    const text = await asText(relive(recording, { startsAt: LATER, salt: 'a' }));
    expect(shapeOf(text)).toBe(shapeOf(readFileSync(join(ROOT, path, 'expected.trace'), 'utf8')));
    expect(text.match(/from \d{4}-\d\d-\d\d/g)!.filter((from) => !/2027-(03-31|04-01)/.test(from))).toEqual([]);
  });

  it('shares no id with the recording, nor with another time', () => {
    const ids = [recording.lines, relive(recording, { startsAt: LATER, salt: 'a' }), relive(recording, { startsAt: LATER, salt: 'b' })].map(
      idsOf,
    );
    expect(new Set(ids.flatMap((some) => [...some])).size).toBe(ids[0]!.size * 3);
  });
});

describe('a boot made slower', () => {
  const recording = readRecording(BOOT);
  const rootOf = async (settings: Partial<Settings>): Promise<FinishedTrace['spans'][number]> => {
    const traces = await tracesOf(relive(recording, { startsAt: LATER, salt: 'a', ...settings }));
    return traces.flatMap(({ spans }) => spans).find(({ name }) => name === 'instance create')!;
  };
  const seconds = ({ start, end }: FinishedTrace['spans'][number]): number => (end - start) / 1000;

  it('by a minute has a root longer by a minute, and nova says so', async () => {
    const root = await rootOf({ pauses: [{ before: 'Successfully plugged vif', ms: 60_000 }] });
    expect(seconds(root)).toBeCloseTo(8.44 + 60, 1);
    expect(root.attributes['novaspan.reported_duration_s']).toBe(68.35);
  });

  it('three times has a root of three times the length, and nova says so', async () => {
    const root = await rootOf({ stretch: 3 });
    expect(seconds(root)).toBeCloseTo(8.44 * 3, 1);
    expect(root.attributes['novaspan.reported_duration_s']).toBe(25.05);
  });

  it('at a line that is not there is a mistake', () => {
    const pauses = [{ before: 'no such line', ms: 1 }];
    expect(() => relive(recording, { startsAt: LATER, salt: 'a', pauses })).toThrow('no line of this recording holds: no such line');
  });
});

it('lines of OVS and OVN are numbered on, thread by thread', () => {
  const serials = new Map<string, number>();
  const recording = readRecording(BOOT);
  const lines = ['a', 'b'].flatMap((salt) => relive(recording, { startsAt: LATER, salt, serials }));
  const numbers = new Map<string, number[]>();
  for (const { log, text } of lines) {
    const [, serial, module] = /^\S+Z\|(\d{5})\|([^|]*)\|/.exec(text) ?? [];
    if (serial === undefined) continue;
    const thread = log + (/\(.*\)/.exec(module!)?.[0] ?? '');
    numbers.set(thread, [...(numbers.get(thread) ?? []), Number(serial)]);
  }
  expect([...numbers.keys()].sort()).toEqual(['ovn-controller@vm.log', 'ovn-controller@vm.log(ovn_pinctrl0)', 'ovs-vswitchd@vm.log']);
  for (const all of numbers.values()) expect(all).toEqual(all.map((_, index) => index + 1));
});

it('recordings in other zones are refused', () => {
  const folder = join(ROOT, 'test/golden');
  const other = readdirSync(folder).find((name) => readdirSync(join(folder, name)).includes('zone'))!;
  expect(() => readRecording(join(folder, other))).toThrow(/only recordings in UTC/);
});

describe('playing', () => {
  const line = (log: string, due: number): Line => ({ log, due, text: `${log} ${due}` });
  const clockAt = (start: number): Clock & { readonly slept: number[] } => {
    let now = start;
    const slept: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      now += ms;
      slept.push(ms);
    };
    return { slept, now: () => now, sleep };
  };

  it('writes each line when it is due, and those that are due together at once', async () => {
    const written: string[] = [];
    const clock = clockAt(1000);
    const lines = [line('a', 900), line('b', 1000), line('a', 1000), line('a', 4000)];
    await play(lines, { clock, write: (log, text) => written.push(`${clock.now()} ${log}: ${text}`) });
    expect(written).toEqual(['1000 a: a 900\na 1000\n', '1000 b: b 1000\n', '4000 a: a 4000\n']);
    expect(clock.slept).toEqual([3000]);
  });

  it('ends when it is told to', async () => {
    const written: string[] = [];
    const clock = clockAt(0);
    await play([line('a', 0), line('a', 10)], { clock, write: (_, text) => written.push(text), isStopped: () => written.length > 0 });
    expect(written).toEqual(['a 0\n']);
  });
});
