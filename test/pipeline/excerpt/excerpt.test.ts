import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinishedTrace } from '../../../src/model/span.js';
import { type Excerpt, excerpt } from '../../../src/pipeline/excerpt/excerpt.js';
import { differences } from '../../../src/pipeline/excerpt/same.js';
import { replay } from '../../../src/pipeline/replay.js';
import { counting, GOLDEN, restoreTimes, zoneOf } from '../../support/scenario.js';

let folder: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-excerpt-'));
  output = join(folder, 'excerpt');
  mkdirSync(output);
});
afterEach(() => rmSync(folder, { recursive: true }));

const made = (paths: readonly string[], zone: string, wants: (trace: FinishedTrace) => boolean = () => true): Promise<Excerpt> =>
  excerpt({ paths, zone, isZoneGiven: true, wants, output });

async function tracesOf(path: string, zone: string): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [path], zone, lines: 'off', count: counting().count })) traces.push(trace);
  return traces;
}

const textOf = (dir: string): string =>
  (readdirSync(dir, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('');

describe('an excerpt gives the same traces', () => {
  it.each([
    'create-succeeds-debug',
    'create-fails-vif-plug-timeout-debug',
    'create-interrupted-compute-killed-debug',
    'create-succeeds-epoxy-debug',
    'create-succeeds-journald-json-debug',
    'create-succeeds-rotation-mid-boot-debug',
    'create-succeeds-two-hosts-info',
    'delete-succeeds-eight-concurrent-debug',
    'live-migration-fails-rolls-back-info',
    'rebuild-succeeds-seoul-zone-info',
    'seed-rebuild-newton',
  ])('%s', async (scenario) => {
    const dir = join(GOLDEN, scenario);
    restoreTimes(dir);
    const before = await tracesOf(dir, zoneOf(dir));
    const instance = before[0]!.instance;
    const { differences: differ, traces, lines } = await made([dir], zoneOf(dir), (trace) => trace.instance === instance);

    expect(differ).toEqual([]);
    expect(traces.length).toBe(before.filter((trace) => trace.instance === instance).length);
    // It is checked by itself; here once more, from outside.
    const after = await tracesOf(output, zoneOf(dir));
    expect(differences(traces, after)).toEqual([]);
    expect(lines).toBeGreaterThan(0);
    expect(textOf(output).split('\n').length - 1).toBe(lines);
  });
});

it('holds no name of the cloud, and what was the same is the same', async () => {
  const dir = join(GOLDEN, 'create-succeeds-two-hosts-info');
  const { replaced } = await made([dir], 'UTC', (trace) => trace.action === 'create');
  const before = textOf(dir);
  const after = textOf(output);
  const found = (pattern: RegExp, text: string): Set<string> => new Set(text.match(pattern));
  for (const pattern of [/\b[0-9a-f]{32}\b/g, /\bfa:16:3e(?::[0-9a-f]{2}){3}\b/g, /\b(?:vm|vm2)\b(?!\w)/g])
    expect([...found(pattern, after)].filter((name) => before.includes(name) && !/^fa:16:3e:00:00/.test(name))).toEqual([]);
  expect(replaced['hosts']).toBeGreaterThan(0);
  expect(readdirSync(output).some((name) => name.includes('@host1'))).toBe(true);
});

it('takes the unread lines with the request id, and what continues them', async () => {
  const logs = join(folder, 'logs');
  cpSync(join(GOLDEN, 'create-succeeds-info'), logs, { recursive: true });
  const path = join(logs, 'nova-compute@vm.log');
  const request = 'req-e021590a-1cc3-4adc-bd85-76c1c9d2aa62';
  const who = 'e0344a94f86c4079bd457335f9e44ee0 4ffd406b476c40ac99ad03adedfc02e9 - - default default';
  const mine = `2026-11-21 01:42:35.000 7 INFO nova.some.plugin [None ${request} ${who}] unheard of\nTraceback (most recent call last):\n  File "x.py", line 1\n`;
  const others = `2026-11-21 01:42:35.000 7 INFO nova.some.plugin [None req-00000000-0000-4000-8000-000000000000 ${who}] of another\n`;
  writeFileSync(path, others + readFileSync(path, 'utf8') + mine);
  const { extent, differences: differ } = await made([logs], 'UTC', (trace) => trace.action === 'create');

  expect({ extent, differ }).toEqual({ extent: 'own', differ: [] });
  expect(textOf(output)).toContain('unheard of\nTraceback (most recent call last):\n  File "x.py", line 1\n');
  expect(textOf(output)).not.toContain('of another');
});

it('keeps names of files and folders, without what compressed them', async () => {
  const logs = join(folder, 'case/vm1');
  mkdirSync(join(logs, 'nova'), { recursive: true });
  const from = join(GOLDEN, 'create-succeeds-info');
  writeFileSync(join(logs, 'nova/nova-compute.log.2.gz'), gzipSync(readFileSync(join(from, 'nova-compute@vm.log'))));
  cpSync(join(from, 'neutron-server@vm.log'), join(logs, 'neutron-server.log'));
  const { differences: differ } = await made([logs], 'UTC');

  expect(differ).toEqual([]);
  // The folder of the host lies above what was named: it is there, as lines do not say the host. They name another: vm.
  expect(readdirSync(output, { recursive: true }).sort()).toEqual([
    'host2',
    'host2/neutron-server.log',
    'host2/nova',
    'host2/nova/nova-compute.log.2',
  ]);
});

it('takes the attempts of an action with it, which have its trace id', async () => {
  const dir = join(GOLDEN, 'create-fails-max-retries-debug');
  const all = await tracesOf(dir, 'UTC');
  const { traces, differences: differ } = await made([dir], 'UTC', ({ action }) => action === 'create');
  const ids = new Set(traces.map(({ traceId }) => traceId));
  expect(traces.length).toBeGreaterThan(ids.size);
  expect(traces.length).toBe(all.filter(({ traceId }) => ids.has(traceId)).length);
  expect(differ).toEqual([]);
});

it('writes nothing where no action is such', async () => {
  const { traces, files } = await made([join(GOLDEN, 'create-succeeds-info')], 'UTC', () => false);
  expect({ traces, files, left: readdirSync(output) }).toEqual({ traces: [], files: 0, left: [] });
});

it('says what differs', async () => {
  const traces = await tracesOf(join(GOLDEN, 'create-succeeds-info'), 'UTC');
  const [first] = traces;
  const [root, ...others] = first!.spans;
  expect(differences(traces, traces)).toEqual([]);
  expect(differences([first!], [{ ...first!, spans: [{ ...root!, end: root!.end + 1 }, ...others] }])).toEqual([
    expect.stringMatching(/^missing: nova-compute instance create: 2026-.* succeeded$/),
    expect.stringMatching(/^instead: nova-compute instance create: 2026-.* succeeded$/),
  ]);
  expect(differences([first!], []).length).toBe(first!.spans.length);
});
