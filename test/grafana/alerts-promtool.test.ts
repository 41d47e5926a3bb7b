import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Case, fires, quiet, target } from '../../grafana/source/alerts/cases/define.js';
import { promtoolTests } from '../../grafana/source/alerts/cases/file.js';
import { sentences } from '../../grafana/source/alerts/cases/sentence.js';
import { cases } from '../../grafana/source/alerts/cases/table.js';
import { type Alert, type Duration, limitOf } from '../../grafana/source/alerts/define.js';
import { type Making, prometheusRules } from '../../grafana/source/alerts/prometheus.js';
import { grafanaAsks, grafanaSentence } from '../../grafana/source/alerts/sentence.js';
import { alerts, GRAFANA_URL, RUNBOOK } from '../../grafana/source/alerts/table.js';
import { type Limits, limits, type ThresholdName, thresholds } from '../../grafana/source/thresholds.js';
import { isLong } from '../support/size.js';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const ALERTS = fileURLToPath(new URL('../../grafana/alerts/', import.meta.url));
const run = promisify(execFile);

/** What promtool says. */
const promtool = (...args: readonly string[]): Promise<{ ok: boolean; said: string }> =>
  run('promtool', args).then(
    ({ stdout, stderr }) => ({ ok: true, said: stdout + stderr }),
    (error: { stdout: string; stderr: string }) => ({ ok: false, said: error.stdout + error.stderr }),
  );

/** An alert that is a little wrong. */
interface Mutant {
  readonly how: string;
  readonly alert: Alert;
  readonly limits: Limits;
  /** in place of the alert's own */
  readonly comparison?: string;
}

const longer = (duration: Duration): Duration => `${Number.parseInt(duration, 10) + 3}m`;
const shorter = (duration: Duration): Duration => `${Number.parseInt(duration, 10) - (duration === '2m' ? 2 : 3)}m`;

/**
 * Each threshold that an alert goes by, a tenth higher, and lower by next to nothing, which is what `>=` would be (whole numbers by
 * one); its comparison turned round; its patience.
 */
function mutantsOf(alert: Alert): Mutant[] {
  const rendered = (changed: Limits): string => `${alert.expr(changed)} > ${limitOf(alert, changed)}`;
  const used = (Object.keys(thresholds) as ThresholdName[]).filter(
    (name) => rendered({ ...limits, [name]: limits[name] + 1 }) !== rendered(limits),
  );
  const moved = used.flatMap((name) => {
    const isWhole = thresholds[name].must === 'be a whole number';
    const values = isWhole
      ? [limits[name] + 1, ...(limits[name] > 0 ? [limits[name] - 1] : [])]
      : [limits[name] * 1.1, limits[name] * (1 - 1e-9)];
    return values.map((value) => ({ how: `${name} of ${value}`, alert, limits: { ...limits, [name]: value } }));
  });
  const compared = alert.limit === 0 ? ['> -1', '> 1000', '< 0'] : [`< ${limitOf(alert, limits)}`];
  return [
    ...moved,
    ...compared.map((comparison) => ({ how: comparison, alert, limits, comparison })),
    { how: 'for longer', alert: { ...alert, for: longer(alert.for) }, limits },
    ...(alert.for === '0m' ? [] : [{ how: 'for less long', alert: { ...alert, for: shorter(alert.for) }, limits }]),
    { how: 'kept on for longer', alert: { ...alert, keepFiringFor: longer(alert.keepFiringFor) }, limits },
    ...(alert.keepFiringFor === '0m'
      ? []
      : [{ how: 'kept on for less long', alert: { ...alert, keepFiringFor: shorter(alert.keepFiringFor) }, limits }]),
  ];
}

/** Of each alert in `npm test` the first, a moved threshold or a turned comparison; all in `npm run test:long`. */
const triedOf = (alert: Alert): Mutant[] => mutantsOf(alert).slice(0, isLong ? undefined : 1);

