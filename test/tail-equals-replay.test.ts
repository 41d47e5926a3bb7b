import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../src/export/otlp-json.js';
import type { Clock } from '../src/model/clock.js';
import type { FinishedTrace } from '../src/model/span.js';
import { hours } from '../src/model/time.js';
import { LogFollower } from '../src/pipeline/log-follower.js';
import { replay } from '../src/pipeline/replay.js';
import type { Start } from '../src/pipeline/resume.js';
import { findLogs } from '../src/tail/discover.js';
import { counting, GOLDEN, zoneOf } from './support/scenario.js';
import { sized } from './support/size.js';

/** One log as it was written: its lines, and when the writer turned it over to a new file. */
interface Script {
  readonly name: string;
  readonly lines: readonly Buffer[];
  /** before these lines the file is renamed to `.1` */
  readonly rotations: ReadonlySet<number>;
  /** the earliest stamp of this line and all after it: the clock may not run past what is not written yet */
  readonly earliest: readonly number[];
}

async function scriptsOf(dir: string): Promise<Script[]> {
  const scripts: Script[] = [];
  for (const { path, parts } of await findLogs([dir])) {
    const lines: Buffer[] = [];
    const rotations = new Set<number>();
    for (const part of parts) {
      if (lines.length > 0) rotations.add(lines.length);
      const bytes = readFileSync(part);
      for (let start = 0; start < bytes.length; ) {
        const end = bytes.indexOf(10, start);
        lines.push(bytes.subarray(start, end === -1 ? bytes.length : end + 1));
        start = end === -1 ? bytes.length : end + 1;
      }
    }
    const earliest: number[] = [];
    let least = Number.POSITIVE_INFINITY;
    for (let i = lines.length - 1; i >= 0; i--) {
      least = Math.min(least, writtenAt(lines[i]!) ?? least);
      earliest[i] = least;
    }
    scripts.push({ name: basename(path), lines, rotations, earliest });
  }
  return scripts;
}

/** When a line was written: its own stamp, the journal's, or that of DevStack's prefix. */
function writtenAt(line: Buffer): number | undefined {
  const text = line.toString('latin1', 0, 200);
  const stamp = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/.exec(text);
  if (stamp !== null) return Date.parse(`${stamp[1]}T${stamp[2]}Z`);
  const entry = /"__REALTIME_TIMESTAMP":"(\d+)"/.exec(text);
  if (entry !== null) return Math.floor(Number(entry[1]) / 1000) - 1;
  const prefix = /^Nov 21 (\d\d:\d\d:\d\d\.\d{3})/.exec(text);
  return prefix === null ? undefined : Date.parse(`2026-11-21T${prefix[1]}Z`);
}

const WRITTEN = new Date('2026-11-22T00:00:00Z');

const spansOf = (traces: readonly FinishedTrace[]): string[] => traces.map((trace) => toOtlpJson(trace)).sort();

describe.each([
  'create-succeeds-info',
  'create-succeeds-debug',
  'create-succeeds-eight-concurrent-info',
  'create-succeeds-rotation-mid-boot-debug',
  'create-deleted-while-building-debug',
  'create-fails-vif-plug-timeout-debug',
  'create-interrupted-compute-terminated-info',
  'rebuild-succeeds-debug',
  'rebuild-succeeds-info',
  'create-succeeds-two-hosts-info',
  'delete-succeeds-info',
  'create-succeeds-journald-json-debug',
  'create-succeeds-devstack-debug',
])('%s, written line by line', (scenario) => {
  it('gives tail the same bytes as replay of the whole', async () => {
    const scripts = await scriptsOf(join(GOLDEN, scenario));
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
        const dir = mkdtempSync(join(tmpdir(), 'novaspan-tail-'));
        try {
          const spans = await tailed(dir, scripts, (below) => (numbers.next().value as number) % below);
          expect(spans.length).toBeGreaterThan(0);
          expect(spans).toEqual(await replayed(dir));
        } finally {
          rmSync(dir, { recursive: true, force: true });
        }
      }),
      { numRuns: sized({ fast: 1, long: 10 }) },
    );
  });
});

