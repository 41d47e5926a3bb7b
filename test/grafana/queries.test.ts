import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parser } from '@grafana/lezer-traceql';
import { describe, expect, it } from 'vitest';
import { dashboardFiles } from '../../grafana/source/dashboards/files.js';
import { agentStages, stageParts, stages, WAIT } from '../../grafana/source/dashboards/plug.js';
import { panelsIn, queriesIn, variablesIn } from '../../grafana/source/queries.js';
import { limits } from '../../grafana/source/thresholds.js';
import { actions } from '../../src/lifecycle/name.js';
import { networkReadyPhases } from '../../src/lifecycle/network-ready.js';
import { keys } from '../../src/model/attributes.js';
import { counters } from '../../src/model/counters.js';
import { gauges } from '../../src/model/gauges.js';
import { outcomes } from '../../src/model/span.js';
import { cumulative, type Family, longest, PREFIX, passing } from '../../src/telemetry/families.js';
import { BUCKETS, PHASE_BUCKETS } from '../../src/telemetry/histograms.js';
import { asked, boards, expressions, filledIn } from './boards.js';

const promtool = spawnSync('promtool', ['--version']).status === 0;

/** What Prometheus adds to each series by itself, and what it is told to add. */
const OF_THE_TARGET = ['instance', 'job', 'cluster'];

/** Labels by metric, as novaspan exposes them. */
const exposed = new Map<string, readonly string[]>([
  ...Object.entries<Family>({ ...cumulative, ...longest, ...passing }).flatMap(([name, { type, labels }]): [string, readonly string[]][] =>
    // Phases have buckets where these are asked for.
    type === 'histogram' || type === 'summary'
      ? [
          [`${PREFIX}${name}_bucket`, [...labels, 'le']],
          [`${PREFIX}${name}_sum`, labels],
          [`${PREFIX}${name}_count`, labels],
          // A native histogram has no suffix.
          ...(name.includes('native') ? [[PREFIX + name, labels] as [string, readonly string[]]] : []),
        ]
      : [[PREFIX + name, labels]],
  ),
  ...Object.entries(gauges).map(([name, { label }]): [string, string[]] => [PREFIX + name, label === undefined ? [] : [label]]),
  ...Object.values(counters).map(({ as, label }): [string, string[]] => [`${PREFIX}${as}_total`, label === undefined ? [] : [label]]),
]);

const phases = new Set([...actions.flatMap((action) => action.phases), ...networkReadyPhases].map(({ name }) => name));
phases.add('instance network-ready');
/** Names of roots, and of what nova-compute does in an action. */
const spans = actions.flatMap(({ name, phases }) => [
  `instance ${name}`,
  ...phases.filter(({ service }) => service === 'nova-compute').map((phase) => phase.name),
]);
const promql = expressions('promql');

/** Names and matchers of all `metric{label="value",...}` in an expression. */
const selectorsOf = (expression: string) =>
  [...expression.matchAll(/(novaspan_\w+)(?:\{([^}]*)\})?/g)].map(([, metric, matchers = '']) => ({
    metric: metric!,
    matchers: [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(([, label, value]) => ({ label: label!, value: value! })),
  }));

/** Labels that an expression sums by. */
const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(',').map((label) => label.trim()));

