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
const SRC = new URL('../src/', import.meta.url).pathname;
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

  it('attribute keys are spelled in one file', () => {
    // Keys of the conventions are read of other things too: of log records that are received.
    const own = Object.values(keys).filter((key) => /^(?:openstack|novaspan)\./.test(key));
    const spelled = [...sources].filter(([file, text]) => file !== 'model/attributes.ts' && own.some((key) => text.includes(`'${key}'`)));
    expect(spelled.map(([file]) => file)).toEqual([]);
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
