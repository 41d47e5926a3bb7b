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
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Source, Target } from './target.js';
import { sourceOf } from './variable.js';

const prometheus = sourceOf('prometheus');

/** What every panel says of itself. */
export interface Look {
  readonly title: string;
  /** what to look for in it, in one or two sentences */
  readonly description: string;
  /** Grafana's name of the unit: `s`, `short`, `percentunit`, ... */
  readonly unit: string;
  /** Prometheus, where none is given */
  readonly source?: Source;
  /** what is shown where there is nothing to show */
  readonly none?: string;
  /** from here on it is bad */
  readonly limit?: number;
  /** fewer is worse: what lies under the limit is bad */
  readonly lower?: boolean;
}

/** What all of the SDK's panel builders have. */
interface Builder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(source: Source): this;
  targets(targets: Target[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  noValue(text: string): this;
  build(): Panel;
}

function dressed<B extends Builder>(builder: B, look: Look, targets: readonly Target[]): B {
  const { title, description, unit, source = prometheus, none } = look;
  const lettered = targets.map((target, place) => target.refId(String.fromCharCode(65 + place)).datasource(source));
  const panel = builder.title(title).description(description).unit(unit).datasource(source).targets(lettered).thresholds(stepsOf(look));
  return none === undefined ? panel : panel.noValue(none);
}

function stepsOf({ limit, lower }: Look): ThresholdsConfigBuilder {
  const [first, then] = lower ? ['red', 'green'] : ['green', 'red'];
  const beyond = limit === undefined ? [] : [{ value: limit, color: then! }];
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: limit === undefined ? 'green' : first! }, ...beyond]);
}

const classic = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic);

/** Lines over time, with their last and greatest values in the legend, and the limit as a dashed line. */
export function lines(look: Look, targets: readonly Target[], colours: Readonly<Record<string, string>> = {}): Panel {
  return graph(look, targets, colours).showPoints(VisibilityMode.Auto).spanNulls(true).fillOpacity(8).build();
}

/** Bars over time, one on the other. */
export function bars(look: Look, targets: readonly Target[], colours: Readonly<Record<string, string>> = {}): Panel {
  return graph(look, targets, colours)
    .drawStyle(GraphDrawStyle.Bars)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .fillOpacity(80)
    .lineWidth(1)
    .min(0)
    .build();
}

function graph(look: Look, targets: readonly Target[], colours: Readonly<Record<string, string>>): TimeSeries {
  const panel = dressed(new TimeSeries(), look, targets)
    .colorScheme(classic())
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, [fixed(colour)]);
  return look.limit === undefined
    ? panel
    : panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

const fixed = (colour: string): DynamicConfigValue => ({ id: 'color', value: { mode: 'fixed', fixedColor: colour } });

/** One number, red from the limit on. */
export const number = (look: Look, target: Target): Panel =>
  dressed(new Stat(), look, [target])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(lastOf())
    .build();

/** Horizontal bars, one for each series. */
export const ranking = (look: Look, target: Target): Panel =>
  dressed(new BarGauge(), look, [target])
    .colorScheme(new FieldColorBuilder().mode(look.limit === undefined ? FieldColorModeId.ContinuousBlYlRd : FieldColorModeId.Thresholds))
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .min(0)
    .reduceOptions(lastOf())
    .build();

const lastOf = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

/** How many fell between which bounds, over time: for a histogram's buckets. */
export const heatmap = (look: Look, target: Target): Panel =>
  dressed(new Heatmap(), look, [target])
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto).value('how many'))
    .yAxis(new YAxisConfigBuilder().unit(look.unit))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(64).exponent(0.5).fill('dark-orange'))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .showLegend()
    .build();

/** How something that is either so or so was over time. */
export const states = (
  look: Look,
  target: Target,
  names: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): Panel =>
  dressed(new StateTimeline(), look, [target])
    .mappings([{ type: MappingType.ValueToText, options: names }])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .build();

/** What is particular about one column of a table. */
export interface Column {
  readonly name: string;
  readonly properties: readonly DynamicConfigValue[];
}

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

/** Cells as bars. */
export const gauge: DynamicConfigValue = { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } };

export const unitOf = (unit: string): DynamicConfigValue => ({ id: 'unit', value: unit });

export const linkTo = (title: string, url: string): DynamicConfigValue => ({
  id: 'links',
  value: [{ title, url, targetBlank: false }],
});

/** Cells that are red from a limit on. */
export const redFrom = (limit: number): readonly DynamicConfigValue[] => [
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
  {
    id: 'thresholds',
    value: {
      mode: 'absolute',
      steps: [
        { value: null, color: 'text' },
        { value: limit, color: 'red' },
      ],
    },
  },
];
