// What is asked at the end: is every span there, once, as in a replay; and how long it took to come.
import { eventually } from '../stack/eventually.mjs';
import { metric } from './hosts.mjs';
import { compare, fromJaeger, spansOf, tracesIn } from './spans.mjs';

const few = (ids) => ids.slice(0, 3).join('; ');
const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

/** The store against one replay of each host's logs: by id, parent, name, times, attributes, events, links. */
export async function checkStore({ fleet, rows, expected }) {
  const rowIds = new Set(rows.map(({ trace, span }) => `${trace} ${span}`));
  const traces = tracesIn(expected.spans);
  const found = spansOf(await fromJaeger(fleet.jaeger.query, new Set(rows.map(({ trace }) => trace))));
  const { same, lost, extra, unlike } = compare(found.spans, expected.spans);
  const isRight = same === expected.spans.size && extra.length === 0 && rows.length === rowIds.size && found.twice.length === 0;
  if (!isRight) {
    for (const id of unlike.slice(0, 2))
      console.error(`unlike ${id}\n  in the store ${found.spans.get(id)}\n  by replay    ${expected.spans.get(id)}`);
    console.error(`lost: ${few(lost)}\ntoo many: ${few(extra)}`);
  }
  return {
    isRight,
    found,
    expected: expected.spans.size,
    traces: traces.size,
    rows: rows.length,
    twice: rows.length - rowIds.size,
    same,
    lost: lost.length,
    extra: extra.length,
    unlike: unlike.length,
    says: `the store: ${rows.length} spans of ${traces.size} traces; ${same} are as in a replay, ${lost.length} lost, ${rows.length - rowIds.size} twice, ${extra.length} too many, ${unlike.length} unlike`,
  };
}

/** What came of the central logs against one replay of all logs; only where a line stands may differ. */
export async function checkCentral({ central, whole }) {
  const expected = spansOf(whole, { isPlaceKept: false });
  const result = () => {
    const found = spansOf(central.requests, { isPlaceKept: false });
    return { ...compare(found.spans, expected.spans), found };
  };
  await eventually(
    'all traces of the central logs',
    async () => {
      const { lost } = result();
      if (lost.length > 0) throw new Error(`${lost.length} of ${expected.spans.size} spans are missing`);
      return true;
    },
    180_000,
  ).catch((error) => console.error(error.message));
  const { same, lost, extra, unlike, found } = result();
  const isRight = same === expected.spans.size && extra.length === 0 && found.twice.length === 0;
  if (!isRight) {
    for (const id of unlike.slice(0, 2))
      console.error(`unlike ${id}\n  central   ${found.spans.get(id)}\n  by replay ${expected.spans.get(id)}`);
    console.error(`lost: ${few(lost)}\ntoo many: ${few(extra)}`);
  }
  const traces = tracesIn(expected.spans).size;
  return {
    isRight,
    expected: expected.spans.size,
    traces,
    same,
    lost: lost.length,
    extra: extra.length,
    unlike: unlike.length,
    twice: found.sent - found.spans.size,
    says: `central logs: ${found.spans.size} spans of ${traces} traces; ${same} are as in one replay of all logs, ${lost.length} lost, ${found.sent - found.spans.size} sent twice, ${extra.length} too many, ${unlike.length} unlike`,
  };
}

const agentsSum = (agents, name) => Promise.all(agents.map(({ metrics }) => metric(metrics, name))).then(sum);

/** What faults make grow: requests that sidecars repeated, and spans that agents could not hand over to Kafka. */
export async function faultCounts({ sidecars, agents }) {
  const totals = await Promise.all(sidecars.map((each) => each.totals()));
  return { retried: sum(totals.map(({ retried }) => retried)), refused: await agentsSum(agents, 'otelcol_exporter_send_failed_spans') };
}

/** Counters of sidecars, agents and the store. */
export async function countersOf({ sidecars, agents }) {
  const totals = await Promise.all(sidecars.map((each) => each.totals()));
  const of = (name) => sum(totals.map((each) => each[name]));
  return {
    lines: of('lines'),
    sidecarCpu: of('cpu'),
    sidecarRss: sum(sidecars.map((each) => each.rss())) / sidecars.length,
    retried: of('retried'),
    intoKafka: await agentsSum(agents, 'otelcol_exporter_sent_spans'),
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Seconds from the end of what a host wrote of a trace to its row in the store: usually, and of what was due during each fault.
 */
export function delaysOf({ rows, expected, faults, skewed }) {
  const parts = new Map();
  for (const { trace, span, host, written } of rows) {
    const text = expected.spans.get(`${trace} ${span}`);
    if (text === undefined) continue;
    const end = Number(JSON.parse(text).end) / 1e6 - (host === skewed.host ? skewed.ms : 0);
    const key = `${trace} ${host}`;
    const part = parts.get(key) ?? { host, end: 0, written: 0 };
    parts.set(key, { host, end: Math.max(part.end, end), written: Math.max(part.written, written) });
  }
  const all = [...parts.values()].map((part) => ({ ...part, seconds: (part.written - part.end) / 1000 }));
  const roles = { computes: (host) => host.startsWith('cmp'), controllers: (host) => host.startsWith('ctl') };
  const quiet = ({ end, written }) => faults.every(({ from, to }) => written < from || end > to);
  const usual = Object.fromEntries(
    Object.entries(roles).map(([role, is]) => [
      role,
      median(all.filter((part) => is(part.host) && quiet(part)).map(({ seconds }) => seconds)) ?? Number.NaN,
    ]),
  );
  const wait = ({ host }) => (roles.computes(host) ? usual.computes : usual.controllers) || 0;
  return {
    usual,
    faults: faults.map(({ name, done, hosts, from, to, counts }) => {
      const due = all.filter(
        (part) => hosts.includes(part.host) && part.end + wait(part) * 1000 >= from && part.end + wait(part) * 1000 <= to,
      );
      const longest = Math.max(0, ...due.map((part) => part.seconds - wait(part)));
      return { name, done, due: due.length, longest, counts };
    }),
  };
}