describe.skipIf(!hasPromtool)('promtool (skipped where it is not on PATH; Debian has it in the package prometheus)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'novaspan-alerts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(isLong)('finds the rules well formed', async () => {
    const { ok, said } = await promtool('check', 'rules', join(ALERTS, 'novaspan.rules.yaml'));
    expect(said).toContain(`SUCCESS: ${alerts.length} rules found`);
    expect(ok, said).toBe(true);
  });

  it.skipIf(isLong)('finds each case as it says', async () => {
    const { ok, said } = await promtool('test', 'rules', join(ALERTS, 'novaspan.test.yaml'));
    expect(said).toContain('SUCCESS');
    expect(ok, said).toBe(true);
  });

  it.skipIf(isLong)('finds the queries of the runbook well formed', async () => {
    const runbook = readFileSync(join(ALERTS, '../runbook.md'), 'utf8');
    const queries = [...runbook.matchAll(/^```promql\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
    expect(queries.length).toBeGreaterThan(10);
    const file = join(folder, 'runbook.rules.yaml');
    const rules = queries.map((expr, place) => ({ record: `query:${place}`, expr }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'runbook', rules }] }));
    const { ok, said } = await promtool('check', 'rules', file);
    expect(ok, said).toBe(true);
  });

  /** Whether cases hold of the rules of one alert; each rule's words are those of its own thresholds, so words are not compared. */
  const holds = async (shown: readonly Case[], { how, alert, limits, comparison }: Mutant): Promise<{ ok: boolean; said: string }> => {
    const rules = prometheusRules({ alerts: [withoutWords(alert)], limits, runbook: RUNBOOK, grafana: GRAFANA_URL });
    const name = `${alert.name}-${how}`.replaceAll(/\W/g, '-');
    writeFileSync(join(folder, `${name}.rules.yaml`), comparison === undefined ? rules : rules.replace(/(?<=^ +\) )> .*$/m, comparison));
    const file = join(folder, `${name}.test.yaml`);
    writeFileSync(
      file,
      promtoolTests(
        shown.map(wordless),
        { alerts: alerts.map(withoutWords), runbook: RUNBOOK, grafana: GRAFANA_URL },
        `${name}.rules.yaml`,
      ),
    );
    return promtool('test', 'rules', file);
  };

  it.skipIf(isLong)('finds a host with no more slow boots than are borne quiet, and one with more not', async () => {
    const spawned = (host: string, slow: number): Record<string, string> => ({
      [`novaspan_nova_spawn_longest_seconds{host="${host}", ${target(host)}}`]: '_ 75+0x5 stale',
      [`novaspan_nova_spawn_seconds_count{host="${host}", ${target(host)}}`]: `0 ${slow + 4}+0x30`,
      [`novaspan_nova_spawn_seconds_bucket{host="${host}", le="60.0", ${target(host)}}`]: '0 4+0x30',
    });
    const fired = { labels: { host: 'cmp3' }, ...SILENT };
    const shown: Case = {
      alert: 'SpawnSlow',
      shows: 'two are borne',
      series: { ...spawned('cmp2', 2), ...spawned('cmp3', 3) },
      checks: [...quiet(0), ...fires(fired, 1, 6, 15), ...quiet(30)],
    };
    const alert = alerts.find(({ name }) => name === 'SpawnSlow')!;
    const { ok, said } = await holds([shown], { how: 'two are borne', alert, limits: { ...limits, slowBoots: 2 } });
    expect(ok, said).toBe(true);
  });

  it.skipIf(isLong)('finds that Grafana’s rules say the sentence about boots in the same words', async () => {
    const alert = alerts.find(({ name }) => name === 'SpawnSlow')!;
    const making: Making = { alerts: [alert], limits, runbook: RUNBOOK, grafana: GRAFANA_URL };
    // Grafana asks its queries beforehand, and its templates find the answers by their letters: here they ask for them themselves.
    const answers = Object.entries(grafanaAsks('host')).map(
      ([letter, query]) => `{{ $values${letter} := "" }}{{ with query ${JSON.stringify(query)} }}{{ $values${letter} = first . }}{{ end }}`,
    );
    const template = answers.join('') + grafanaSentence('host').replaceAll(/\$values\.([C-J])\b/g, '$$values$1');
    const rules = parse(prometheusRules(making));
    rules.groups[0].rules[0].annotations.boots = template;
    writeFileSync(join(folder, 'grafana.rules.yaml'), stringify(rules));
    const shown = sentences.map((each) => ({ ...each, alert: alert.name }));
    const file = join(folder, 'grafana.test.yaml');
    writeFileSync(file, promtoolTests(shown, making, 'grafana.rules.yaml'));
    const { ok, said } = await promtool('test', 'rules', file);
    expect(ok, said).toBe(true);
  });

  describe.each(alerts)('the cases of $name', (alert) => {
    const own = cases.filter((each) => each.alert === alert.name);

    it.skipIf(isLong)('hold without their words', async () => {
      const { ok, said } = await holds(own, { how: 'as it is', alert, limits });
      expect(ok, said).toBe(true);
    });

    it.each(triedOf(alert))('do not hold with $how', async (mutant) => {
      const { ok, said } = await holds(own, mutant);
      expect(ok, `no case of ${alert.name} sees the difference`).toBe(false);
      expect(said).toContain('FAILED');
      expect(said).toContain(`alertname: ${alert.name}`);
    });
  });
});

const SILENT = { summary: '-', description: '-' };

const withoutWords = ({ count: _, boots: __, ...alert }: Alert): Alert => ({ ...alert, summary: '-', description: () => '-' });

const wordless = (each: Case): Case => ({
  ...each,
  checks: each.checks.map(({ minute, fires }) => ({ minute, fires: fires.map((fired) => ({ ...fired, ...SILENT })) })),
});
