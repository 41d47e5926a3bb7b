// Every query of every dashboard, as Grafana would ask it: of the Prometheus and the Jaeger of this stack.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SLOW } from './cloud.mjs';

const DASHBOARDS = new URL('../../grafana/dashboards/', import.meta.url);
const QUERIES = new URL('../../build/grafana/source/queries.js', import.meta.url);

/** Reading keeps up with what is written; how much is left at the moment of a scrape is chance. */
const KEEPS_UP = { why: 'what is written is read within a quarter of a second', isChance: true };

/** Queries that are only of what does not happen in this cloud, by their panels: they give nothing. */
const ABSENT = {
  'Boots overview / A boot takes': { of: 'offset 1d', why: 'nothing was there a day before' },
  'Boots overview / Boots that succeeded within 60 s': { of: 'offset 1', why: 'nothing was there a day or a week before' },
  'Boots overview / Builds handed back, by host': { of: 'build_attempts', why: 'no boot of this cloud is handed back to the conductor' },
};

/**
 * Panels that show nothing but 0 in a cloud that does what this one does, and why. One that does show something may not be here, unless
 * that is chance.
 */
const QUIET = {
  'Network plug path / Unmeasured, by stage': { why: 'both ends of every stage are known, or come within the window', isChance: true },
  'novaspan health / Farthest behind': KEEPS_UP,
  'novaspan health / Lag': KEEPS_UP,
  'novaspan health / Lag in bytes': KEEPS_UP,
  'novaspan health / Logs that are farthest behind': KEEPS_UP,
  'novaspan health / Logs it cannot read': { why: 'root, who runs this in CI, may read any file' },
  'novaspan health / Traces lost': { why: 'what was refused is in the dead-letter folder; nothing is lost' },
  'novaspan health / Bounds reached': { why: 'no trace here is large' },
  'novaspan health / Lines without an action': { why: 'every line has its action, but for what a kill cuts', isChance: true },
};

/** What a graph of some minutes asks for. Boots, hosts and sidecars are chosen as in a dashboard that was just opened. */
const SHOWN = { __range: '10m', __interval: '1s', __rate_interval: '30s', window: '15m' };
/** What is chosen on a dashboard besides: an action of this cloud, of any length. */
const CHOSEN = { 'novaspan-actions': { action: 'create', longer: '1s' } };

/**
 * Asks all of them. Each query must give data, and each panel something that is not 0, but for those that are listed as quiet.
 *
 * @returns a table: what each panel shows, in series or rows
 */
export async function checkPanels({ prometheus, query, cloud, began }) {
  if (!existsSync(QUERIES)) throw new Error('the queries of the dashboards are not built: npm run grafana');
  const { defaultsOf, queriesIn, substitute } = await import(QUERIES.href);
  const [trace] = cloud.traceIds(SLOW);
  const [{ instance }] = cloud.tickets(SLOW);
  const ask = {
    promql: ofPrometheus(prometheus, began),
    labels: labelsOf(prometheus),
    ...(query !== undefined && { jaeger: ofJaeger(query, began) }),
  };
  const panels = new Map();
  const left = { traceql: 0, jaeger: 0 };

  for (const board of boards()) {
    const variables = { ...defaultsOf(board), ...SHOWN, ...CHOSEN[board.uid], trace, instance };
    const filled = (asked) => filledIn(asked, (text) => substitute(text, variables));
    for (const asked of queriesIn(board)) {
      if (ask[asked.kind] === undefined) {
        left[asked.kind]++;
        continue;
      }
      const name = `${asked.dashboard} / ${asked.panel}`;
      const seen = panels.get(name) ?? { answers: new Map() };
      panels.set(name, seen);
      // The dashboards for Tempo and those for Jaeger ask Prometheus the same.
      const key = JSON.stringify(asked);
      if (!seen.answers.has(key)) seen.answers.set(key, await ask[asked.kind](filled(asked)));
    }
  }

  const rows = [...panels].map(([name, { answers }]) => rowOf(name, [...answers.values()]));
  assert.deepEqual(
    rows.flatMap(({ faults }) => faults),
    [],
  );
  const unknown = [...Object.keys(QUIET), ...Object.keys(ABSENT)].filter((name) => !panels.has(name));
  assert.deepEqual(unknown, [], 'listed as quiet, and in no dashboard');
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    `${rows.length} panels and variables of the dashboards are asked what Grafana would ask, and give:`,
    ...rows.map(({ name, says }) => `    ${name.padEnd(width)}  ${says}`),
    ...(left.traceql > 0
      ? [`    ${left.traceql} queries are TraceQL. Only Tempo runs it, and it is not here: test/grafana parses them`]
      : []),
    ...(left.jaeger > 0 ? [`    ${left.jaeger} queries are for Jaeger, which is not here`] : []),
  ];
}

