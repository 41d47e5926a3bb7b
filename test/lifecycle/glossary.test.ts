import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { glossary } from '../../src/lifecycle/glossary.js';
import { actions } from '../../src/lifecycle/name.js';
import { networkReadyPhases } from '../../src/lifecycle/network-ready.js';
import { phasesMarkdown } from '../../src/lifecycle/phases-markdown.js';

const names = new Set([...actions.flatMap(({ phases }) => phases), ...networkReadyPhases].map(({ name }) => name));

describe('the glossary', () => {
  it('has a line for every phase of the tables, and for no other', () => {
    expect(Object.keys(glossary).sort()).toEqual([...names].sort());
  });

  it('is in docs/tracing-model.md, with the lines that prove the ends of each phase (npm run docs)', () => {
    expect(readFileSync('docs/tracing-model.md', 'utf8')).toContain(phasesMarkdown(actions).trim());
  });
});
