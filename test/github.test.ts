import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../src/cli/commands.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const { scripts, engines } = JSON.parse(text('package.json')) as { scripts: Record<string, string>; engines: { node: string } };

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string; readonly value?: string };
  }[];
}
const FORMS = readdirSync(`${ROOT}.github/ISSUE_TEMPLATE`).filter((name) => name.endsWith('.yaml'));

describe('what GitHub reads', () => {
  it.each(FORMS)('%s is a form with fields that have names', (file) => {
    const { name, description, body } = parse(text(`.github/ISSUE_TEMPLATE/${file}`)) as Form;
    expect([name, description].every((each) => each.length > 0)).toBe(true);
    const ids = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
    expect(ids.every((id) => id !== undefined)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of body) expect(type === 'markdown' ? attributes.value : attributes.label).toBeTruthy();
  });

  it('asks for what `check` and `excerpt` give', () => {
    const bug = text('.github/ISSUE_TEMPLATE/bug.yaml');
    expect(bug).toContain('novaspan check --json');
    expect(bug).toContain('novaspan excerpt');
  });

  it('tests each Node.js that is supported, and runs all that .ci/run does', () => {
    const workflow = text('.github/workflows/ci.yaml');
    const { jobs } = parse(workflow) as {
      jobs: Record<string, { strategy?: { matrix: { node: number[] } }; steps: { run?: string }[] }>;
    };
    const tried = jobs['test']?.strategy?.matrix.node ?? [];
    expect(`>=${Math.min(...tried)}`).toBe(engines.node.replace(/\..*/, ''));
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(runs.some((run) => run.endsWith('.ci/run'))).toBe(true);
    for (const [, script] of runs.join('\n').matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script!]);
    expect(tried).toContain(Number(text('.nvmrc')));
  });

  it('gives a workflow no right but reading, and takes no action of a branch', () => {
    const workflow = text('.github/workflows/ci.yaml');
    const { permissions, jobs } = parse(workflow) as {
      permissions: object;
      jobs: Record<string, { permissions?: object; steps: { uses?: string; with?: Record<string, unknown> }[] }>;
    };
    expect([permissions, ...Object.values(jobs).flatMap((job) => job.permissions ?? [])]).toEqual([{ contents: 'read' }]);
    const used = Object.values(jobs).flatMap(({ steps }) => steps.filter(({ uses }) => uses !== undefined));
    for (const { uses, with: given } of used) {
      expect(uses).toMatch(/^actions\/[a-z-]+@(?:v\d+|[0-9a-f]{40})$/);
      if (uses!.startsWith('actions/checkout@')) expect(given?.['persist-credentials']).toBe(false);
    }
  });
});

it('pages for contributors name scripts, commands and files that are there', () => {
  for (const page of ['CONTRIBUTING.md', 'SECURITY.md', '.github/pull_request_template.md', 'README.md', 'docs/excerpt.md']) {
    for (const [, script] of text(page).matchAll(/npm run (?!--)([\w:]+)/g)) expect(scripts, page).toHaveProperty([script!]);
    for (const [, command] of text(page).matchAll(/`novaspan ([a-z][a-z-]*)/g))
      expect([...commands.map(({ name }) => name), 'help'], page).toContain(command);
    for (const [, file] of text(page).matchAll(/`((?:src|test|docs)\/[\w./-]+\.(?:ts|md|jsonl|mjs))`/g)) {
      // Those that the steps of CONTRIBUTING make.
      if (new RegExp(`[Mm]ake the file \`${file}\``).test(text(page).replace(/\s+/g, ' '))) continue;
      expect(existsSync(`${ROOT}${file}`), `${page}: ${file}`).toBe(true);
    }
  }
});
