import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { panelsIn } from '../../grafana/source/queries.js';
import { boards } from './boards.js';

/**
 * Panels in Grafana's own code: its transformations, its field overrides and its formats, over frames as its data sources give them. The
 * package is 160 MB with what it needs, so it is no dependency of ours; without it these are skipped.
 *
 *     npm install --prefix /tmp/grafana-data @grafana/data@12.2.0 react@18 react-dom@18
 *     GRAFANA_DATA=/tmp/grafana-data npx vitest run test/grafana/grafanas-own.test.ts
 */
const FOLDER = process.env['GRAFANA_DATA'];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly values: readonly unknown[];
  readonly config: {
    readonly min?: number;
    readonly max?: number;
    readonly custom?: { readonly hidden?: boolean; readonly hideFrom?: { readonly viz?: boolean } };
    readonly links?: readonly { readonly url: string }[];
  };
  readonly state?: { readonly range?: { readonly min: number; readonly max: number } };
  readonly display: (value: unknown) => {
    readonly text: string;
    readonly prefix?: string;
    readonly suffix?: string;
    readonly color?: string;
  };
}
interface Frame {
  readonly fields: readonly Field[];
}
interface Panel {
  readonly title: string;
  readonly type: string;
  readonly transformations?: readonly object[];
  readonly fieldConfig: object;
  readonly options: { readonly sortBy?: readonly { readonly displayName: string }[] };
}
interface Item {
  readonly id: string;
}
interface Registry {
  setInit(init: () => readonly Item[]): void;
}
/** What is used of `@grafana/data`. */
interface GrafanaData {
  readonly standardTransformersRegistry: Registry;
  readonly standardFieldConfigEditorRegistry: Registry;
  readonly standardTransformers: Readonly<Record<string, Item>>;
  readonly FieldConfigOptionsRegistry: new (init: () => readonly Item[]) => object;
  identityOverrideProcessor(value: unknown): unknown;
  createDataFrame(frame: object): Frame;
  createTheme(): object;
  transformDataFrame(configs: readonly object[], frames: readonly Frame[]): object;
  applyFieldOverrides(options: object): readonly Frame[];
  getFieldDisplayName(field: Field, frame: Frame, frames: readonly Frame[]): string;
}

function load(folder: string) {
  const require = createRequire(`${folder}/package.json`);
  createRequire(import.meta.url)('./dom-stub.cjs');
  const data: GrafanaData = require('@grafana/data');
  const { lastValueFrom }: { lastValueFrom: (observable: object) => Promise<readonly Frame[]> } = require('rxjs');
  const transformers = new Map(Object.values(data.standardTransformers).map((transformation) => [transformation.id, transformation]));
  data.standardTransformersRegistry.setInit(() => [...transformers].map(([id, transformation]) => ({ id, name: id, transformation })));
  const property = (path: string, isCustom = false) => ({
    id: isCustom ? `custom.${path}` : path,
    path,
    isCustom,
    name: path,
    process: data.identityOverrideProcessor,
    shouldApply: () => true,
  });
  const standard = ['displayName', 'unit', 'min', 'max', 'fieldMinMax', 'decimals', 'noValue', 'color', 'thresholds', 'mappings', 'links'];
  const custom = ['width', 'hidden', 'hideFrom.viz', 'cellOptions'];
  const properties = [...standard.map((path) => property(path)), ...custom.map((path) => property(path, true))];
  data.standardFieldConfigEditorRegistry.setInit(() => properties.slice(0, standard.length));
  const registry = new data.FieldConfigOptionsRegistry(() => properties);

  /** What a panel makes of frames. */
  return async (panel: Panel, frames: readonly object[]) => {
    const given = frames.map((frame) => data.createDataFrame(frame));
    const transformed = await lastValueFrom(data.transformDataFrame(panel.transformations ?? [], given));
    const shown = data.applyFieldOverrides({
      data: transformed,
      fieldConfig: panel.fieldConfig,
      replaceVariables: (text: string) => text,
      theme: data.createTheme(),
      fieldConfigRegistry: registry,
      timeZone: 'utc',
    });
    const [frame] = shown;
    return frame!.fields.map((field) => ({ ...field, title: data.getFieldDisplayName(field, frame!, shown) }));
  };
}

const panelOf = (file: string, title: string): Panel => {
  const { json } = boards.find((board) => board.file === file)!;
  return (panelsIn(json) as unknown as Panel[]).find((panel) => panel.title === title)!;
};

const field = (name: string, type: string, values: readonly unknown[], config: object = {}) => ({ name, type, values, config });
const shownAs = (displayNameFromDS: string, more: object = {}) => ({ displayNameFromDS, ...more });

