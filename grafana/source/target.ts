import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder as Prometheus, PromQueryFormat, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { type SearchTableType, DataqueryBuilder as Tempo } from '@grafana/grafana-foundation-sdk/tempo';

/** Where a query goes: the data source that a dashboard's variable chooses. */
export type Source = DataSourceRef;

/**
 * Of the cluster that is chosen: a label that Prometheus adds where it is told to. All, `.*`, matches as well what has no such label.
 */
export const inCluster = (expr: string): string =>
  expr.replaceAll(
    /\b(novaspan_\w+)(?:\{([^}]*)\})?/g,
    (_, metric: string, matchers = '') => `${metric}{${matchers === '' ? '' : `${matchers}, `}cluster=~"$cluster"}`,
  );

/** A query of a panel. The panel gives it its letter and its data source. */
export interface Target {
  refId(letter: string): this;
  datasource(source: Source): this;
  build(): Dataquery;
}

const prometheus = (expr: string): Prometheus => new Prometheus().expr(inCluster(expr)).editorMode(QueryEditorMode.Code);

/** A query over the shown time. */
export const range = (expr: string, legend: string): Target => prometheus(expr).range().legendFormat(legend);

/** The same with exemplars, which lead to traces: for expressions of a histogram's buckets. */
export const rangeWithTraces = (expr: string, legend: string): Target => prometheus(expr).range().legendFormat(legend).exemplar(true);

/** A histogram's buckets by `le`, for a heatmap: without exemplars, whose dots would cover its cells. */
export const buckets = (expr: string): Target => prometheus(expr).range().legendFormat('{{le}}').format(PromQueryFormat.Heatmap);

/** A query of one moment, the end of the shown time. */
export const instant = (expr: string, legend: string): Target => prometheus(expr).instant().legendFormat(legend);

/** The same as rows of a table, a column for each label. */
export const rows = (expr: string): Target => prometheus(expr).instant().format(PromQueryFormat.Table);

/** At most so many traces, and of each so many spans as Tempo gives at the most. */
export const traceql = (query: string, shownAs: SearchTableType, limit: number): Target =>
  new Tempo().queryType('traceql').query(query).tableType(shownAs).limit(limit).spss(100).filters([]);

/** A query of Jaeger's data source, as Grafana stores it; the SDK has none. */
export interface JaegerQuery {
  /** absent: the trace whose id is in `query` */
  readonly queryType?: 'search';
  readonly query?: string;
  readonly service?: string;
  readonly operation?: string;
  /** `key=value`, several with blanks between them */
  readonly tags?: string;
  /** such as `10s` */
  readonly minDuration?: string;
  readonly limit?: number;
}

export function jaeger(query: JaegerQuery): Target {
  let own: { readonly refId?: string; readonly datasource?: Source } = {};
  return {
    refId(letter) {
      own = { ...own, refId: letter };
      return this;
    },
    datasource(source) {
      own = { ...own, datasource: source };
      return this;
    },
    build: () => ({ ...query, ...own, _implementsDataqueryVariant: () => undefined }),
  };
}
