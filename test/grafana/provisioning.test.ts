import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sourceOf } from '../../grafana/source/variable.js';
import { keys } from '../../src/model/attributes.js';
import { PREFIX } from '../../src/telemetry/families.js';
import { metricsMarkdown } from '../../src/telemetry/markdown.js';
import { boards, GRAFANA } from './boards.js';

const read = (path: string) => readFileSync(new URL(`provisioning/${path}`, GRAFANA), 'utf8');
const README = readFileSync(new URL('README.md', GRAFANA), 'utf8');

interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

const files = readdirSync(new URL('provisioning/datasources/', GRAFANA)).sort();
const sources = files.map((file) => parse(read(`datasources/${file}`)).datasources as DataSource[]);

describe('data sources', () => {
  it('are one a file, called as what it is', () => {
    expect(sources.map((of) => of.map(({ uid, type }) => `${uid} ${type}`))).toEqual([
      ['jaeger jaeger'],
      ['loki loki'],
      ['prometheus prometheus'],
      ['tempo tempo'],
    ]);
  });

  it('have the uids that dashboards choose first', () => {
    const chosen = boards.flatMap(({ json }) =>
      (json['templating'] as { list: { type: string; current: { value: string } }[] }).list
        .filter(({ type }) => type === 'datasource')
        .map(({ current }) => current.value),
    );
    // That of the logs is asked by links of spans alone.
    expect([...new Set(chosen), 'loki'].sort()).toEqual(sources.flat().map(({ uid }) => uid));
    expect(sourceOf('tempo')).toEqual({ type: 'tempo', uid: '${traces}' });
  });

  it('have one default among them: Grafana does not start with two', () => {
    expect(sources.flat().filter(({ isDefault }) => isDefault).length).toBe(1);
  });

  it('lead from an exemplar, by the label that novaspan gives it, to the trace', () => {
    const prometheus = sources.flat().find(({ uid }) => uid === 'prometheus')!;
    expect(prometheus.jsonData['exemplarTraceIdDestinations']).toEqual([
      { name: 'trace_id', datasourceUid: '${NOVASPAN_TRACES}', urlDisplayLabel: 'Show the trace' },
    ]);
    const exposition = readFileSync(new URL('../../src/telemetry/exposition.ts', import.meta.url), 'utf8');
    expect(exposition).toContain('labelSet: { trace_id: ');
  });

  it('lead from a span to the lines of its host that name its instance or its request, as all spans know them', () => {
    for (const { uid, jsonData } of sources.flat().filter(({ type }) => type === 'tempo' || type === 'jaeger')) {
      const { tags, query, ...rest } = jsonData['tracesToLogsV2'] as { tags: object[]; query: string };
      expect(rest, uid).toMatchObject({ datasourceUid: 'loki', customQuery: true, spanStartTimeShift: '-1m', spanEndTimeShift: '1m' });
      expect(tags).toEqual([{ key: 'host.name', value: 'host' }]);
      // Grafana shows no link where a span lacks one of these. A $ is doubled, as a single one is an environment variable.
      const named = [...query.matchAll(/\$\$\{__span\.tags\["([^"]+)"\]\}/g)].map(([, key]) => key);
      expect(named).toEqual([keys.instance, keys.request]);
      expect(query.replaceAll(/\$\$\{[^}]*\}/g, '')).toBe('{} |~ "|"');
    }
  });

  it('ask for metrics that there are, with each $ of Grafana’s own doubled', () => {
    for (const { jsonData } of sources.flat()) {
      const { queries = [], spanEndTimeShift } = (jsonData['tracesToMetrics'] ?? {}) as {
        queries?: { name: string; query: string }[];
        spanEndTimeShift?: string;
      };
      // A window of an hour would draw a flat line into the future. The graph has no unit of its own.
      if (queries.length > 0) expect(spanEndTimeShift).toBe('5m');
      for (const { name, query } of queries) {
        expect(name).toMatch(/seconds$/);
        const metric = /novaspan_\w+?(?=_bucket|\{)/.exec(query)![0];
        expect(metricsMarkdown()).toContain(`\`${metric}\``);
        expect(metric.startsWith(PREFIX)).toBe(true);
        expect(query).toContain('{$$__tags}');
      }
    }
  });
});

describe('the folder', () => {
  it('is one for dashboards and alerts: alerts know it by its name alone, so a uid for the dashboards would make a second of that name', () => {
    const { providers } = parse(read('dashboards/novaspan.yaml')) as { providers: { folder: string; folderUid?: string }[] };
    const { groups } = parse(read('alerting/novaspan.yaml')) as { groups: { folder: string }[] };
    expect(providers.map(({ folder, folderUid }) => [folder, folderUid])).toEqual([['novaspan', undefined]]);
    expect(new Set(groups.map(({ folder }) => folder))).toEqual(new Set(['novaspan']));
  });
});

describe('environment variables', () => {
  const texts = [...files.map((file) => read(`datasources/${file}`)), read('dashboards/novaspan.yaml')];
  const named = new Set(texts.flatMap((text) => [...text.matchAll(/(?<!\$)\$\{(\w+)\}/g)].map(([, name]) => name!)));

  it('are told in the README, and no others', () => {
    const told = new Set([...README.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name));
    expect([...told].sort()).toEqual([...named].sort());
  });
});

describe('the README', () => {
  it('names every dashboard, and its uid', () => {
    for (const { file, json } of boards) {
      expect(README).toContain(`${json['title']}`);
      expect(README).toContain(`\`${file.split('/')[1]}\``);
      expect(README).toContain(`\`${json['uid']}\``);
    }
  });

  it('tells the version of the schema', () => {
    for (const { json } of boards) expect(README).toContain(`schema version ${json['schemaVersion']}`);
  });
});
