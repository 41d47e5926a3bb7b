import { readdirSync, readFileSync } from 'node:fs';
import { defaultsOf, type Query, queriesIn, substitute } from '../../grafana/source/queries.js';

export const GRAFANA = new URL('../../grafana/', import.meta.url);

export interface Board {
  /** such as `tempo/boots-overview.json` */
  readonly file: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The dashboards as they are committed. */
export const boards: readonly Board[] = ['tempo', 'jaeger'].flatMap((store) =>
  readdirSync(new URL(`dashboards/${store}/`, GRAFANA))
    .sort()
    .map((name) => ({
      file: `${store}/${name}`,
      json: JSON.parse(readFileSync(new URL(`dashboards/${store}/${name}`, GRAFANA), 'utf8')),
    })),
);

/** Every query as it is asked when the dashboard is opened. */
export const asked: readonly (Query & { readonly at: string })[] = boards.flatMap(({ file, json }) =>
  queriesIn(json).map((query) => ({ ...query, at: `${file}, ${query.panel}` })),
);

const variablesOf = new Map(boards.map(({ json }) => [json['title'], { ...defaultsOf(json), instance: 'U', trace: 'abc' }]));

export const filledIn = (expression: string, { dashboard }: Query): string => substitute(expression, variablesOf.get(dashboard)!);

/** Each expression once, with a place where it stands. */
export function expressions(kind: 'promql' | 'traceql'): readonly { readonly expression: string; readonly at: string }[] {
  const places = new Map<string, string>();
  for (const query of asked) {
    if (query.kind !== kind) continue;
    const expression = filledIn((query as Query & { expression: string }).expression, query);
    if (!places.has(expression)) places.set(expression, query.at);
  }
  return [...places].map(([expression, at]) => ({ expression, at }));
}

/** Where links lead, wherever they are. */
export function urlsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'url' && typeof inner === 'string' ? [inner] : urlsIn(inner)));
}
