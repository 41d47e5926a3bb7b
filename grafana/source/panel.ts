import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  PanelBuilder as Plain,
  type SpecialValueMap,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as Heatmap,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as Text, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Column, type Link, linkTo } from './column.js';
import type { Source, Target } from './target.js';
import { sourceOf } from './variable.js';

const prometheus = sourceOf('prometheus');

/** Seconds as nova, the alerts and the thresholds say them: Grafana's own unit would make minutes of a slow boot. */
export const SECONDS = 'suffix:s';

/** What every panel says of itself. */
export interface Look {
  readonly title: string;
  /** what to look for in it, in one or two sentences */
  readonly description: string;
  /** Grafana's name of the unit: `s`, `short`, `percentunit`, ... */
  readonly unit: string;
  /** Prometheus, where none is given */
  readonly source?: Source;
  /** from here on it is bad */
  readonly limit?: number;
  /** from here on it is worth a look: before the limit */
  readonly warn?: number;
  /** fewer is worse: what lies under the limit is bad, what lies under `warn` worth a look */
  readonly lower?: boolean;
}

/** A panel of one number or of bars. Tables have no such text: Grafana would write it into each empty cell, and never where no row is. */
export interface LookOfValues extends Look {
  /** what is shown where there is nothing to show */
  readonly none?: string;
}

/** What all of the SDK's panel builders have. */
interface Builder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(source: Source): this;
  targets(targets: Target[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  build(): Panel;
}

function dressed<B extends Builder>(builder: B, look: Look, targets: readonly Target[]): B {
  const { title, description, unit, source = prometheus } = look;
  const lettered = targets.map((target, place) => target.refId(String.fromCharCode(65 + place)).datasource(source));
  return builder.title(title).description(description).unit(unit).datasource(source).targets(lettered).thresholds(stepsOf(look));
}

/** In no colour where nothing is good or bad. */
function stepsOf({ limit, warn, lower }: Look): ThresholdsConfigBuilder {
  const steps = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  if (limit === undefined) return steps.steps([{ value: null, color: 'text' }]);
  const [first, last] = lower ? ['red', 'green'] : ['green', 'red'];
  const [low, high] = lower ? [limit, warn] : [warn, limit];
  const beyond = [
    ...(low === undefined ? [] : [{ value: low, color: high === undefined ? last : 'yellow' }]),
    ...(high === undefined ? [] : [{ value: high, color: last }]),
  ];
  return steps.steps([{ value: null, color: first }, ...beyond]);
}

/** Nothing to show is neither good nor bad. */
const nothing = (text: string): SpecialValueMap => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text, color: 'text' } },
});

const classic = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic);

/** How series are drawn: colours by name, and whether their names are listed below, where all of them always fit. */
export interface Drawn {
  readonly colours?: Readonly<Record<string, string>>;
  /** series of which there are as many as hosts: their names beside the graph, the greatest first */
  readonly many?: boolean;
  /** where a click on a point leads */
  readonly link?: Link;
}

/** Lines over time, and the limit as a dashed line. */
export const lines = (look: Look, targets: readonly Target[], drawn: Drawn = {}): Panel =>
  graph(look, targets, drawn, 'max')
    .showPoints(VisibilityMode.Auto)
    .spanNulls(true)
    .fillOpacity(drawn.many ? 0 : 8)
    .build();

/**
 * Bars over time, one on the other: for what is counted in each step of the graph, or for what is at a moment. A step is
 * a minute or more: less holds no boot, and Prometheus asks each sidecar four times a minute.
 */
export const bars = (look: Look, targets: readonly Target[], drawn: Drawn = {}): Panel =>
  graph(look, targets, drawn, 'sum')
    .drawStyle(GraphDrawStyle.Bars)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .fillOpacity(80)
    .lineWidth(1)
    .min(0)
    .decimals(look.unit === 'short' ? 0 : 1)
    .interval(SHORTEST_STEP)
    .build();

const SHORTEST_STEP = '1m';

function graph(look: Look, targets: readonly Target[], { colours = {}, many = false, link }: Drawn, calculated: 'max' | 'sum'): TimeSeries {
  const panel = dressed(new TimeSeries(), look, targets)
    .colorScheme(classic())
    .axisSoftMin(0)
    .legend(many ? besideIt(calculated) : belowIt())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  // Of nothing but 0 Grafana draws an axis up to 100.
  if (look.unit === 'short') panel.axisSoftMax(1);
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, [fixed(colour)]);
  if (link !== undefined) panel.overrideByRegexp('.*', [linkTo(link.title, link.url)]);
  return look.limit === undefined
    ? panel
    : panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** One line of names, which takes no room of the graph's. */
