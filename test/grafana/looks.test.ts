import { describe, expect, it } from 'vitest';
import { alerts } from '../../grafana/source/alerts/table.js';
import { panelsIn, variablesIn } from '../../grafana/source/queries.js';
import { limits } from '../../grafana/source/thresholds.js';
import { boards, urlsIn } from './boards.js';

/**
 * Rules of how panels look, each for all panels of its kind: what an operator saw in a real Grafana (12.2, with Tempo 3.0) before there were
 * these. Parsing the queries cannot see any of it.
 */

interface Property {
  readonly id: string;
  readonly value: unknown;
}
interface Target {
  readonly expr?: string;
  readonly query?: string;
  readonly legendFormat?: string;
  readonly exemplar?: boolean;
  readonly range?: boolean;
}
interface Panel {
  readonly id: number;
  readonly gridPos: { readonly w: number };
  readonly type: string;
  readonly title: string;
  readonly interval?: string;
  readonly datasource?: { readonly type: string };
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly decimals?: number;
      readonly custom?: { readonly axisSoftMax?: number };
      readonly color?: { readonly mode: string };
      readonly mappings?: readonly object[];
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
    readonly overrides: readonly { readonly matcher: { readonly options: string }; readonly properties: readonly Property[] }[];
  };
  readonly options: {
    readonly legend?: {
      readonly placement: string;
      readonly displayMode: string;
      readonly sortBy?: string;
      readonly sortDesc?: boolean;
      readonly calcs: readonly string[];
    };
    readonly graphMode?: string;
    readonly reduceOptions?: { readonly calcs: readonly string[] };
    readonly sortBy?: readonly { readonly displayName: string; readonly desc: boolean }[];
  };
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly indexByName?: Readonly<Record<string, number>>; readonly renameByName?: Readonly<Record<string, string>> };
  }[];
  readonly targets?: readonly Target[];
}

const of = (json: Readonly<Record<string, unknown>>) => panelsIn(json) as unknown as Panel[];
/** Each with a place to find it by. */
const panels = boards.flatMap(({ file, json }) => of(json).map((panel) => ({ ...panel, at: `${file}, ${panel.title}` })));
const ofType = (...types: readonly string[]) => panels.filter(({ type }) => types.includes(type));
const overrideOf = (panel: Panel, name: string, id: string): unknown =>
  panel.fieldConfig.overrides
    .filter(({ matcher }) => matcher.options === name)
    .flatMap(({ properties }) => properties)
    .find((property) => property.id === id)?.value;
const faults = (bad: readonly { readonly at: string }[]) => bad.map(({ at }) => at);

/** The colour that a value has. */
const colourOf = (panel: Panel, value: number): string | undefined =>
  panel.fieldConfig.defaults.thresholds?.steps.findLast((step) => step.value === null || step.value <= value)?.color;