/** Two spans as Tempo's data source gives them: a boot that took 68.44 s, and one that failed, of which nova reported no length. */
const SPANS = {
  refId: 'A',
  fields: [
    field('traceIdHidden', 'string', ['aaa', 'bbb'], { custom: { hidden: true } }),
    field('traceService', 'string', ['nova-compute', 'nova-compute'], shownAs('Trace Service')),
    field('traceName', 'string', ['instance create', 'instance create'], shownAs('Trace Name')),
    field('spanID', 'string', ['1', '2'], shownAs('Span ID')),
    field('time', 'time', [1795225831664, 1795225931664], shownAs('Start time')),
    field('name', 'string', ['instance create', 'instance create'], shownAs('Name')),
    field('error.type', 'string', [undefined, 'nova.exception.BuildAbortException']),
    field('host.name', 'string', ['cmp1', 'cmp2']),
    field('novaspan.reported_duration_s', 'number', [68.35, undefined]),
    field('openstack.instance.id', 'string', ['i1', 'i2']),
    field('openstack.interface.name', 'string', ['tap1', 'tap2']),
    field('openstack.outcome', 'string', ['succeeded', 'failed']),
    field('openstack.port.id', 'string', ['p1', 'p2']),
    field('openstack.request.id', 'string', ['r1', 'r2']),
    field('statusMessage', 'string', [undefined, 'Virtual Interface creation failed']),
    field('duration', 'number', [68_440_000_000, 30_100_000_000], shownAs('Duration', { unit: 'ns' })),
  ],
};

/** A trace as both data sources give it. */
const TRACE = {
  refId: 'A',
  fields: [
    field('traceID', 'string', ['aaa', 'aaa']),
    field('operationName', 'string', ['instance create', 'vif plug']),
    field('serviceName', 'string', ['nova-compute', 'nova-compute']),
    field('startTime', 'number', [1795225831664, 1795225835000]),
    field('duration', 'number', [68_440, 2]),
  ],
};

const vector = (letter: string, label: string, values: Readonly<Record<string, number>>) => ({
  refId: letter,
  fields: [
    field(
      'Time',
      'time',
      Object.keys(values).map(() => 1795225831664),
    ),
    field(label, 'string', Object.keys(values)),
    field(`Value #${letter}`, 'number', Object.values(values)),
  ],
});

const isSeen = ({ config: { custom } }: Field) => custom?.hideFrom?.viz !== true;