function boards() {
  const folder = fileURLToPath(DASHBOARDS);
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, DASHBOARDS), 'utf8')));
}

/** With the values of variables in every text. */
const filledIn = (value, fill) => {
  if (typeof value === 'string') return fill(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledIn(inner, fill)]));
};

/** What an answer shows: how many series or rows, the greatest of their values where they have any, and how many exemplars. */
const ofPrometheus =
  (prometheus, began) =>
  async ({ expression, type, exemplars }) => {
    const [start, end] = [began, Date.now() / 1000];
    const series =
      type === 'range'
        ? (await prometheus.range(expression, { start, end, step: 1 })).map(({ values }) => values)
        : (await prometheus.query(expression)).map(({ value }) => [value]);
    const numbers = series
      .map((values) => values.map(([, text]) => Number(text)).filter(Number.isFinite))
      .filter((values) => values.length > 0);
    const dots = exemplars ? (await prometheus.exemplars(expression, { start, end })).flatMap((each) => each.exemplars).length : undefined;
    return { asked: expression, rows: numbers.length, most: Math.max(0, ...numbers.flat().map(Math.abs)), dots };
  };

const labelsOf =
  (prometheus) =>
  async ({ label, metric }) => {
    const values = await prometheus.labelValues(label, { 'match[]': metric });
    return { asked: `label_values(${metric}, ${label})`, rows: values.length, most: values.length };
  };

const ofJaeger =
  (url, began) =>
  async ({ trace, search }) => {
    const path = trace === undefined ? `traces?${new URLSearchParams(searchOf(search, began))}` : `traces/${trace}`;
    const response = await fetch(`${url}/api/${path}`, { headers: { connection: 'close' } });
    const { data, errors } = await response.json();
    if (!response.ok) throw new Error(`Jaeger says of ${path}: ${JSON.stringify(errors)}`);
    const rows = trace === undefined ? data.length : data.flatMap(({ spans }) => spans).length;
    return { asked: path, rows, most: rows };
  };

/** As Grafana's data source for Jaeger sends it: tags as JSON, times in microseconds. */
function searchOf({ tags, ...search }, began) {
  const pairs = tags?.split(' ').map((pair) => pair.split('='));
  // The slow boot began before this test did.
  const [start, end] = [(began - 600) * 1e6, Date.now() * 1e3].map(String);
  return { ...search, start, end, ...(pairs !== undefined && { tags: JSON.stringify(Object.fromEntries(pairs)) }) };
}

/** What a panel shows, as a row of the table, and what is wrong with it. */
function rowOf(name, answers) {
  const quiet = QUIET[name];
  const absent = ABSENT[name];
  const isAbsent = ({ asked, rows }) => rows === 0 && absent !== undefined && asked.includes(absent.of);
  const rows = answers.reduce((sum, each) => sum + each.rows, 0);
  const most = Math.max(...answers.map((each) => each.most));
  const dots = answers.reduce((sum, each) => sum + (each.dots ?? 0), 0);
  const faults = answers
    .filter((each) => (each.rows === 0 || each.dots === 0) && !isAbsent(each))
    .map(({ asked }) => `${name}: no data for ${asked}`);
  if (most === 0 && quiet === undefined && !answers.every(isAbsent)) faults.push(`${name}: nothing but 0`);
  if (most > 0 && quiet !== undefined && !quiet.isChance) faults.push(`${name}: is listed as quiet, but shows something`);
  const says = [`${rows} rows`, most === 0 ? `all 0: ${(quiet ?? absent)?.why}` : `up to ${Number(most.toPrecision(3))}`];
  if (dots > 0) says.push(`${dots} exemplars`);
  return { name, says: says.join(', '), faults };
}
