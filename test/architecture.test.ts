import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keys } from '../src/model/attributes.js';

/** Folders import from lower floors only, and folders on one floor do not know each other. */
const FLOORS = [
  ['model'],
  ['format', 'catalogue', 'tail', 'receive', 'export', 'telemetry', 'config'],
  ['lifecycle', 'archive', 'journal', 'compare', 'deliver'],
  ['correlate', 'trace', 'read', 'view'],
  ['clock'],
  ['check', 'pipeline'],
  ['cli'],
];
const ROOT = new URL('../', import.meta.url).pathname;
const SRC = join(ROOT, 'src/');
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
const folderOf = (file: string): string => file.split('/')[0]!;
const floorOf = (file: string): number => FLOORS.findIndex((folders) => folders.includes(folderOf(file)));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path!);

describe('the floors', () => {
  it('are all known', () => {
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([]);
  });

  it('are imported only downwards', () => {
    const upwards = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => path.startsWith('.'))
        .map((path) => relative(SRC, join(SRC, dirname(file), path)))
        .filter((other) => folderOf(other) !== folderOf(file) && floorOf(other) >= floorOf(file))
        .map((other) => `src/${file} imports ${other}`),
    );
    expect(upwards).toEqual([]);
  });

  it('know nothing of the SDK, but for export', () => {
    const others = files.filter((file) => folderOf(file) !== 'export');
    expect(others.filter((file) => importsOf(file).some((path) => path.startsWith('@opentelemetry/')))).toEqual([]);
  });
});

describe('names', () => {
  const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

  /** Keys of ours in a text. Keys of the conventions are read of other things too: of log records that are received. */
  const ownKeysIn = (text: string): string[] =>
    (text.match(/(?<![\w.@/])(?:openstack|novaspan)(?:\.[a-z_]+)+/g) ?? []).filter((key) => !key.endsWith('.yaml'));
  const ownKeys = new Set<string>(Object.values(keys));
  const programsIn = (folder: string): [string, string][] =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
      .filter((file) => /\.(?:tsx?|mjs)$/.test(file))
      .map((file) => [`${folder}/${file}`, readFileSync(join(ROOT, folder, file), 'utf8')]);

  it('attribute keys are spelled in one file', () => {
    const programs = ['src', 'web', 'bench', 'demo', 'docs'].flatMap(programsIn);
    const spelling = programs.filter(
      ([file, text]) => file !== 'src/model/attributes.ts' && ownKeysIn(text).some((key) => ownKeys.has(key)),
    );
    expect(spelling.map(([file]) => file)).toEqual([]);
  });

  it('queries of dashboards spell only attribute keys that exist', () => {
    // They are texts of other languages, built apart from src/: there each key stands as a user writes it.
    const spelled = programsIn('grafana/source').flatMap(([, text]) => ownKeysIn(text));
    expect(spelled).toContain('openstack.instance.id');
    expect(spelled.filter((key) => !ownKeys.has(key))).toEqual([]);
  });

  it('no meaning is read out of how a kind or the name of a phase is spelled', () => {
    const SNIFFS = /\b(?:kind|name)\.(?:startsWith|endsWith|includes|split|match|replace)\(|\.test\((?:kind|name)\)/;
    const ROOMS = ['lifecycle', 'trace', 'telemetry'];
    const sniffing = [...sources].filter(([file, text]) => ROOMS.includes(folderOf(file)) && SNIFFS.test(text));
    expect(sniffing.map(([file]) => file)).toEqual([]);
  });
});

it('the lock names no registry', () => {
  expect(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')).not.toMatch(/"resolved":\s*"https?:/);
});
