import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKind, knownAs } from '../../src/catalogue/releases.js';
import { isWanted } from '../../src/lifecycle/wanted.js';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Kinds that the code of a folder names. */
const kindsNamedIn = (folder: string): string[] =>
  readdirSync(join(SRC, folder))
    .filter((file) => file !== 'wanted.ts')
    .flatMap((file) => [...readFileSync(join(SRC, folder, file), 'utf8').matchAll(/'([a-z]+(?:\.[a-z]+)+)'/g)].map(([, text]) => text!));

describe('what the code names', () => {
  it.each(['lifecycle', 'correlate', 'trace'])('in src/%s is read: every such kind is wanted', (folder) => {
    const kinds = [...new Set(kindsNamedIn(folder))].filter(isKind);
    const unread = kinds.filter((kind) => knownAs(kind).some(({ spec }) => !isWanted(kind, spec.level)));
    expect(unread).toEqual([]);
  });
});
