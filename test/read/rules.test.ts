import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/model/errors.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { explainLine } from '../../src/pipeline/explain.js';
import { replay } from '../../src/pipeline/replay.js';
import { loadRules } from '../../src/read/rules.js';
import { GOLDEN } from '../support/scenario.js';

const RULES = new URL('./fixtures/rules.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'novaspan-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (yaml: string): string => {
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, yaml);
  return path;
};
const faultsOf = (yaml: string): string => {
  try {
    loadRules([fileOf(yaml)]);
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    expect(error).toMatchObject({ code: 'RULES_INVALID', exitCode: 78 });
    return (error as Error).message;
  }
  return '';
};

/** A real boot with the vendor's lines among its own. */
async function boot(rules: readonly string[]): Promise<FinishedTrace> {
  const dir = join(GOLDEN, 'create-succeeds-info');
  const lines = readFileSync(join(dir, 'nova-compute@vm.log'), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes('Creating image(s)'));
  const head = lines[at]!.replace('nova.virt.libvirt.driver', 'acme.nova.cache').replace('Creating image(s)', '');
  lines.splice(at + 1, 0, `${head}Preparing cache for volume 0b5a1c1e-8f39-4a5e-b7ad-f19a3b4b2c11`, `${head}Cache is ready after 0.25 s`);
  const log = join(folder, 'nova-compute@vm.log');
  writeFileSync(log, lines.join('\n'));
  const found: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [log], zone: 'UTC', lines: 'events', count: () => undefined, rules })) found.push(trace);
  return found.find(({ action, form }) => action === 'create' && form === 'action')!;
}

describe("users' own rules", () => {
  it('add messages and phases to an action', async () => {
    const { spans } = await boot([RULES]);
    const own = spans.find(({ name }) => name === 'cache prepare')!;
    expect(own.parentSpanId).toBe(spans.find(({ name }) => name === 'spawn')!.spanId);
    expect(own.events.map(({ name }) => name)).toEqual(['cache.preparing', 'cache.prepared']);
    expect(own.events.map(({ attributes }) => attributes['novaspan.log.message'])).toEqual([
      'Preparing cache for volume 0b5a1c1e-8f39-4a5e-b7ad-f19a3b4b2c11',
      'Cache is ready after 0.25 s',
    ]);
    const warm = spans.find(({ name }) => name === 'cache warm')!;
    expect(warm.end - warm.start).toBe(250);
    expect(spans[0]!.attributes['novaspan.phases.observed']).toContain('cache warm');
  });

  it('leave everything else as it is', async () => {
    const names = ({ spans }: FinishedTrace): string[] =>
      spans.map(({ name, spanId }) => `${name} ${spanId}`).filter((name) => !name.startsWith('cache'));
    expect(names(await boot([RULES]))).toEqual(names(await boot([])));
  });

  it('are explained', () => {
    const line =
      '2026-11-21 01:50:40.104 7999 INFO acme.nova.cache [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Cache is ready after 1.25 s';
    expect(explainLine(line, { zone: 'UTC' }).understood).toBe(false);
    const said = explainLine(line, { zone: 'UTC', rules: [RULES] });
    expect(said.stages.find(({ name }) => name === 'role')?.text).toContain('ends "cache prepare"');
  });

  it('no file is no rules', () => {
    expect(loadRules([])).toBeUndefined();
  });
});

describe('rules that cannot be used', () => {
  const message = (more: string): string => `messages:\n  - kind: a.b\n    service: nova-compute\n    logger: x\n${more}`;
  it.each([
    ['a file that is not there', () => loadRules([join(folder, 'none.yaml')]), 'cannot be read'],
    ['what is no YAML', () => faultsOf('messages: ['), 'line 1'],
    ['a field nobody knows', () => faultsOf('message: []'), 'message'],
    [
      'a line that no wording reads',
      () => faultsOf(message("    says: 'One {n:int}'\n    seen: ['One 1', 'Two']")),
      'no wording reads "Two"',
    ],
    [
      'a wording that no line proves',
      () => faultsOf(message("    says: ['One {n:int}', 'Three']\n    seen: ['One 1']")),
      'none of the seen lines is read by "Three"',
    ],
    ['a hole of no type', () => faultsOf(message("    says: 'One {n:number}'\n    seen: 'One 1'")), 'unknown type "number"'],
    [
      'a wording that is there already',
      () =>
        faultsOf(
          "messages:\n  - kind: a.b\n    service: nova-compute\n    logger: nova.compute.manager\n    says: 'Rebooting instance'\n    seen: 'Rebooting instance'",
        ),
      'also read as instance.rebooting',
    ],
    [
      'a service that nobody reads',
      () => faultsOf(message("    says: 'One'\n    seen: 'One'").replace('nova-compute', 'swift-proxy')),
      'no log of swift-proxy',
    ],
    [
      'a kind that is not there',
      () => faultsOf('phases:\n  - {action: create, name: x, service: nova-compute, from: a.b, to: spawn.started}'),
      'no kind a.b',
    ],
    [
      'an action that is not there',
      () => faultsOf('phases:\n  - {action: boot, name: x, service: nova-compute, from: spawn.started, to: spawn.started}'),
      'must be one of rebuild',
    ],
    [
      'a phase of a name that is there',
      () => faultsOf('phases:\n  - {action: create, name: spawn, service: nova-compute, from: spawn.started, to: instance.built}'),
      'create has one of this name',
    ],
    [
      'a part of nothing',
      () => faultsOf('phases:\n  - {action: create, name: x, within: y, service: nova-compute, from: spawn.started, to: instance.built}'),
      'has no phase "y"',
    ],
  ] as const)('%s', (_case, act, says) => {
    let said: string;
    try {
      said = String(act());
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain(says);
  });

  it('all faults of a file are said at once', () => {
    const said = faultsOf(message("    says: 'One {n:int}'\n    seen: ['One 1', 'Two', 'Three']"));
    expect(said.match(/✖/g)).toHaveLength(2);
  });

  it('a fault in one field hides none of the others, nor of the other entries', () => {
    const said = faultsOf(
      [
        'messages:',
        '  - {kindx: a.b, service: nova-compute, logger: x, says: "One {n:wordy}", seen: "One 1"}',
        '  - {kind: c.d, service: swift-proxy, logger: x, says: "Two", seen: "Three"}',
        'phases:',
        '  - {action: boot, name: x, service: nova-compute, from: a.b, to: c.e}',
        '  - {action: create, name: spawn, service: nova-compute, from: c.d, to: instance.built}',
      ].join('\n'),
    );
    for (const each of [
      'Unrecognized key: "kindx"',
      'messages.0.kind: must be text',
      'unknown type "wordy"',
      'c.d: no log of swift-proxy',
      'c.d: no wording reads "Three"',
      'c.d: none of the seen lines is read by "Two"',
      'phases.0.action: must be one of',
      'phase "x": there is no kind c.e',
      'phase "spawn": create has one of this name',
    ])
      expect(said).toContain(each);
    expect(said.match(/✖/g)).toHaveLength(9);
  });

  it('the faults of all files are said, and a file that cannot be read makes none in another', () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'phases:\n  - {action: create, name: spawn, service: nova-compute, from: a.b, to: instance.built}');
    let said = '';
    try {
      loadRules([join(folder, 'none.yaml'), other]);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain('none.yaml has rules that cannot be used');
    expect(said).toContain('create has one of this name');
    expect(said).not.toContain('no kind a.b');
  });
});
