import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cases } from '../../grafana/source/alerts/cases/table.js';
import { limitOf } from '../../grafana/source/alerts/define.js';
import { alertFiles } from '../../grafana/source/alerts/files.js';
import { grafanaAsks, prometheusSentence } from '../../grafana/source/alerts/sentence.js';
import { alerts, RUNBOOK } from '../../grafana/source/alerts/table.js';
import { panelsIn, variablesIn } from '../../grafana/source/queries.js';
import { limits, type Threshold, thresholds } from '../../grafana/source/thresholds.js';
import { actions } from '../../src/lifecycle/name.js';
import { counterNames, counters } from '../../src/model/counters.js';
import { gauges } from '../../src/model/gauges.js';
import { cumulative, type Family, longest, PREFIX, passing } from '../../src/telemetry/families.js';
import { BUCKETS, PHASE_BUCKETS } from '../../src/telemetry/histograms.js';
import { boards, GRAFANA } from './boards.js';

const read = (path: string): string => readFileSync(new URL(path, GRAFANA), 'utf8');
const runbook = read('runbook.md');
const commands = read('../docs/commands.md');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}
interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly { readonly refId: string; readonly datasourceUid: string; readonly model: Record<string, unknown> }[];
  readonly noDataState: string;
  readonly for: string;
  readonly keepFiringFor: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}
const prometheus: Rule[] = parse(read('alerts/novaspan.rules.yaml')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
const provisioned = parse(read('provisioning/alerting/novaspan.yaml'));
const grafana: GrafanaRule[] = provisioned.groups.flatMap(({ rules }: { rules: GrafanaRule[] }) => rules);

const families: Record<string, Family> = { ...cumulative, ...longest, ...passing };

/** Every metric that novaspan tells, with its labels. */
const metrics = new Map<string, readonly string[]>();
for (const [name, { type, labels }] of Object.entries(families)) {
  // Phases have buckets where these are asked for.
  if (type !== 'histogram' && type !== 'summary') metrics.set(PREFIX + name, labels);
  else for (const [suffix, ...more] of [['_bucket', 'le'], ['_count'], ['_sum']]) metrics.set(PREFIX + name + suffix, [...labels, ...more]);
}
for (const [name, { label }] of Object.entries(gauges)) metrics.set(PREFIX + name, label === undefined ? [] : [label]);
for (const name of counterNames) {
  const { as, label } = counters[name];
  metrics.set(`${PREFIX}${as}_total`, label === undefined ? [] : [label]);
}
const PHASES = new Set(actions.flatMap(({ phases }) => phases.map(({ name }) => name)));

/** What Prometheus puts on every series of a target. */
const OF_TARGETS = ['job', 'instance', 'cluster'];
/** What the sentence about boots asks for. */
const besides = [prometheusSentence('host'), ...Object.values(grafanaAsks('host'))];

describe('the table of alerts', () => {
  it('names each alert once', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  });

  it('is critical only of what loses data or stops all boots', () => {
    expect(alerts.filter(({ severity }) => severity === 'critical').map(({ name }) => name)).toEqual([
      'BootFailingEverywhere',
      'NovaspanDropping',
      'NovaspanRetentionShort',
    ]);
  });

  it('uses every threshold, and has a usable number and a reason for each', () => {
    const fits: Record<Threshold['must'], (value: number) => boolean> = {
      'be a bucket': (value) => BUCKETS.includes(value),
      'be a bucket of phases': (value) => PHASE_BUCKETS.includes(value),
      'be positive': (value) => value > 0,
      'be a whole number': (value) => Number.isInteger(value) && value >= 0,
      'be between 0 and 1': (value) => value > 0 && value < 1,
    };
    const text = (changed: object): string => [...alertFiles({ limits: { ...limits, ...changed } }).values()].join();
    for (const [name, { value, must, reason }] of Object.entries(thresholds)) {
      expect(fits[must](value), name).toBe(true);
      expect(reason.length, name).toBeGreaterThan(20);
      expect(text({ [name]: value + 1 }), name).not.toBe(text({}));
    }
  });

  it('keeps each alert that begins at once on for longer than the gauge of five minutes', () => {
    for (const { name, for: patience, keepFiringFor } of alerts)
      if (patience === '0m') expect(Number.parseInt(keepFiringFor, 10), name).toBeGreaterThan(5);
  });
});

