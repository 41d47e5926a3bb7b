// What is asked at the end: is every span there, once, as in a replay; and how long it took to come.
import { partitionsResult, resultOf } from './checks.mjs';
import { LOGS, TRACES } from './fleet.mjs';
import { metric } from './hosts.mjs';
import { untilAllCame } from './patience.mjs';
import { compare, fromJaeger, spansOf } from './spans.mjs';

const few = (ids) => ids.slice(0, 3).join('; ');
const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

/** The store against one replay of each host's logs: by id, parent, name, times, attributes, events, links. */
export async function checkStore({ fleet, rows, expected }) {
  const requests = await fromJaeger(fleet.jaeger.query, new Set(rows.map(({ trace }) => trace)));
  const found = spansOf(requests);
  const result = resultOf({ found, expected, rows: rows.length });
  explain(result, 'in the store', found, expected);
  return { ...result, found, requests, rows: rows.length, says: `the store: ${rows.length} ${result.says}` };
}

/** What came of the central logs against one replay of all logs; only where a line stands may differ. */
export async function checkCentral({ central, whole }) {
  const expected = spansOf(whole, { isPlaceKept: false });
  const found = () => spansOf(central.requests, { isPlaceKept: false });
  await untilAllCame(async () => compare(found().spans, expected.spans).same, expected.spans.size);
  const came = found();
  const result = resultOf({ found: came, expected });
  explain(result, 'of raw lines', came, expected);
  return { ...result, says: `central logs: ${came.spans.size} ${result.says}` };
}

function explain({ isRight, ids }, where, found, expected) {
  if (isRight) return;
  for (const id of ids.unlike.slice(0, 2))
    console.error(`unlike ${id}\n  ${where} ${found.spans.get(id)}\n  by replay ${expected.spans.get(id)}`);
  console.error(`lost: ${few(ids.lost)}\ntoo many: ${few(ids.extra)}`);
}

/**
 * All of a host has to be in one partition, on both ways.
 *
 * @param hasTraces whether a host's own logs show any: those of a DHCP agent alone do not
 */
export async function checkPartitions({ kafka, hosts }, hasTraces) {
  const byTopic = new Map(await Promise.all([TRACES, LOGS].map(async (topic) => [topic, await kafka.partitionsOf(topic)])));
  return partitionsResult(byTopic, { [TRACES]: hosts.filter(hasTraces), [LOGS]: hosts });
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
