import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const pages = globSync(['*.md', '{bench,collector-config,deploy,docs,grafana}/**/*.md', 'test/{chaos,fleet,stack}/*.md'], {
  cwd: ROOT,
}).sort();

/** Without blocks of code, in which brackets are brackets. */
const proseOf = (page: string): string => readFileSync(resolve(ROOT, page), 'utf8').replace(/^```.*?^```/gms, '');

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): Set<string> => {
  const seen = new Map<string, number>();
  return new Set(
    [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
      const anchor = heading!
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-');
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    }),
  );
};

/** Where a page's links within the project lead to. */
const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^[a-z]+:/i.test(target));

const leadsNowhere = (page: string, target: string): boolean => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), decodeURI(path)));
  if (!existsSync(resolve(ROOT, file))) return true;
  return anchor !== undefined && !(statSync(resolve(ROOT, file)).isFile() && anchorsOf(file).has(anchor));
};

describe('the pages', () => {
  it.each(pages)('%s has links that lead somewhere', (page) => {
    expect(linksOf(page).filter((target) => leadsNowhere(page, target))).toEqual([]);
  });

  it('lead from the README to every page of docs', () => {
    const reached = new Set<string>();
    const follow = (page: string): void => {
      if (reached.has(page)) return;
      reached.add(page);
      for (const target of linksOf(page)) {
        const path = target.split('#')[0]!;
        if (path.endsWith('.md')) follow(relative(ROOT, resolve(ROOT, dirname(page), path)));
      }
    };
    follow('README.md');
    // The folder of decisions is linked as a whole.
    expect(pages.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/decisions/') && !reached.has(page))).toEqual([]);
  });

  /** Decisions and the changelog name what was there, CONTRIBUTING what its steps make. */
  const ofToday = pages.filter((page) => !['CHANGELOG.md', 'CONTRIBUTING.md'].includes(page) && !page.startsWith('docs/decisions/'));

  it.each(ofToday)('%s names only files that are there', (page) => {
    const tops = 'bench|build|collector-config|demo|deploy|docs|grafana|packaging|src|test|wasm|web';
    const rooms = readdirSync(resolve(ROOT, 'src')).join('|');
    const named = [...proseOf(page).matchAll(new RegExp(`\`((?:(?:${tops})/|(?:${rooms})/)[\\w./-]+\\.\\w+)\``, 'g'))].map(
      ([, path]) => path!,
    );
    const isThere = (path: string) =>
      [ROOT, resolve(ROOT, 'src'), resolve(ROOT, dirname(page))].some((folder) => existsSync(resolve(folder, path)));
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  const isGenerated = (page: string): boolean => /Generated .*do not edit/.test(readFileSync(resolve(ROOT, page), 'utf8').slice(0, 600));

  it.each(pages.filter((page) => !isGenerated(page)))('%s has lines of prose under 120 characters', (page) => {
    // Rows of tables, headings, and what cannot be broken: links, commands.
    const prose = proseOf(page)
      .split('\n')
      .filter((line) => !/^\s*[|#<]|^ {4}|^!\[/.test(line));
    expect(prose.filter((line) => line.length > 120 && line.slice(0, 120).trim().includes(' ') && !/^\s*\S+$/.test(line))).toEqual([]);
  });
});