describe.skipIf(FOLDER === undefined)('in Grafana’s own code (skipped where GRAFANA_DATA is not set)', () => {
  const show = FOLDER === undefined ? undefined : load(FOLDER);
  /** The cells of a row, by the title of their column, in the order of the columns. */
  const rowOf = async (panel: Panel, frames: readonly object[], row: number) =>
    (await show!(panel, frames)).filter(isSeen).map(({ title, display, values }) => {
      const { prefix = '', text, suffix = '' } = display(values[row]);
      return [title, prefix + text + suffix] as const;
    });

  it('the list of slow boots begins with how long they took, in seconds, and has no text where there is no value', async () => {
    const panel = panelOf('tempo/boots-overview.json', 'Boots over $longer');
    expect(await rowOf(panel, [SPANS], 0)).toEqual(
      expect.arrayContaining([
        ['took', '68.4 s'],
        ['Name', 'instance create'],
        ['outcome', 'succeeded'],
        ['nova says', '68.4 s'],
        ['host', 'cmp1'],
        ['instance', 'i1'],
      ]),
    );
    const failed = await rowOf(panel, [SPANS], 1);
    expect(failed.slice(0, 4)).toEqual([
      ['took', '30.1 s'],
      ['Name', 'instance create'],
      ['outcome', 'failed'],
      ['nova says', ''],
    ]);
    expect(failed.map(([title]) => title)).not.toContain('traceIdHidden');
    expect(failed.map(([title]) => title)).not.toContain('Duration');
  });

  it('the lists of Jaeger have seconds, too', async () => {
    const found = {
      fields: [
        field('traceID', 'string', ['aaa'], shownAs('Trace ID')),
        field('traceName', 'string', ['nova-compute: instance create'], shownAs('Trace name')),
        field('startTime', 'time', [1795225831664], shownAs('Start time')),
        field('duration', 'number', [68_440_000], shownAs('Duration', { unit: 'µs' })),
      ],
    };
    const row = await rowOf(panelOf('jaeger/boots-overview.json', 'Boots over $longer'), [found], 0);
    expect(row).toEqual([
      ['took', '68.4 s'],
      ['Name', 'nova-compute: instance create'],
      ['Start time', '2026-11-21 01:50:31'],
      ['Trace ID', 'aaa'],
    ]);
  });

  it('the list of failed boots has the reason beside the time, and leads to the trace', async () => {
    const panel = panelOf('tempo/boots-overview.json', 'Boots that failed');
    const row = await rowOf(panel, [SPANS], 1);
    expect(row.slice(0, 5).map(([title]) => title)).toEqual(['Start time', 'why', 'error', 'outcome', 'took']);
    expect(row[1]![1]).toBe('Virtual Interface creation failed');
    const fields = await show!(panel, [SPANS]);
    expect(fields.find(({ title }) => title === 'why')!.config.links![0]!.url).toContain('var-trace=${__data.fields.traceIdHidden}');
    // The link finds the id, as the field is there, though it is not seen.
    expect(fields.find(({ name }) => name === 'traceIdHidden')!.config.custom).toMatchObject({ hidden: true, hideFrom: { viz: true } });
  });

  it.each([
    ['tempo/boots-overview.json', 'Boots over $longer'],
    ['tempo/boots-overview.json', 'Boots that failed'],
    ['tempo/other-actions.json', 'Those over $longer'],
    ['tempo/other-actions.json', 'Those that failed'],
    ['tempo/one-instance.json', 'Actions'],
    ['tempo/network-plug-path.json', 'Ports that nova waited for over $longer'],
  ])('%s, %s: is sorted by a column among the first three that are seen', async (file, title) => {
    const panel = panelOf(file, title);
    const titles = (await rowOf(panel, [SPANS], 0)).map(([each]) => each);
    const place = titles.indexOf(panel.options.sortBy![0]!.displayName);
    expect(place, titles.join()).toBeGreaterThanOrEqual(0);
    expect(place, titles.join()).toBeLessThan(3);
  });

  it('phases have bars over the range of their durations, in seconds', async () => {
    const [took, ...others] = (await show!(panelOf('tempo/one-trace.json', 'Phases'), [TRACE])).filter(isSeen);
    expect(others.map(({ title }) => title)).toEqual(['phase', 'service', 'began']);
    expect(took!.title).toBe('took');
    expect(took!.values).toEqual([68.44, 0.002]);
    expect({ ...took!.state?.range, ...took!.config }).toMatchObject({ min: 0, max: 68.44 });
  });

  it('hosts and stages have their columns by name, a row for each', async () => {
    const hosts = ['A', 'B', 'C', 'D', 'E'].map((letter, place) => vector(letter, 'host', { cmp1: place + 0.5, cmp2: place + 0.25 }));
    expect(await rowOf(panelOf('tempo/boots-overview.json', 'Hosts'), hosts, 1)).toEqual([
      ['host', 'cmp2'],
      ['longest spawn', '0.3 s'],
      ['mean spawn', '1.3 s'],
      ['boots', '2.25'],
      ['failed', '325%'],
      ['longest boot', '4.3 s'],
    ]);
    const stages = ['A', 'B', 'C', 'D', 'E', 'F'].map((letter) => vector(letter, 'phase', { 'lport claim': 0.012 }));
    expect((await rowOf(panelOf('tempo/network-plug-path.json', 'Stages'), stages, 0)).map(([title, text]) => `${title} ${text}`)).toEqual([
      'phase lport claim',
      'longest 0.012 s',
      'mean 0.012 s',
      'p50 0.012 s',
      'p90 0.012 s',
      'measured 0.0120',
      'unmeasured 1.20%',
    ]);
  });

  it('a state has its name and its colour, and a share of failures is red at 9 %', async () => {
    const cell = async (file: string, title: string, value: unknown) => {
      const [shown] = await show!(panelOf(file, title), [{ fields: [field('Value', 'number', [value])] }]);
      const { text, color } = shown!.display(value);
      return { text, color };
    };
    const health = 'tempo/novaspan-health.json';
    const [away, well] = [await cell(health, 'Backend', 0), await cell(health, 'Backend', 1)];
    expect([away.text, well.text]).toEqual(['away', 'takes traces']);
    expect(away.color).not.toBe(well.color);
    const share = async (value: unknown) => cell('tempo/boots-overview.json', 'Failed', value);
    expect((await share(0.09)).color).toBe(away.color);
    expect((await share(0)).color).toBe(well.color);
    const none = await share(null);
    expect(none.text).toBe('no boot');
    expect([away.color, well.color]).not.toContain(none.color);
  });
});