/** Bytes at which a line begins whose stamp is that of the line before it. */
function cutsWithin(bytes: Buffer): number[] {
  const cuts: number[] = [];
  let last: number | undefined;
  for (let start = 0; start < bytes.length; start = bytes.indexOf(10, start) + 1 || bytes.length) {
    const at = writtenAt(bytes.subarray(start, start + 30));
    if (at !== undefined && at === last) cuts.push(start);
    last = at ?? last;
  }
  return cuts;
}

/** Where a line stands changes with a rotation; what it means does not. */
const withoutPlaces = (spans: readonly string[]): string[] =>
  spans.map((span) => span.replace(/\{"key":"(?:log\.file\.path|novaspan\.log\.offset)","value":\{[^}]*\}\},?/g, '')).sort();

describe.each(['create-succeeds-debug', 'rebuild-succeeds-info'])('%s, rotated between two lines of one millisecond', (scenario) => {
  const source = join(GOLDEN, scenario);
  const logs = readdirSync(source)
    .filter((name) => name.endsWith('.log'))
    .map((name) => {
      const bytes = readFileSync(join(source, name));
      return { name, bytes, cuts: cutsWithin(bytes) };
    });

  it('gives the spans of the whole, in replay and in a tail that was stopped and started at the rotation', async () => {
    const whole = withoutPlaces(await replayed(source, false));
    for (let seventh = 0; seventh < 7; seventh++) {
      const dir = mkdtempSync(join(tmpdir(), 'novaspan-cut-'));
      try {
        const parts = logs.map(({ name, bytes, cuts }) => {
          const cut = cuts[Math.floor((cuts.length * seventh) / 7)] ?? bytes.length;
          return { path: join(dir, name), before: bytes.subarray(0, cut), after: bytes.subarray(cut) };
        });
        const followed = await restartedAtRotation(dir, parts);
        expect(withoutPlaces(await replayed(dir))).toEqual(whole);
        expect(followed).toEqual(await replayed(dir));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
  });
});

interface Rotated {
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** One life until all logs are rotated, and another that reads the rest. Nothing ends in the first: time stands still. */
async function restartedAtRotation(dir: string, parts: readonly Rotated[]): Promise<string[]> {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const follow = (start: Start): LogFollower =>
    new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'localhost',
      start,
      lines: 'events',
      clock,
      count: counting().count,
    });
  const traces: FinishedTrace[] = [];
  for (const { path, before } of parts) appendFileSync(path, before);
  const first = follow({ from: 'backfill' });
  const told = (await first.cycle()).traces;
  const saved = first.save(told);
  await first.close();
  for (const { path, after } of parts) {
    if (after.length === 0) continue;
    renameSync(path, `${path}.1`);
    appendFileSync(path, after);
  }
  const kept = saved === undefined ? told : saved.undelivered;
  traces.push(...kept.map(({ trace }) => trace));
  const second = follow(saved === undefined ? { from: 'backfill' } : { from: 'resume', saved: JSON.parse(JSON.stringify(saved)) });
  now = Date.parse('2026-11-22T00:00:00Z');
  for (let hour = 0; hour < 15; hour++) {
    traces.push(...(await second.cycle()).traces.map(({ trace }) => trace));
    now += hours(1);
  }
  await second.close();
  return spansOf(traces);
}

it('what follows a line that is still being written is waited for, as long as the line is', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-unended-'));
  try {
    const lines = new Map(
      ['nova-compute@vm.log', 'ovn-controller@vm.log'].map((name) => [
        name,
        readFileSync(join(GOLDEN, 'create-succeeds-info', name), 'utf8'),
      ]),
    );
    const ovn = lines.get('ovn-controller@vm.log')!;
    const up = ovn.indexOf('2026-11-21T01:42:38.078Z|00036');
    let now = Date.parse('2026-11-21T01:42:38.100Z');
    const clock: Clock = { now: () => now, sleep: async () => undefined };
    // A daemon that is held up in the middle of a line, while nova's log goes on.
    appendFileSync(join(dir, 'nova-compute@vm.log'), lines.get('nova-compute@vm.log')!);
    appendFileSync(join(dir, 'ovn-controller@vm.log'), ovn.slice(0, up + 40));
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'localhost',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count: counting().count,
    });
    const cycle = async (): Promise<FinishedTrace[]> => (await live.cycle()).traces.map(({ trace }) => trace);
    await cycle();
    now += 20_000;
    expect(await cycle()).toEqual([]);
    appendFileSync(join(dir, 'ovn-controller@vm.log'), ovn.slice(up + 40));
    now += 60_000;
    const names = (await cycle()).flatMap(({ spans }) => spans.map(({ name }) => name));
    await live.close();
    expect(names).toContain('lport up');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

it('a line that never ends holds nothing for longer than half a minute', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-endless-'));
  try {
    const compute = readFileSync(join(GOLDEN, 'create-succeeds-info', 'nova-compute@vm.log'), 'utf8');
    let now = Date.parse('2026-11-21T01:43:30Z');
    const clock: Clock = { now: () => now, sleep: async () => undefined };
    appendFileSync(join(dir, 'nova-compute@vm.log'), compute);
    appendFileSync(join(dir, 'ovn-controller@vm.log'), '2026-11-21T01:42:38.068Z|00033|bin');
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'localhost',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count: counting().count,
    });
    expect((await live.cycle()).traces).toEqual([]);
    now += 31_000;
    expect((await live.cycle()).traces.length).toBeGreaterThan(0);
    await live.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

async function replayed(dir: string, isWritable = true): Promise<string[]> {
  // Lines without a year are of the latest one that the file's time allows.
  if (isWritable) for (const name of readdirSync(dir)) utimesSync(join(dir, name), WRITTEN, WRITTEN);
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [dir], zone: 'UTC', lines: 'events', count: counting().count })) traces.push(trace);
  return spansOf(traces);
}