describe('PromQL', () => {
  it('is there', () => {
    expect(promql.length).toBeGreaterThan(60);
  });

  it.each(promql)('$at: asks for metrics and labels that there are: $expression', ({ expression }) => {
    const selectors = selectorsOf(expression);
    expect(selectors).not.toEqual([]);
    for (const { metric, matchers } of selectors) {
      const labels = exposed.get(metric);
      expect(labels, metric).toBeDefined();
      expect(matchers.map(({ label }) => label).filter((label) => ![...labels!, ...OF_THE_TARGET].includes(label))).toEqual([]);
    }
    const known = new Set(selectors.flatMap(({ metric }) => [...exposed.get(metric)!, ...OF_THE_TARGET]));
    expect(groupedBy(expression).filter((label) => !known.has(label))).toEqual([]);
  });

  it.each(promql)('$at: names phases, actions, outcomes and bounds that there are: $expression', ({ expression }) => {
    const given = selectorsOf(expression).flatMap(({ matchers }) => matchers);
    const valuesOf = (name: string) => given.filter(({ label }) => label === name).flatMap(({ value }) => value.split('|'));
    // Several phases that follow each other may be one, named `a + b`: as a regular expression, ` [+] `.
    const named = valuesOf('phase').flatMap((value) => value.replaceAll(/\.\*|[()?*]/g, '').split(' [+] '));
    expect(named.filter((phase) => phase !== '' && !phases.has(phase))).toEqual([]);
    expect(valuesOf('outcome').filter((outcome) => !outcomes.some((known) => known === outcome))).toEqual([]);
    expect(
      valuesOf('action').filter((name) => !['.*', 'unnamed', 'unknown', 'other', ...actions.map((action) => action.name)].includes(name)),
    ).toEqual([]);
    expect(valuesOf('le').filter((le) => !BUCKETS.includes(Number(le)) && !PHASE_BUCKETS.includes(Number(le)))).toEqual([]);
  });

  it('is of the cluster that is chosen, wherever there is one to choose', () => {
    for (const { file, json } of boards) {
      const isAsked = JSON.stringify(panelsIn(json)).includes('novaspan_');
      expect(
        variablesIn(json).some(({ name }) => name === 'cluster'),
        file,
      ).toBe(isAsked);
    }
    const raw = boards.flatMap(({ json }) => queriesIn(json)).filter(({ kind }) => kind === 'promql' || kind === 'labels');
    expect(raw.length).toBeGreaterThan(100);
    for (const query of raw) {
      const text = query.kind === 'promql' ? query.expression : query.kind === 'labels' ? query.metric : '';
      // What says which clusters there are is of all.
      if (query.panel === 'variable cluster') expect(text).toBe('novaspan_build_info');
      else
        for (const [selector] of text.matchAll(/novaspan_\w+(?:\{[^}]*\})?/g))
          expect(selector, query.panel).toContain('cluster=~"$cluster"');
    }
  });

  it('has legends of labels that the expression keeps', () => {
    for (const { file, json } of boards) {
      for (const target of panelsIn(json).flatMap(({ targets = [] }) => targets as { expr?: string; legendFormat?: string }[])) {
        const named = [...(target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
        const kept = [...groupedBy(target.expr ?? ''), ...(/\bby \(/.test(target.expr ?? '') ? [] : OF_THE_TARGET)];
        expect(
          named.filter((label) => !kept.includes(label!)),
          `${file}: ${target.expr}`,
        ).toEqual([]);
      }
    }
  });

  it.skipIf(!promtool)(
    `is understood by promtool${promtool ? '' : ' (skipped: promtool is not installed; apt-get install prometheus)'}`,
    () => {
      const rules = promql.map(({ expression }, i) => ({ record: `panel:${i}`, expr: expression }));
      const folder = mkdtempSync(join(tmpdir(), 'dashboards-'));
      const file = join(folder, 'rules.json');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
      const { status, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
      rmSync(folder, { recursive: true });

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  it('asks for exemplars where buckets are asked for over time, and nowhere else', () => {
    const withTraces = asked.flatMap((query) => (query.kind === 'promql' && query.exemplars ? [query] : []));
    expect(withTraces.length).toBeGreaterThan(10);
    for (const { type, expression, at } of withTraces) {
      expect(type, at).toBe('range');
      expect(expression, at).toContain('_bucket{');
    }
  });
});

describe('annotations', () => {
  const queries = boards.flatMap(({ file, json }) =>
    ((json['annotations'] as { list: { name: string; expr: string; titleFormat: string }[] }).list ?? []).map((each) => ({
      ...each,
      file,
    })),
  );

  it('mark alerts by the label that they have, and restarts', () => {
    expect([...new Set(queries.map(({ name }) => name))]).toEqual(['Alerts', 'Restarts of sidecars']);
    for (const { name, expr, file } of queries) {
      if (name === 'Alerts') expect(expr, file).toContain('ALERTS{app="novaspan"');
      else for (const { metric } of selectorsOf(expr)) expect(exposed.has(metric), file).toBe(true);
    }
  });
});

describe('what novaspan exposes', () => {
  /** In no panel, and why that is right. */
  const notShown: Readonly<Record<string, string>> = {
    novaspan_source_newest_line_timestamp_seconds: 'the lag says it',
    novaspan_source_zone_offset_seconds: 'has no value while all is well; the log of tail says it',
    novaspan_other_program_lines_total: 'of other programs, by right',
    novaspan_replayed_lines_total: 'a restart does it, by right',
    novaspan_duplicate_traces_total: 'a restart does it, by right',
    novaspan_pre_start_traces_total: 'a first start does it, by right',
    novaspan_repeated_events_total: '`replay` alone leaves out what two logs hold; `tail` follows the logs that it is given',
    novaspan_secrets_hidden_total: 'it is what scrubbing is for',
    novaspan_records_total: 'lines and recognised records say it',
    novaspan_traces_refused_total: 'each of them is set aside or dropped, and shown as that',
  };
  /** Few have logs sent to them: docs/logs-in.md says what to look at. */
  const onlyWhereSent = (metric: string) => /^novaspan_receive(?:d|_buffer)_/.test(metric);
  const shown = new Set(promql.flatMap(({ expression }) => selectorsOf(expression).map(({ metric }) => metric)));
  const family = (metric: string) => metric.replace(/_(?:bucket|sum|count)$/, '');

  it('is in a panel, or there is a reason why not', () => {
    const inPanels = new Set([...shown].map(family));
    const names = [...new Set([...exposed.keys()].map(family))];
    expect(names.filter((name) => !inPanels.has(name) && !onlyWhereSent(name)).sort()).toEqual(Object.keys(notShown).sort());
  });
});

describe('variables', () => {
  it('take their values from labels that there are', () => {
    const queries = asked.filter((query) => query.kind === 'labels');
    expect(queries.length).toBeGreaterThan(6);
    for (const { metric: selector, label, at } of queries) {
      const [metric = ''] = selector.split('{');
      expect(exposed.has(metric), `${at}: ${metric}`).toBe(true);
      expect([...exposed.get(metric)!, ...OF_THE_TARGET], `${at}: ${metric}`).toContain(label);
    }
  });
});

it('no label that novaspan exposes is an instance, a port or a request', () => {
  const labels = new Set([...exposed.values()].flat());
  expect([...labels].filter((label) => /instance|port|request|uuid|trace|mac/.test(label))).toEqual([]);
});

describe('TraceQL', () => {
  const queries = expressions('traceql').filter(({ expression }) => !/^[0-9a-f]*$/.test(expression));
  const onResource = new Set(['service.name', 'host.name']);
  const written = new Set<string>([...Object.values(keys), ...onResource]);

  it('is there', () => {
    expect(queries.length).toBeGreaterThan(1);
  });

  it.each(queries)('$at: is parsed without an error: $expression', ({ expression }) => {
    expect(errorsIn(expression)).toEqual([]);
  });

  it('is of all clusters, as an attribute that is not there matches nothing, unless all traces are said to have one', () => {
    const searches = (made: ReadonlyMap<string, string>) =>
      [...made.values()].flatMap((text) =>
        queriesIn(JSON.parse(text)).flatMap((query) =>
          query.kind === 'traceql' && query.expression.includes('$host') ? [query.expression] : [],
        ),
      );
    const usual = searches(dashboardFiles(limits));
    expect(usual.length).toBe(5);
    for (const expression of usual) expect(expression).not.toContain('$cluster');
    const chosen = searches(dashboardFiles(limits, 'deployment.environment.name'));
    expect(chosen.length).toBe(5);
    for (const expression of chosen) {
      expect(expression).toContain('&& resource.deployment.environment.name =~ "$cluster"');
      expect(errorsIn(expression.replaceAll('$longer', '60s'))).toEqual([]);
    }
  });

  it('would be found wrong', () => {
    expect(errorsIn('{ name = "x" &&& duration > 10s }')).not.toEqual([]);
    expect(errorsIn('{ name = "x" ')).not.toEqual([]);
  });

  it.each(queries)('$at: names attributes that novaspan writes, where it writes them: $expression', ({ expression }) => {
    const named = [...expression.matchAll(/\b(span|resource)\.([\w.]+)/g)];
    expect(named).not.toEqual([]);
    for (const [, scope, key] of named) {
      expect([...written], key).toContain(key);
      expect(scope, key).toBe(onResource.has(key!) ? 'resource' : 'span');
    }
  });

  it.each(queries)('$at: names spans that there are: $expression', ({ expression }) => {
    const names = [...expression.matchAll(/\bname = "([^"]+)"/g)].map(([, name]) => name!);
    expect(names.filter((name) => !spans.includes(name))).toEqual([]);
  });
});

function errorsIn(expression: string): string[] {
  const faults: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from }) => {
      if (type.isError) faults.push(`${expression} at ${from}`);
    },
  });
  return faults;
}

describe("Jaeger's searches", () => {
  const searches = asked.flatMap((query) => (query.kind === 'jaeger' && 'search' in query ? [{ ...query.search, query }] : []));

  it('name services, roots and attributes that novaspan writes', () => {
    expect(searches.length).toBeGreaterThan(1);
    for (const { service, operation, tags, query } of searches) {
      expect(['nova-compute', 'nova-conductor']).toContain(filledIn(service, query));
      if (operation !== undefined) expect(spans).toContain(filledIn(operation, query));
      for (const tag of tags?.split(' ') ?? []) expect(Object.values(keys) as string[]).toContain(tag.split('=')[0]);
    }
  });
});

describe('the plug path', () => {
  const create = actions.find(({ name }) => name === 'create')!;
  const places = (names: readonly string[]) => names.map((name) => create.phases.findIndex((phase) => phase.name === name));
  const shown = [WAIT, ...stages.map(({ phase }) => phase), ...stageParts, ...agentStages];

  it('has the phases of a boot, in their order', () => {
    for (const chain of [stages.map(({ phase }) => phase), agentStages]) {
      expect(places(chain)).not.toContain(-1);
      expect(places(chain.filter((name) => name !== 'vif plug'))).toEqual(
        places(chain.filter((name) => name !== 'vif plug')).sort((a, b) => a - b),
      );
    }
  });

  it('leaves out none that a port goes through while nova waits', () => {
    const perCycle = create.phases.filter(({ per }) => per === 'cycle').map(({ name }) => name);
    expect(perCycle.length).toBeGreaterThan(8);
    expect(perCycle.filter((name) => !shown.includes(name))).toEqual([]);
  });
});
