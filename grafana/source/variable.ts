import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { inCluster, type Source } from './target.js';

/** The data source that is chosen at the top of a dashboard; without a label, as its name says the same. Its uid in `provisioning/` is its type, so that is what is chosen first. */
export const sourceOf = (type: 'prometheus' | 'tempo' | 'jaeger'): Source => ({ type, uid: `\${${variableOf(type)}}` });

const variableOf = (type: string): string => (type === 'prometheus' ? 'prometheus' : 'traces');

export const chosenSource = (type: 'prometheus' | 'tempo' | 'jaeger', label: string) =>
  new DatasourceVariableBuilder(variableOf(type))
    .label(label)
    .hide(VariableHide.HideLabel)
    .type(type)
    .current({ text: label, value: type });

/** `label_values(metric, label)`, as Grafana's Prometheus data source stores it. */
const labelValues = (metric: string, label: string) => {
  const of = label === CLUSTER ? `novaspan_${metric}` : inCluster(`novaspan_${metric}`);
  const query = `label_values(${of}, ${label})`;
  return { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' };
};

const queried = (name: string, label: string, metric: string, of: string) => {
  const query = labelValues(metric, of);
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(sourceOf('prometheus'))
    .query(query)
    .definition(query.query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
};

/** Any of the values of a label; all of them at first. */
export const several = (name: string, label: string, metric: string, of: string = name) =>
  queried(name, label, metric, of).multi(true).includeAll(true).allValue('.*').current({ text: 'All', value: '$__all' });

const CLUSTER = 'cluster';

/** Which cloud, where Prometheus gives the label to what it scrapes; else it offers all alone. */
export const chosenCluster = () => several(CLUSTER, 'cluster', 'build_info');

/** One of the values of a label. */
export const one = (name: string, label: string, metric: string, first: string) =>
  queried(name, label, metric, name).current({ text: first, value: first });

/** One of what is listed here. */
export const choice = (name: string, label: string, values: readonly string[], first: string) =>
  new CustomVariableBuilder(name)
    .label(label)
    .values(values.join(','))
    .options(values.map((value) => ({ text: value, value, selected: value === first })))
    .current({ text: first, value: first });

/** Over how much time quantiles and counts are taken at each moment of a graph. Boots are rare: minutes hold too few of them. */
export const chosenWindow = () => choice('window', 'quantiles over', ['15m', '1h', '6h', '1d'], '1h');

/** From how many seconds on a table lists what was slow: first those that the alert is about, so that the list is whole. */
export const longerThan = (seconds: readonly number[], limit: number) =>
  choice(
    'longer',
    'slow is over',
    [...new Set([...seconds, limit])].sort((a, b) => a - b).map((each) => `${each}s`),
    `${limit}s`,
  );

/** Something to be written in. */
export const field = (name: string, label: string, description: string) =>
  new TextBoxVariableBuilder(name).label(label).description(description).defaultValue('').current({ text: '', value: '' });
