import { AT_INFO } from '../dashboards/steps.js';
import { BUCKETS } from '../limits-file.js';
import { FAILURE } from '../promql.js';

/**
 * The sentence about the boots that an alert is about, as novaspan says one of a single boot:
 *
 *     boots on cmp7 in the last 30 min: 2 of 31 failed, mean 38.2 s, p95 41.7 s; of the mean 27.0 s network wait, 9.4 s vif-plugged wait
 *
 * Prometheus asks for its numbers when it sends the alert. Grafana's templates cannot ask, so its rules ask for all of them beforehand. What
 * is not known is left out, and so is a p95 of few boots, which would say nothing.
 */

/** Whose boots: those of a host, those that a sidecar follows, or all. */
export type Whose = 'host' | 'sidecar' | 'all';

interface Scope {
  /** labels of the alert that say whose */
  readonly labels: readonly string[];
  readonly place: string;
}

const CLUSTER = '{{ with $labels.cluster }} of {{ . }}{{ end }}';

const scopes: Readonly<Record<Whose, Scope>> = {
  host: { labels: ['cluster', 'host'], place: `on {{ $labels.host }}${CLUSTER}` },
  sidecar: { labels: ['cluster', 'job', 'instance'], place: `that {{ $labels.instance }}${CLUSTER} follows` },
  all: { labels: ['cluster'], place: `on all hosts${CLUSTER}` },
};

/** It outlasts the gauge of five minutes and the time that an alert is kept on. */
const WINDOW = '30m';
const WHEN = 'in the last 30 min';
const ENOUGH_FOR_P95 = 20;

/** What is asked, of series that match; `by` tells answers apart, where there are several. */
interface Asked {
  readonly matchers: string;
  readonly by: readonly string[];
}

const CREATE = 'action="create"';
const together = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ');

const listed = (labels: readonly string[]): string => [...new Set(labels)].join(', ');

/** How much a counter grew, each host counted once, however many sidecars follow its logs. */
function grown(metric: string, own: string, { matchers, by }: Asked, ...more: readonly string[]): string {
  const kept = ['cluster', 'host', ...more];
  const each = `sum by (${listed(['job', 'instance', ...kept])}) (increase(novaspan_${metric}{${together(CREATE, own, matchers)}}[${WINDOW}]))`;
  return `sum by (${listed([...by, ...more])}) (max by (${listed([...by, ...kept])}) (${each}))`;
}

const ended = (asked: Asked): string => grown('actions_total', '', asked);
const boots = (asked: Asked): string => `round(${ended(asked)}) > 0`;
const failed = (asked: Asked): string => `round(${grown('actions_total', FAILURE, asked)} or 0 * ${ended(asked)})`;
const mean = (asked: Asked): string =>
  `${grown('action_duration_seconds_sum', '', asked)} / (${grown('action_duration_seconds_count', '', asked)} > 0)`;
const p95 = (asked: Asked): string => {
  const on = `on (${asked.by.join(', ')})`;
  const guess = `histogram_quantile(0.95, ${grown('action_duration_seconds_bucket', '', asked, 'le')})`;
  // Nothing where it lies beyond the last bucket, of which only the beginning is known.
  return `(${guess} >= 0 < ${BUCKETS.at(-1)}) and ${on} round(${ended(asked)}) >= ${ENOUGH_FOR_P95}`;
};
/** Seconds of the mean boot; what is less than a tenth of one is no part worth a word. */
const part = (phase: string, asked: Asked, ...more: readonly string[]): string => {
  const on = `on (${asked.by.join(', ')})`;
  return `${grown('phase_duration_seconds_sum', together(phase, 'service="nova-compute"'), asked, ...more)} / ${on} group_left () (${ended(asked)} > 0.5) > 0.1`;
};

