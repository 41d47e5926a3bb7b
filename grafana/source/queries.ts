/**
 * Reads the queries of a dashboard from its JSON, so that none is forgotten: for tests, which run them.
 *
 *     import { defaultsOf, queriesIn, substitute } from '../../build/grafana/source/queries.js';   // after npm run grafana
 *
 *     const board = JSON.parse(readFileSync('grafana/dashboards/jaeger/boots-overview.json', 'utf8'));
 *     const variables = { ...defaultsOf(board), __range: '10m', host: '.*', trace: '22e3269d157231679e45640f90a4bdf3' };
 *     for (const query of queriesIn(board)) switch (query.kind) {
 *       case 'promql': // GET /api/v1/query or, where query.type is 'range', /api/v1/query_range; query.exemplars: /api/v1/query_exemplars
 *         ask(substitute(query.expression, variables));
 *       case 'labels': // GET /api/v1/label/<query.label>/values?match[]=<query.metric>
 *       case 'jaeger': // GET /api/traces/<trace>, or /api/traces?service=&operation=&minDuration=&tags=&limit=&start=&end= (tags as JSON)
 *       case 'traceql': // GET /api/search?q=&limit=
 *     }
 */
export type Query = AskedBy &
  (
    | { readonly kind: 'promql'; readonly expression: string; readonly type: 'instant' | 'range'; readonly exemplars: boolean }
    /** the values that a variable offers */
    | { readonly kind: 'labels'; readonly metric: string; readonly label: string }
    /** `expression` is a trace id where Tempo is to look up a trace */
    | { readonly kind: 'traceql'; readonly expression: string }
    | { readonly kind: 'jaeger'; readonly trace: string }
    | { readonly kind: 'jaeger'; readonly search: JaegerSearch }
  );

interface AskedBy {
  /** the dashboard's title */
  readonly dashboard: string;
  /** the panel's title, or `variable NAME` */
  readonly panel: string;
}

/** As Grafana stores it: `tags` is `key=value`, several with blanks between them. */
interface JaegerSearch {
  readonly service: string;
  readonly operation?: string;
  readonly minDuration?: string;
  readonly tags?: string;
  readonly limit: number;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const inside = (value: unknown, name: string): unknown => (isJson(value) ? value[name] : undefined);

/** All panels, those of folded rows included; rows themselves are none. */
export const panelsIn = (board: Json): readonly Json[] =>
  listOf(board['panels']).flatMap((panel) => (panel['type'] === 'row' ? panelsIn(panel) : [panel]));

export const variablesIn = (board: Json): readonly Json[] => listOf(inside(board['templating'], 'list'));

/** Every query of every panel, and those by which variables get their values. */
export function queriesIn(board: Json): readonly Query[] {
  const dashboard = textOf(board['title']);
  const ofPanels = panelsIn(board).flatMap((panel) =>
    listOf(panel['targets']).map((target) => queryOf(target, { dashboard, panel: textOf(panel['title']) })),
  );
  const ofVariables = variablesIn(board)
    .filter(({ type }) => type === 'query')
    .map((variable): Query => {
      const asked = textOf(inside(variable['query'], 'query'));
      const found = /^label_values\((\w+(?:\{[^}]*\})?), (\w+)\)$/.exec(asked);
      if (found === null) throw new Error(`${dashboard}: cannot read how a variable is asked for: ${asked}`);
      return { kind: 'labels', dashboard, panel: `variable ${textOf(variable['name'])}`, metric: found[1]!, label: found[2]! };
    });
  return [...ofVariables, ...ofPanels];
}

function queryOf(target: Json, by: AskedBy): Query {
  const type = inside(target['datasource'], 'type');
  switch (type) {
    case 'prometheus':
      return {
        ...by,
        kind: 'promql',
        expression: textOf(target['expr']),
        type: target['range'] === true ? 'range' : 'instant',
        exemplars: target['exemplar'] === true,
      };
    case 'tempo':
      return { ...by, kind: 'traceql', expression: textOf(target['query']) };
    case 'jaeger':
      return target['queryType'] === undefined
        ? { ...by, kind: 'jaeger', trace: textOf(target['query']) }
        : { ...by, kind: 'jaeger', search: searchOf(target) };
    default:
      throw new Error(`${by.dashboard}, ${by.panel}: no query is known for a data source of type ${String(type)}`);
  }
}

const searchOf = ({ service, operation, minDuration, tags, limit }: Json): JaegerSearch => ({
  service: textOf(service),
  ...(typeof operation === 'string' && { operation }),
  ...(typeof minDuration === 'string' && { minDuration }),
  ...(typeof tags === 'string' && { tags }),
  limit: Number(limit),
});

/** What Grafana itself puts in, by name: here as if six hours were shown in a graph of some width. */
const BUILT_IN = { __range: '6h', __interval: '1m', __rate_interval: '5m' };

/** What the variables of a dashboard are at first, and Grafana's own. Those of data sources are left out: no query has them. */
export function defaultsOf(board: Json): Readonly<Record<string, string>> {
  const own = variablesIn(board)
    .filter(({ type }) => type !== 'datasource')
    .map((variable) => {
      const value = textOf(inside(variable['current'], 'value'));
      return [textOf(variable['name']), value === '$__all' ? textOf(variable['allValue']) : value] as const;
    });
  return { ...BUILT_IN, ...Object.fromEntries(own) };
}

/**
 * Puts in the values of variables: `$name` and `${name}`.
 *
 * @throws Error where there is no value for one
 */
export const substitute = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) => {
    const value = variables[braced ?? bare!];
    if (value === undefined) throw new Error(`no value for $${braced ?? bare} in: ${text}`);
    return value;
  });
