import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { variables } from '../../src/config/environment.js';
import { loadConfig } from '../../src/config/load.js';
import { configurationMarkdown, exampleYaml } from '../../src/config/markdown.js';
import { configSchema } from '../../src/config/schema.js';

it('docs/configuration.md is what the schema says', async () => {
  await expect(configurationMarkdown()).toMatchFileSnapshot('../../docs/configuration.md');
});

it('every field is described and the same on every machine', () => {
  const page = configurationMarkdown();
  expect(page).not.toMatch(/undefined|\[object|NaN/);
  for (const field of Object.keys(configSchema.shape)) expect(page).toContain(`\`${field}`);
  for (const { name } of variables) expect(page).toContain(name);
});

it('the example is a valid configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-config-'));
  try {
    const file = join(folder, 'novaspan.yaml');
    writeFileSync(file, exampleYaml);
    expect(loadConfig({ file, env: {}, flags: {}, paths: [] })).toMatchObject({ timezone: 'Europe/Berlin', otlp: { timeout: 5000 } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
