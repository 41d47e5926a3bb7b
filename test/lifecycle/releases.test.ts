import { expect, it } from 'vitest';
import { actions } from '../../src/lifecycle/name.js';
import { releasesMarkdown } from '../../src/lifecycle/releases.js';

it('docs/releases.md says what the tables say (vitest -u rewrites it)', async () => {
  await expect(releasesMarkdown(actions)).toMatchFileSnapshot('../../docs/releases.md');
});

it('names every release of OpenStack and OVN in the first column of every table', () => {
  const page = releasesMarkdown(actions);
  for (const section of page.split('\n## ').slice(1)) {
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    const named = rows.slice(2).flatMap((row) => row.split(' | ')[0]!.slice(2).split(', '));
    expect(new Set(named).size).toBe(named.length);
    expect(named).toContain(section.includes('| OVN |') ? '26.03' : '2026.2');
    expect(named).toContain(section.includes('| OVN |') ? '2.12' : 'Ocata');
  }
});

it.each([
  ['create', 'spawn', 'Ocata', 'INFO'],
  ['create', 'network allocate', 'Zed', 'DEBUG'],
  ['create', 'network wait', 'Rocky', 'end at DEBUG'],
  ['create', 'network wait', 'Stein', 'DEBUG'],
  ['create', 'vif plug', 'Zed', 'DEBUG, end at INFO'],
  ['create', 'resource claim', 'Stein', 'INFO'],
  ['create', 'resource claim', 'Train', 'INFO'],
  ['create', 'claim save', 'Train', 'DEBUG'],
  ['create', 'flow install', '21.06', '–'],
  ['create', 'flow install', '21.09', 'INFO'],
])('%s: %s of %s is %s', (action, phase, release, said) => {
  const tables = releasesMarkdown(actions)
    .split('\n## ')
    .filter((section) => section.startsWith(`Phases of ${action}:`));
  const cells = tables.flatMap((section) => {
    const [head, , ...rows] = section.split('\n').filter((line) => line.startsWith('| '));
    const column = head!.split(' | ').findIndex((title) => title.replace(/ \|$/, '') === phase);
    if (column === -1) return [];
    const row = rows.find((line) => line.split(' | ')[0]!.slice(2).split(', ').includes(release));
    return row === undefined ? [] : [row.replace(/ \|$/, '').split(' | ')[column]];
  });
  expect(cells).toEqual([said]);
});