/** Parts that do not lie in each other. */
const LARGEST = 'phase=~"resource claim|block device mapping|image create|network wait|vif-plugged wait';
const JOINED = AT_INFO.replace(/^phase=~"|"$/g, '');
const parts = (asked: Asked): string => `sort_desc(topk(3, ${part(`${LARGEST}|${JOINED}"`, asked, 'phase')}))`;

const NONE = (place: string): string => `no boot ${place} is counted ${WHEN}`;

/** As a template of Prometheus. */
export function prometheusSentence(whose: Whose): string {
  const { labels, place } = scopes[whose];
  const ask = (expr: (asked: Asked) => string): string => {
    const matchers = labels.map((label) => `${label}="%s"`).join(', ');
    const query = expr({ matchers, by: [] }).replaceAll('sum by () ', 'sum ');
    return `printf ${asRaw(query)} ${repeated(query, labels)} | query`;
  };
  const given = (expr: (asked: Asked) => string, text: string, format = '%.1f'): string =>
    `{{ with ${ask(expr)} }}${text.replace('#', () => `{{ . | first | value | printf "${format}" }}`)}{{ end }}`;
  return [
    `{{ with ${ask(boots)} }}{{ $boots := . | first | value | printf "%.0f" }}boots ${place} ${WHEN}: `,
    given(failed, '# of {{ $boots }} failed', '%.0f'),
    given(mean, ', mean # s'),
    given(p95, ', p95 # s'),
    `{{ with ${ask(parts)} }}; of the mean{{ range $place, $part := . }}{{ if $place }},{{ end }} `,
    '{{ $part | value | printf "%.1f" }} s {{ $part | label "phase" }}{{ end }}{{ end }}',
    `{{ else }}${NONE(place)}{{ end }}`,
  ].join('');
}

/** A text of `%s` takes its values one by one: those of the labels, as often as they are matched. */
const repeated = (query: string, labels: readonly string[]): string =>
  Array.from({ length: (query.match(/%s/g) ?? []).length / labels.length }, () => labels.map((label) => `$labels.${label}`).join(' ')).join(
    ' ',
  );

/** As a raw string of Go's templates: no expression of ours has a backtick. */
const asRaw = (text: string): string => `\`${text}\``;

/** Parts, by the letters of their queries in Grafana's rules, in the order in which they are said. */
const PARTS: Readonly<Record<string, { readonly phase: string; readonly name: string }>> = {
  G: { phase: 'phase="network wait"', name: 'network wait' },
  H: { phase: 'phase="vif-plugged wait"', name: 'vif-plugged wait' },
  I: { phase: 'phase="image create"', name: 'image create' },
  J: { phase: AT_INFO, name: 'image create + network wait' },
};

/** What a rule of Grafana asks besides, by the letters of its queries; A and B are the alert's own. */
export function grafanaAsks(whose: Whose): Readonly<Record<string, string>> {
  const asked: Asked = { matchers: '', by: scopes[whose].labels };
  return {
    C: boots(asked),
    D: failed(asked),
    E: mean(asked),
    F: p95(asked),
    ...Object.fromEntries(Object.entries(PARTS).map(([letter, { phase }]) => [letter, part(phase, asked)])),
  };
}

/** As a template of Grafana, of what `grafanaAsks` gave. */
export function grafanaSentence(whose: Whose): string {
  const { place } = scopes[whose];
  const given = (letter: string, text: string, format = '%.1f'): string =>
    `{{ if $values.${letter} }}${text.replace('#', () => `{{ printf "${format}" $values.${letter}.Value }}`)}{{ end }}`;
  return [
    `{{ if $values.C }}boots ${place} ${WHEN}: `,
    given('D', `# of {{ printf "%.0f" $values.C.Value }} failed`, '%.0f'),
    given('E', ', mean # s'),
    given('F', ', p95 # s'),
    '{{ $before := "; of the mean" }}',
    ...Object.entries(PARTS).map(([letter, { name }]) => given(letter, `{{ $before }} # s ${name}{{ $before = "," }}`)),
    `{{ else }}${NONE(place)}{{ end }}`,
  ].join('');
}