describe.each(alerts)('$name', ({ name, expr, count, ...alert }) => {
  it('has a case in which it is on and one in which it is quiet', () => {
    const checks = cases.filter((each) => each.alert === name);
    expect(checks.some((each) => each.checks.some(({ fires }) => fires.length > 0))).toBe(true);
    expect(checks.some((each) => each.checks.every(({ fires }) => fires.length === 0))).toBe(true);
  });

  it('asks for metrics and labels that novaspan tells', () => {
    const asked = [expr(limits), count?.(limits).expr ?? '', ...(alert.boots === undefined ? [] : besides)].join('\n');
    const names = [...asked.matchAll(/\bnovaspan_\w+/g)].map(([metric]) => metric);
    expect(names.length).toBeGreaterThan(0);
    for (const metric of names) expect(metrics.has(metric), metric).toBe(true);
    for (const [, metric = '', matchers = ''] of asked.matchAll(/\b(novaspan_\w+)\{([^}]*(?:\{\w+\}"[^}]*)*)\}/g))
      for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g))
        expect([...(metrics.get(metric) ?? []), ...OF_TARGETS], metric).toContain(label);
    const known = new Set([...names.flatMap((metric) => metrics.get(metric) ?? []), ...OF_TARGETS]);
    for (const [, labels = ''] of asked.matchAll(/\b(?:by|without|on) \(([^)]*)\)/g))
      for (const label of labels.split(', ').filter((each) => each !== '')) expect(known, label).toContain(label);
  });

  it('asks for phases that actions have', () => {
    for (const [, phases = ''] of expr(limits).matchAll(/\bphase=~?"([^"{]+)"/g))
      for (const phase of phases.split('|')) expect(PHASES, phase).toContain(phase);
  });

  it('tells labels that it has', () => {
    const fired = cases.filter((each) => each.alert === name).flatMap(({ checks }) => checks.flatMap(({ fires }) => fires));
    const links = Object.values(alert.shown.with ?? {});
    const texts = [alert.summary, alert.description(limits), ...links, ...(count === undefined ? [] : [count(limits).expr])];
    for (const [, label = ''] of texts.join().matchAll(/\{(\w+)\}/g))
      if (label !== 'value' && label !== 'cluster') for (const { labels } of fired) expect(Object.keys(labels)).toContain(label);
    for (const { summary, description } of fired) expect(summary + description).not.toMatch(/\{|<no value>|%!/);
  });

  it('has a section in the runbook, with what to look at and what to do', () => {
    const rule = prometheus.find((each) => each.alert === name)!;
    expect(rule.annotations['runbook_url']).toBe(`${RUNBOOK}#${name.toLowerCase()}`);
    const section = sectionOf(name);
    for (const part of ['**Means.**', '**Is it real?**', '**Likely causes.**', '**Do.**', '**Silence**'])
      expect(section, part).toContain(part);
    expect(section).toMatch(/```sh\n|```promql\n/);
  });

  it('leads to a panel that there is, with variables that its dashboard has, from Prometheus and from Grafana', () => {
    const { on, panel, with: variables = {} } = alert.shown;
    const sets = boards.filter(({ json }) => json['uid'] === on);
    expect(sets.map(({ file }) => file.split('/')[0])).toEqual(['tempo', 'jaeger']);
    for (const { json } of sets) {
      const shown = panelsIn(json).find(({ title }) => title === panel);
      expect(shown, panel).toBeDefined();
      const known = variablesIn(json).map((variable) => variable['name']);
      expect(Object.keys(variables).filter((variable) => !known.includes(variable))).toEqual([]);

      const url = prometheus.find((each) => each.alert === name)!.annotations['dashboard_url']!;
      expect(url).toContain(`/d/${on}?viewPanel=${shown!['id']}`);
      for (const variable of Object.keys(variables)) expect(url).toContain(`&var-${variable}={{ $labels.`);
      const provisioned = grafana.find(({ title }) => title === name)!;
      expect(provisioned).toMatchObject({ dashboardUid: on, panelId: shown!['id'] });
      expect(provisioned.annotations).toMatchObject({ __dashboardUid__: on, __panelId__: String(shown!['id']) });
    }
  });

  it.skipIf(alert.boots === undefined)(
    'says how boots are, lists the traces, and says what to run, from Prometheus and from Grafana',
    () => {
      const { annotations } = prometheus.find((each) => each.alert === name)!;
      const other = grafana.find(({ title }) => title === name)!;
      expect(annotations['boots']).toContain(' | query');
      // Grafana's templates cannot ask: each value that they name is one of the rule's own queries, of one moment.
      const letters = [...other.annotations['boots']!.matchAll(/\$values\.([A-Z])\b/g)].map(([, letter]) => letter!);
      expect(other.annotations['boots']).not.toContain('query');
      for (const letter of letters)
        expect(
          other.data.find(({ refId }) => refId === letter),
          letter,
        ).toMatchObject({ datasourceUid: 'prometheus', model: { refId: letter, instant: true } });
      expect(new Set(letters).size).toBe(other.data.length - 2);

      expect(annotations['command']).toMatch(/^novaspan replay .*--since '2 hours ago'/);
      for (const link of ['command', 'dashboard_url', 'traces_url', 'runbook_url']) expect(other.annotations[link]).toBe(annotations[link]);
      if (alert.traces === undefined) return;
      const [board] = boards.filter(({ json }) => json['uid'] === alert.traces!.on);
      const table = panelsIn(board!.json).find(({ title }) => title === alert.traces!.panel);
      expect(table).toMatchObject({ type: 'table', datasource: { type: 'tempo' } });
      expect(annotations['traces_url']).toContain(`/d/${alert.traces.on}?viewPanel=${table!['id']}`);
    },
  );

  it('is the same in Prometheus and in Grafana', () => {
    const rule = prometheus.find((each) => each.alert === name)!;
    const other = grafana.find(({ title }) => title === name)!;
    const [asked, compared] = other.data;
    expect(other.condition).toBe('B');
    expect(asked).toMatchObject({ refId: 'A', datasourceUid: 'prometheus', model: { refId: 'A', instant: true, range: false } });
    expect(compared).toMatchObject({ refId: 'B', datasourceUid: '__expr__', model: { refId: 'B', type: 'threshold', expression: 'A' } });
    const [{ evaluator }] = compared!.model['conditions'] as [{ evaluator: { type: string; params: number[] } }];
    expect(evaluator).toEqual({ type: 'gt', params: [limitOf(alert, limits)] });
    const inner = /^\(\n(.*)\n\) > ([\d.]+)$/s.exec(rule.expr)!;
    expect(inner[1]!.replaceAll(/^ {2}/gm, '')).toBe(asked!.model['expr']);
    expect(Number(inner[2])).toBe(evaluator.params[0]);
    expect([other.for, other.keepFiringFor]).toEqual([rule.for, rule.keep_firing_for ?? '0m']);
    expect(other.labels).toEqual(rule.labels);
    expect(other.noDataState).toBe('OK');
    expect(other.annotations['runbook_url']).toBe(rule.annotations['runbook_url']);
    expect(rule.labels['app']).toBe('novaspan');
    const said = (text = ''): string => text.replaceAll('$value ', '$values.A.Value ').replace(/\{\{ with .*$/, '');
    expect(other.annotations['summary']).toBe(said(rule.annotations['summary']));
    expect(other.annotations['description']).toBe(said(rule.annotations['description']));
  });
});

describe('the files', () => {
  it('have the same alerts, and no others', () => {
    const names = alerts.map(({ name }) => name);
    expect(prometheus.map(({ alert }) => alert)).toEqual(names);
    expect(grafana.map(({ title }) => title)).toEqual(names);
    expect(provisioned.apiVersion).toBe(1);
    for (const group of provisioned.groups) expect(group).toMatchObject({ orgId: 1, folder: 'novaspan', interval: '1m' });
    for (const { uid } of grafana) expect(uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    const cased = new Set(cases.map(({ alert }) => alert));
    expect([...cased].sort()).toEqual([...names].sort());
  });

  it.each([...alertFiles().keys()])('%s is what its source says', (path) => {
    expect(read(path)).toBe(alertFiles().get(path));
  });

  it('take other thresholds, another runbook and another Grafana; then they have no cases', () => {
    const files = alertFiles({
      limits: { ...limits, spawnSlow: 30 },
      runbook: 'https://wiki.example.org/novaspan',
      grafana: 'https://grafana.example.org',
    });
    expect([...files.keys()]).toEqual(['alerts/novaspan.rules.yaml', 'provisioning/alerting/novaspan.yaml']);
    const { groups } = parse(files.get('alerts/novaspan.rules.yaml')!);
    expect(groups[0].rules[0].expr).toMatch(/> 30$/);
    expect(groups[0].rules[0].annotations).toMatchObject({
      runbook_url: 'https://wiki.example.org/novaspan#spawnslow',
      dashboard_url: expect.stringMatching(/^https:\/\/grafana\.example\.org\/d\/novaspan-boots\?/),
      description: expect.stringContaining('le=~"30|30.0"'),
    });
  });

  it('have a section of the runbook for each alert, and no section for none', () => {
    const headings = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(headings.filter((name) => name !== 'Thresholds').sort()).toEqual(alerts.map(({ name }) => name).sort());
  });
});

describe('the runbook', () => {
  it('has the thresholds as they are', () => {
    for (const [name, { value, unit, reason }] of Object.entries(thresholds))
      expect(runbook).toContain(`| \`${name}\` | ${unit === 'share' ? value : `${value} ${unit}`} | ${reason} |`);
  });

  it('and alerts give commands that novaspan has, with options that they have', () => {
    const told = [runbook, ...alerts.map(({ command }) => command?.(limits) ?? '')].join('\n');
    const given = [...told.matchAll(/novaspan (replay|check|resend|trace-id|tail|explain)\b([^`\n#]*)/g)];
    expect(given.length).toBeGreaterThan(10);
    for (const [line, command = '', rest = ''] of given) {
      const [, page = ''] = new RegExp(`^## ${command}$(.*?)^## `, 'ms').exec(commands) ?? [];
      for (const [option] of rest.matchAll(/(?<=\s)--?[a-z][\w-]*/g)) expect(page, line).toMatch(new RegExp(`[\`, ]${option}\\b`));
    }
  });

  it('asks for metrics that novaspan tells', () => {
    for (const [metric] of runbook.matchAll(/\bnovaspan_\w+/g)) if (metric !== 'novaspan_') expect(metrics.has(metric), metric).toBe(true);
  });

  it('names phases that actions have', () => {
    const asked = [...runbook.matchAll(/\bphase=~"([^"]+)"/g)].flatMap(([, phases = '']) => phases.split('|'));
    const rows = runbook.slice(runbook.indexOf('| the sentence says'), runbook.indexOf('| "unexplained" |'));
    const columns = rows.split('\n').map((row) => row.split('|').slice(1, 3).join());
    const told = [...columns.join().matchAll(/`([a-z -]+)`/g)].map(([, name = '']) => name);
    expect(told.length).toBeGreaterThan(10);
    for (const phase of [...asked, ...told]) expect(PHASES, phase).toContain(phase);
  });

  it('leads to sections and files that are there', () => {
    for (const [, to = ''] of runbook.matchAll(/\]\(([^)]+)\)/g)) {
      const [path, anchor] = to.split('#');
      if (path !== '') expect(existsSync(new URL(path!, GRAFANA)), to).toBe(true);
      else expect(runbook.toLowerCase()).toContain(`\n## ${anchor}\n`);
    }
  });
});

/** A section of the runbook: GitHub's anchor of a heading is its name in small letters. */
function sectionOf(name: string): string {
  const [, section = ''] = new RegExp(`^## ${name}$(.*?)(?=^## |(?![\\s\\S]))`, 'ms').exec(runbook) ?? [];
  return section;
}