const belowIt = () =>
  new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([]);

/** The one that matters is the first of them. */
const besideIt = (calculated: 'max' | 'sum') =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .calcs([calculated])
    .sortBy(calculated === 'max' ? 'Max' : 'Total')
    .sortDesc(true);

const fixed = (colour: string): DynamicConfigValue => ({ id: 'color', value: { mode: 'fixed', fixedColor: colour } });

/** One number, red from the limit on; a click on it leads to where it comes from. */
export function number(look: LookOfValues, target: Target, link?: Link): Panel {
  const { none } = look;
  const panel = dressed(new Stat(), look, [target])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(lastOf());
  if (none !== undefined) panel.noValue(none).mappings([nothing(none)]);
  if (link !== undefined) panel.overrideByRegexp('.*', [linkTo(link.title, link.url)]);
  return panel.build();
}

/** One number of what is shown over time, with its course behind it: the sum of all steps, the most of them, or the last. */
export function course(look: LookOfValues, target: Target, calculated: 'sum' | 'max' | 'lastNotNull', link?: Link): Panel {
  const panel = number(look, target, link);
  return {
    ...panel,
    ...(calculated === 'sum' && { interval: SHORTEST_STEP }),
    options: { ...panel.options, graphMode: BigValueGraphMode.Area, reduceOptions: lastOf(calculated).build() },
  };
}

/** Horizontal bars, one for each series, all of one colour unless a limit says which are bad. */
export function ranking(look: LookOfValues, targets: readonly Target[]): Panel {
  const { none, limit } = look;
  const panel = dressed(new BarGauge(), look, targets)
    .colorScheme(
      limit === undefined
        ? new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue')
        : new FieldColorBuilder().mode(FieldColorModeId.Thresholds),
    )
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .min(0)
    .reduceOptions(lastOf());
  if (none !== undefined) panel.noValue(none);
  return panel.build();
}

const lastOf = (calculated = 'lastNotNull') => new ReduceDataOptionsBuilder().calcs([calculated]).values(false).fields('');

/** How many fell between which bounds, in each step of the graph: for a histogram's buckets. */
export const heatmap = (look: Look, target: Target): Panel =>
  dressed(new Heatmap(), look, [target])
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto).value('how many'))
    .yAxis(new YAxisConfigBuilder().unit(look.unit))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(64).exponent(0.5).fill('dark-orange'))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .interval(SHORTEST_STEP)
    .showLegend()
    .build();

/** How something that is either so or so was over time. Coloured by its names: by thresholds, Grafana would show these and no name. */
export const states = (
  look: Look,
  target: Target,
  names: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): Panel =>
  dressed(new StateTimeline(), look, [target])
    .mappings([{ type: MappingType.ValueToText, options: names }])
    .colorScheme(classic())
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .build();

export interface Rows {
  readonly columns?: readonly Column[];
  readonly transformations?: readonly DataTransformerConfig[];
  /** the column, as it is shown, whose greatest come first */
  readonly sortedBy?: string;
}

export function table(look: Look, targets: readonly Target[], { columns = [], transformations = [], sortedBy }: Rows): Panel {
  const panel = dressed(new Table(), look, targets)
    .showHeader(true)
    .filterable(true)
    .transformations([...transformations]);
  if (sortedBy !== undefined) panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortedBy).desc(true)]);
  for (const { name, properties } of columns) panel.overrideByName(name, [...properties]);
  return panel.build();
}

/** The waterfall of one trace. The SDK has no builder for it; it has no options that we set. */
export const traceView = (look: Look, targets: readonly Target[]): Panel => dressed(new Plain().type('traces'), look, targets).build();

/** Words, in Markdown: what to do where a panel has nothing to show as long as nothing is chosen. */
export const words = (title: string, description: string, content: string): Panel =>
  new Text().title(title).description(description).mode(TextMode.Markdown).content(content).build();

/** What fires now, of novaspan's alerts in Prometheus and in Grafana. The SDK has no builder for it. */
export function firing(title: string, description: string): Panel {
  const panel = new Plain().type('alertlist').title(title).description(description).build();
  return {
    ...panel,
    options: {
      alertInstanceLabelFilter: `{app="novaspan"}`,
      alertName: '',
      dashboardAlerts: false,
      groupBy: [],
      groupMode: 'default',
      maxItems: 20,
      sortOrder: 3,
      stateFilter: { error: true, firing: true, noData: false, normal: false, pending: true },
      viewMode: 'list',
    },
  };
}