describe('tables', () => {
  const tables = ofType('table');

  it('are there', () => {
    expect(tables.length).toBeGreaterThan(10);
  });

  it('have no text for no value: Grafana writes it into each empty cell, and never where no row is', () => {
    expect(faults(tables.filter(({ fieldConfig }) => fieldConfig.defaults.noValue !== undefined))).toEqual([]);
  });

  it('say what no row means, where a store is asked for what may not be there', () => {
    const ofStores = boards.flatMap(({ file, json }) =>
      (panelsIn(json) as unknown as (Panel & { description: string })[])
        .filter(({ type, datasource, title }) => type === 'table' && datasource?.type !== 'prometheus' && title !== 'Phases')
        .map((panel) => ({
          ...panel,
          at: `${file}, ${panel.title}`,
          beside: JSON.stringify(of(json).filter((each) => each.type === 'text')),
        })),
    );
    expect(ofStores.length).toBeGreaterThan(8);
    expect(faults(ofStores.filter(({ description, beside }) => !/No row/.test(description) && !/No row/.test(beside)))).toEqual([]);
  });

  it('of Tempo hide the id of the trace, which links need: as Grafana up to 12.1 does it, and as 12.2 does', () => {
    const ofSpans = tables.filter(({ targets }) => targets?.some(({ query }) => query?.includes('select(')));
    expect(ofSpans.length).toBeGreaterThan(4);
    for (const id of ['custom.hidden', 'custom.hideFrom.viz'])
      expect(faults(ofSpans.filter((panel) => overrideOf(panel, 'traceIdHidden', id) !== true))).toEqual([]);
  });

  it('have the column by which they are sorted in sight: among the first three, greatest first', () => {
    for (const panel of tables) {
      const sorted = panel.options.sortBy?.[0];
      expect(sorted, panel.at).toMatchObject({ desc: true });
      const { indexByName = {}, renameByName = {} } = panel.transformations!.find(({ id }) => id === 'organize')!.options;
      const order = Object.entries(indexByName)
        .sort(([, a], [, b]) => a - b)
        .map(([name]) => renameByName[name] ?? name)
        // The data source's own columns are named twice: as they are called, and as they are shown.
        .filter((name) => !['duration', 'time', 'spanStartTime', 'startTime', 'name', 'traceName', 'traceID'].includes(name));
      const place = order.indexOf(sorted!.displayName);
      expect(place, `${panel.at}: ${order}`).toBeGreaterThanOrEqual(0);
      expect(place, `${panel.at}: ${order}`).toBeLessThan(3);
    }
  });

  it('of traces say how long in seconds: units of the data sources make minutes of a slow boot', () => {
    const ofTraces = tables.filter(({ targets }) => JSON.stringify(targets).match(/select\(|"queryType":"search"|"query":"\$trace"/));
    expect(ofTraces.length).toBeGreaterThan(12);
    for (const panel of ofTraces) {
      const made = panel.transformations!.filter(({ id }) => id === 'calculateField');
      expect(made, panel.at).toMatchObject([{ options: { alias: 'took', binary: { operator: '/' } } }]);
      expect(overrideOf(panel, 'took', 'unit'), panel.at).toBe('suffix:s');
    }
    // Grafana itself puts a blank before it.
    expect(JSON.stringify(boards)).not.toContain('suffix: ');
  });

  it('give columns that are narrow a width, so that those with ids have room', () => {
    for (const panel of tables.filter(({ targets }) => targets?.some(({ query }) => query?.includes('select(')))) {
      expect(overrideOf(panel, 'took', 'custom.width'), panel.at).toBeLessThan(150);
      expect(overrideOf(panel, 'Start time', 'custom.width'), panel.at).toBeLessThan(200);
    }
  });

  it('draw bars over the range of their own column: times in milliseconds leave nothing of durations', () => {
    const drawn = tables.flatMap(({ at, fieldConfig: { overrides } }) =>
      overrides.filter(({ properties }) => JSON.stringify(properties).includes('"gauge"')).map(({ properties }) => ({ at, properties })),
    );
    expect(drawn.length).toBeGreaterThan(0);
    expect(faults(drawn.filter(({ properties }) => !properties.some(({ id, value }) => id === 'fieldMinMax' && value === true)))).toEqual(
      [],
    );
  });
});

describe('queries of spans', () => {
  it('ask for the name: Tempo does not give it otherwise, and every row would be nameless', () => {
    const selecting = panels.flatMap(({ at, targets = [] }) =>
      targets
        .flatMap(({ query }) => /select\(([^)]*)\)/.exec(query ?? '')?.[1] ?? [])
        .map((fields) => ({ at, fields: fields.split(', ') })),
    );
    expect(selecting.length).toBeGreaterThan(4);
    expect(faults(selecting.filter(({ fields }) => !fields.includes('name')))).toEqual([]);
  });

  it('that look up one trace are on no dashboard of the menu: without an id the store answers with an error', () => {
    const looking = boards.filter(({ json }) => of(json).some(({ targets = [] }) => targets.some(({ query }) => query === '$trace')));
    expect(looking.map(({ file }) => file)).toEqual(['tempo/one-trace.json', 'jaeger/one-trace.json']);
    for (const { json } of looking) expect(json['tags']).toEqual([]);
    const links = boards.flatMap(({ json }) => urlsIn(json)).filter((url) => url.startsWith('/d/novaspan-trace'));
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((url) => !url.includes('var-trace=${__data.fields.'))).toEqual([]);
  });

  it('that are for what was slow begin with the threshold of the alert, and say so: a store gives any 200, not the slowest', () => {
    const expected: Readonly<Record<string, number>> = { 'novaspan-boots': limits.spawnSlow, 'novaspan-plug': limits.vifPlugSlow };
    for (const { file, json } of boards) {
      const slow = of(json).filter(({ targets = [] }) => JSON.stringify(targets).includes('$longer'));
      if (slow.length === 0) continue;
      for (const { title } of slow) expect(title, file).toContain('over $longer');
      const { current } = variablesIn(json).find(({ name }) => name === 'longer') as { current: { value: string } };
      expect(Number.parseInt(current.value, 10), file).toBeGreaterThanOrEqual(1);
      const limit = expected[String(json['uid'])];
      if (limit !== undefined) expect(current.value, file).toBe(`${limit}s`);
    }
  });

  it('are of no more than the seven days that Tempo searches', () => {
    for (const { file, json } of boards) {
      const [, many, unit] = /^now-(\d+)([hmd])$/.exec((json['time'] as { from: string }).from)!;
      const hours = Number(many) * { h: 1, m: 1 / 60, d: 24 }[unit as 'h' | 'm' | 'd'];
      expect(hours, file).toBeLessThanOrEqual(24);
      // What has just begun is seen at once on what is opened first.
      if (['novaspan-boots', 'novaspan-plug', 'novaspan-health'].includes(String(json['uid']))) expect(hours, file).toBe(1);
    }
  });
});

