import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dashboardFiles } from '../../grafana/source/dashboards/files.js';
import { panelsIn, queriesIn, variablesIn } from '../../grafana/source/queries.js';
import { limits } from '../../grafana/source/thresholds.js';
import { boards, GRAFANA, urlsIn } from './boards.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly datasource: { readonly type: string; readonly uid: string } }[];
}

const all = (json: object) => (json as { panels: Panel[] }).panels;
const panelsOf = (json: object) => panelsIn(json as Record<string, unknown>) as unknown as Panel[];
/** Panels that ask a data source. Others have words, or the alerts. */
const askingIn = (json: object) => panelsOf(json).filter(({ type }) => type !== 'text' && type !== 'alertlist');

describe('what is generated', () => {
  const made = dashboardFiles(limits);

  it('is what is committed: npm run grafana', () => {
    expect(boards.map(({ file }) => `dashboards/${file}`).sort()).toEqual([...made.keys()].sort());
    const stale = [...made].filter(([path, content]) => readFileSync(new URL(path, GRAFANA), 'utf8') !== content);
    expect(stale.map(([path]) => path)).toEqual([]);
  });

  it('is the same each time', () => {
    expect([...dashboardFiles(limits)]).toEqual([...made]);
  });

  it('has the thresholds that are given', () => {
    const boots = dashboardFiles({ ...limits, spawnSlow: 20 }).get('dashboards/tempo/boots-overview.json')!;
    expect(boots).toContain('le=~\\"20|20.0\\"');
    expect(boots).toContain('Spawns over 20 s');
    expect(boots).not.toContain('le=~\\"60|60.0\\"');
  });
});

describe.each(boards)('$file', ({ file, json }) => {
  const store = file.split('/')[0]!;
  const sources = variablesIn(json).filter(({ type }) => type === 'datasource');

  it('has panels that say what to look for, in a unit', () => {
    const silent = panelsOf(json).filter(({ title, description }) => !title || !/^\S.{20,}[.?]$/.test(description ?? ''));
    silent.push(...askingIn(json).filter(({ fieldConfig }) => !fieldConfig?.defaults.unit));
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  it('asks only data sources that its variables choose', () => {
    const offered = sources.map(({ name, query }) => `${query} \${${name}}`);
    const used = askingIn(json).flatMap(({ datasource, targets }) => [datasource, ...targets.map((target) => target.datasource)]);
    expect(used.map(({ type, uid }) => `${type} ${uid}`).filter((one) => !offered.includes(one))).toEqual([]);
  });

  it('knows no other trace store', () => {
    expect(JSON.stringify(json).toLowerCase()).not.toContain(store === 'tempo' ? '"jaeger"' : '"tempo"');
  });

  it('has panels with ids of their own', () => {
    const ids = all(json).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !Number.isInteger(id) || id < 1)).toEqual([]);
  });

  it('has panels that lie beside each other, not upon', () => {
    const upon = all(json).flatMap((a, i) =>
      all(json)
        .slice(i + 1)
        .filter(
          ({ gridPos: b }) =>
            a.gridPos.x < b.x + b.w && b.x < a.gridPos.x + a.gridPos.w && a.gridPos.y < b.y + b.h && b.y < a.gridPos.y + a.gridPos.h,
        )
        .map((b) => `${a.title} and ${b.title}`),
    );
    expect(upon).toEqual([]);
    expect(all(json).filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  it('has queries with letters of their own in each panel', () => {
    const doubled = askingIn(json).filter(({ targets }) => new Set(targets.map(({ refId }) => refId)).size !== targets.length);
    expect(doubled.map(({ title }) => title)).toEqual([]);
  });

  it('has only variables that something uses', () => {
    const used = JSON.stringify([all(json), json['annotations'], variablesIn(json).map(({ query, datasource }) => [query, datasource])]);
    const idle = variablesIn(json).filter(({ name }) => !new RegExp(String.raw`\$\{?${name}\b`).test(used));
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  it('has a query in every panel', () => {
    const titles = new Set(queriesIn(json).map(({ panel }) => panel));
    expect(
      askingIn(json)
        .map(({ title }) => title)
        .filter((title) => !titles.has(title)),
    ).toEqual([]);
  });

  it('leads to dashboards that there are, with variables that these have', () => {
    for (const url of urlsIn(json)) {
      const [, uid, parameters] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
      const target = boards.find((board) => board.file.startsWith(store) && board.json['uid'] === uid);
      expect(target, url).toBeDefined();
      const names = [...parameters!.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, own, carried]) => own ?? carried);
      const known = variablesIn(target!.json).map(({ name }) => name);
      expect(names.length, url).toBeGreaterThan(0);
      expect(
        names.filter((name) => !known.includes(name)),
        url,
      ).toEqual([]);
    }
  });
});