/** Writes the scripts into files, interleaved at random and cut anywhere, and follows them meanwhile. */
async function tailed(dir: string, scripts: readonly Script[], random: (below: number) => number): Promise<string[]> {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const written = scripts.map(() => 0);
  const turned = scripts.map(() => new Set<number>());
  for (const { name } of scripts) appendFileSync(join(dir, name), '');
  const live = new LogFollower({
    logs: [{ paths: [dir], timezone: zoneOf(dir) }],
    host: 'localhost',
    start: { from: 'backfill' },
    lines: 'events',
    clock,
    count: counting().count,
  });
  const traces: FinishedTrace[] = [];
  const cycle = async (): Promise<void> => {
    now = Math.max(now, Math.min(...scripts.map(({ earliest }, i) => earliest[written[i]!] ?? Number.POSITIVE_INFINITY)));
    traces.push(...(await live.cycle()).traces.map(({ trace }) => trace));
  };
  try {
    // A file that is turned over before it was ever seen is a rotation while the reader was down, which is not this test's.
    await cycle();
    for (let open = scripts.map((_, i) => i); open.length > 0; open = open.filter((i) => written[i]! < scripts[i]!.lines.length)) {
      const i = open[random(open.length)]!;
      const { name, lines, rotations } = scripts[i]!;
      const path = join(dir, name);
      for (let left = 1 + random(40); left > 0 && written[i]! < lines.length; left--) {
        const at = written[i]!;
        if (rotations.has(at) && !turned[i]!.has(at)) {
          turned[i]!.add(at);
          renameSync(path, `${path}.1`);
          appendFileSync(path, '');
          if (random(2) === 0) await cycle();
        }
        const line = lines[at]!;
        const cut = random(line.length + 1);
        appendFileSync(path, line.subarray(0, cut));
        if (random(60) === 0) await cycle();
        appendFileSync(path, line.subarray(cut));
        written[i] = at + 1;
      }
      if (random(3) === 0) await cycle();
    }
    now = Math.max(...scripts.flatMap(({ earliest }) => earliest.filter(Number.isFinite)));
    for (let hour = 0; hour < 15; hour++) {
      traces.push(...(await live.cycle()).traces.map(({ trace }) => trace));
      now += hours(1);
    }
  } finally {
    await live.close();
  }
  return spansOf(traces);
}