describe('graphs', () => {
  const graphs = ofType('timeseries');
  const bars = graphs.filter(({ fieldConfig }) => JSON.stringify(fieldConfig).includes('"drawStyle":"bars"'));

  it('ask for the dots of traces once: two quantiles of a histogram have the same', () => {
    for (const { at, targets = [] } of graphs)
      expect(targets.filter(({ exemplar }) => exemplar === true).length, at).toBeLessThanOrEqual(1);
    expect(graphs.filter(({ targets = [] }) => targets.some(({ exemplar }) => exemplar)).length).toBeGreaterThan(10);
  });

  it('of as many series as hosts have their names beside them, the greatest first; others have one line of names', () => {
    for (const { at, targets = [], options } of graphs) {
      const isOpenEnded = targets.some(({ legendFormat = '' }) => /\{\{(?:host|instance|phase|service)\}\}/.test(legendFormat));
      const { placement, displayMode, sortDesc, sortBy, calcs } = options.legend!;
      if (isOpenEnded || targets.length > 4)
        expect({ placement, displayMode, sortDesc, calcs: calcs.length, sortBy: ['Max', 'Total'].includes(sortBy ?? '') }, at).toEqual({
          placement: 'right',
          displayMode: 'table',
          sortDesc: true,
          calcs: 1,
          sortBy: true,
        });
      else expect({ placement, displayMode }, at).toEqual({ placement: 'bottom', displayMode: 'list' });
    }
  });

  it('of single hosts have the ten slowest of them, unless their bars are of few events', () => {
    const byHost = graphs.filter(({ targets = [] }) => targets.some(({ legendFormat }) => legendFormat === '{{host}}'));
    expect(byHost.length).toBeGreaterThan(5);
    expect(
      faults(byHost.filter(({ targets = [] }) => targets.some(({ expr = '' }) => !expr.includes('topk(10,') && !expr.endsWith('> 0')))),
    ).toEqual([]);
  });

  it('of single hosts lead from a host to the other dashboard, both ways', () => {
    for (const { json } of boards.filter(({ file }) => file.startsWith('tempo/'))) {
      const byHost = of(json).filter(
        ({ type, targets = [] }) => type === 'timeseries' && targets.some(({ legendFormat }) => legendFormat === '{{host}}'),
      );
      const other = json['uid'] === 'novaspan-plug' ? 'novaspan-boots' : 'novaspan-plug';
      for (const panel of byHost) expect(urlsIn(panel)[0], panel.title).toContain(`/d/${other}?var-host=\${__field.labels.host}`);
    }
  });

  it('of bars count each event in one of them: no windows that overlap, a step of a minute or more, whole numbers', () => {
    expect(bars.length).toBeGreaterThan(10);
    for (const { at, targets = [], interval, fieldConfig } of bars) {
      expect(interval, at).toBe('1m');
      for (const { expr = '' } of targets) {
        expect(expr, at).not.toMatch(/\[[$\d]/);
        expect(expr, at).toContain('offset $__interval');
      }
      if (fieldConfig.defaults.unit === 'short') expect(fieldConfig.defaults.decimals, at).toBe(0);
    }
  });

  it('of counts have an axis of one where nothing happened, not of a hundred', () => {
    for (const { at, fieldConfig } of graphs)
      expect(fieldConfig.defaults.custom?.axisSoftMax, at).toBe(fieldConfig.defaults.unit === 'short' ? 1 : undefined);
  });

  it('of heat count each event in one cell, without dots over it', () => {
    for (const { at, targets = [], interval } of ofType('heatmap')) {
      expect(interval, at).toBe('1m');
      expect(targets[0]!.expr, at).not.toMatch(/\[[$\d]/);
      expect(targets[0]!.exemplar, at).toBeUndefined();
    }
  });
});

describe('colours', () => {
  it('of states are those of their names: by thresholds, Grafana shows these in place of the names', () => {
    const states = ofType('state-timeline');
    expect(states.length).toBeGreaterThan(0);
    for (const { at, fieldConfig } of states) {
      expect(fieldConfig.defaults.color!.mode, at).not.toBe('thresholds');
      expect(fieldConfig.defaults.mappings!.length, at).toBeGreaterThan(0);
    }
  });

  it('of a share of failed actions are no green at 9 %, and green at none', () => {
    const shares = ofType('stat').filter(({ title }) => title === 'Failed');
    expect(shares.length).toBe(4);
    for (const panel of shares)
      expect(
        [0, 0.02, 0.09].map((value) => colourOf(panel, value)),
        panel.at,
      ).toEqual(['green', 'yellow', 'red']);
    const inTime = ofType('stat').filter(({ title }) => title.startsWith('Within '));
    expect(inTime.length).toBe(2);
    for (const panel of inTime) expect([1, 0.98, 0.9].map((value) => colourOf(panel, value))).toEqual(['green', 'yellow', 'red']);
  });

  it('and courses: a number with its course behind it is of a query over time, summed where each step counts its own', () => {
    const courses = ofType('stat').filter(({ options }) => options.graphMode === 'area');
    expect([...new Set(courses.map(({ title }) => title))]).toEqual(['Boots', 'Longest boot', 'Under way', 'Oldest of them']);
    for (const { at, targets = [], options, interval } of courses) {
      expect(targets, at).toMatchObject([{ range: true }]);
      expect(options.reduceOptions!.calcs[0] === 'sum', at).toBe(/offset \$__interval/.test(targets[0]!.expr!));
      if (options.reduceOptions!.calcs[0] === 'sum') expect(interval, at).toBe('1m');
    }
    // Of one moment there is no course.
    for (const { at, targets = [], options } of ofType('stat').filter(({ options: { graphMode } }) => graphMode !== 'area'))
      expect({ range: targets[0]!.range ?? false, calcs: options.reduceOptions!.calcs }, at).toEqual({
        range: false,
        calcs: ['lastNotNull'],
      });
  });

  it('are none where nothing is good or bad, and where there is nothing', () => {
    for (const panel of ofType('stat')) {
      const { thresholds, noValue, mappings = [] } = panel.fieldConfig.defaults;
      if (thresholds!.steps.length === 1) expect(thresholds!.steps[0]!.color, panel.at).toBe('text');
      if (noValue !== undefined) expect(JSON.stringify(mappings), panel.at).toContain(`"color":"text","text":"${noValue}"`);
    }
  });

  it('of rankings are one, unless a limit says which are bad: the longest phase is no fault', () => {
    for (const { at, fieldConfig } of ofType('bargauge')) expect(fieldConfig.defaults.color!.mode, at).toBe('fixed');
  });
});

describe('names', () => {
  it('of tiles fit at 1366 pixels, where a tile of an eighth has room for some 16 letters', () => {
    const narrow = panels.filter(({ type, gridPos }) => type === 'stat' && gridPos.w === 3);
    expect(narrow.length).toBeGreaterThan(20);
    expect(narrow.map(({ title }) => title).filter((title) => title.length > 16)).toEqual([]);
  });

  it('are understood without the description beside them', () => {
    const riddles = ['Gone', 'Told', 'Not used', 'Held back', 'Open', 'unnamed', 'in each', 'longer than', 'told by'];
    const labels = boards.flatMap(({ json }) => variablesIn(json).map(({ label }) => label));
    const legends = panels.flatMap(({ targets = [] }) => targets.map(({ legendFormat }) => legendFormat));
    for (const riddle of riddles) expect([...panels.map(({ title }) => title), ...labels, ...legends]).not.toContain(riddle);
  });
});

describe('boards', () => {
  it('have what is seldom looked at folded, and nothing that an alert leads to', () => {
    for (const { file, json } of boards.filter(({ json: { uid } }) => uid === 'novaspan-health')) {
      const rows = (json['panels'] as (Panel & { collapsed?: boolean; gridPos: { y: number; h: number }; panels?: Panel[] })[]) ?? [];
      const folded = rows.filter(({ collapsed }) => collapsed).flatMap(({ panels: inside = [] }) => inside.map(({ title }) => title));
      expect(folded.length, file).toBeGreaterThan(5);
      expect(folded.filter((title) => alerts.some(({ shown }) => shown.panel === title))).toEqual([]);
      // In steps of some 38 pixels.
      expect(Math.max(...rows.map(({ gridPos }) => gridPos.y + gridPos.h)), file).toBeLessThan(75);
    }
  });
});

describe('what is shown together', () => {
  it('is of the action that is chosen: what nova says of spawns and builds is of boots', () => {
    for (const { file, json } of boards) {
      const action = variablesIn(json).find(({ name }) => name === 'action');
      if (action === undefined) continue;
      for (const { title, targets = [] } of of(json))
        for (const { expr = '' } of targets) {
          expect(expr, `${file}, ${title}`).not.toMatch(/novaspan_nova_(?:spawn|build)/);
          if (/novaspan_(?:actions?|open_action)/.test(expr)) expect(expr, `${file}, ${title}`).toMatch(/action=~?"\$action/);
        }
    }
  });

  it('has no controllers among the compute hosts', () => {
    const hosts = boards.flatMap(({ json }) => variablesIn(json).filter(({ label }) => label === 'compute host'));
    expect(hosts.length).toBe(2);
    for (const { query } of hosts) expect(JSON.stringify(query)).toContain('novaspan_nova_spawn_seconds_count');
    for (const panel of panels.filter(({ title }) => title === 'Hosts'))
      for (const { expr = '' } of panel.targets!) expect(expr, panel.at).toContain('novaspan_nova_spawn');
  });

  it('is in seconds, as nova and the alerts say them; only how long ago something was may be in hours', () => {
    const ages = /^(?:Oldest of them|Age of |Uptime|Last trace taken|Farthest behind|Lag$|Watermark)/;
    for (const { at, title, fieldConfig } of panels) if (fieldConfig?.defaults.unit === 's') expect(title, at).toMatch(ages);
  });

  it('is no noise among what is lost: OVS and OVN leave out repeated messages by themselves', () => {
    const lost = panels.filter((panel) => JSON.stringify(panel).includes('in no trace, and will not be'));
    expect(lost.length).toBe(2);
    for (const { targets = [] } of lost) expect(JSON.stringify(targets)).not.toContain('vlog_messages_dropped');
  });

  it('begins with how long boots take, and of what, and what failed', () => {
    const first = boards.find(({ file }) => file === 'tempo/boots-overview.json')!;
    const glance = of(first.json).slice(0, 9);
    expect(glance.map(({ title }) => title)).toEqual([
      'Boots',
      'Failed',
      'Within 60 s',
      'Typical boot',
      'Slow boot',
      'Longest boot',
      'Under way',
      'Oldest of them',
      'Where the seconds of an average boot go',
    ]);
  });
});
