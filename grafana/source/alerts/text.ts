import type { Alert, Text } from './define.js';

/** How each of the two writes a value and a label into an annotation. */
export interface Dialect {
  /** the expression of the alert's value in its templates */
  readonly value: string;
}

export const PROMETHEUS: Dialect = { value: '$value' };
/** In Grafana `$value` is a text about all queries; the value of one is found by its name. */
export const GRAFANA: Dialect = { value: '$values.A.Value' };

const FORMATS: Readonly<Record<Alert['value'], (value: string) => string>> = {
  duration: (value) => `humanizeDuration ${value}`,
  number: (value) => `printf "%.0f" ${value}`,
  percentage: (value) => `humanizePercentage ${value}`,
};

/** A text of the table as a template of Prometheus or Grafana. */
export const templated = (text: Text, format: Alert['value'], { value }: Dialect): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => `{{ ${name === 'value' ? FORMATS[format](value) : `$labels.${name}`} }}`);

/** A label within a URL: a phase has blanks. */
export const inUrl = (text: Text): string => text.replaceAll(/\{(\w+)\}/g, '{{ $labels.$1 | urlquery }}');

/** A sentence with a number that Prometheus asks for when it sends the alert; nothing where that is 0. */
export const counted = (expr: string, text: Text): string => {
  const labels = [...expr.matchAll(LABEL)].map(([, label]) => `$labels.${label}`);
  const query = `printf ${quoted(expr.replaceAll(LABEL, '%s'))} ${labels.join(' ')} | query`;
  const sentence = text.replace('{count}', '{{ . | first | value | printf "%.0f" }}');
  return `{{ with ${query} }}{{ if gt (. | first | value) 0.5 }} ${sentence}{{ end }}{{ end }}`;
};

/** `"{host}"`, which no matcher of PromQL looks like. */
const LABEL = /(?<=")\{(\w+)\}(?=")/g;

/** As a raw string of Go's templates: no expression of ours has a backtick. */
const quoted = (text: string): string => '`' + text + '`';
