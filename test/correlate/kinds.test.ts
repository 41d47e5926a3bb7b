import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messagesOf, services } from '../../src/catalogue/index.js';
import { isWanted } from '../../src/lifecycle/wanted.js';

const FOLDER = new URL('../../src/correlate/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));

const wanted = new Map<string, boolean>();
for (const { kind, spec } of services.flatMap((service) => messagesOf(service)))
  wanted.set(kind, wanted.get(kind) === true || isWanted(kind, spec.level));

/** The kinds of the catalogue that a file names. */
const kindsIn = (file: string): string[] =>
  [...readFileSync(new URL(file, FOLDER), 'utf8').matchAll(/'([a-z0-9.]+)'/g)].map(([, name]) => name!).filter((name) => wanted.has(name));

describe('the kinds that the correlator names', () => {
  it('are found in its files', () => {
    expect(files.flatMap(kindsIn).length).toBeGreaterThan(30);
  });

  it.each(files)('%s: are wanted, or nothing would ever come of them', (file) => {
    expect(kindsIn(file).filter((kind) => wanted.get(kind) !== true)).toEqual([]);
  });
});
