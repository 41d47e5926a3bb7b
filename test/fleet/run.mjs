#!/usr/bin/env node
// The fleet test: every host a network namespace with its own sidecar, Kafka, gateways, Jaeger on Cassandra. After `npm run build`:
//
//   node test/fleet/run.mjs [--short] [--write docs/fleet.md]
//
// What cannot be had here is said, and then nothing is tested. README.md says what is shown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '../stack/eventually.mjs';
import { Skip } from '../stack/skip.mjs';
import { checkGateways } from './checks.mjs';
import { faultsOf, runFaults } from './faults.mjs';
import { happen, rowsOf, shapeOf, startFleet } from './fleet.mjs';
import { measure } from './measure.mjs';
import { pageOf, tableOf } from './page.mjs';
import { findParts } from './parts.mjs';
import { PATIENCE_MS, untilAllCame } from './patience.mjs';
import { checkCentral, checkPartitions, checkStore, countersOf, delaysOf, faultCounts } from './results.mjs';
import { compare, replay, spansOf, tracesIn } from './spans.mjs';
import { linesOf, storiesOf } from './story.mjs';
import { checkTraces } from './traces.mjs';
import { wrap } from './wrap.mjs';

/** A run that takes longer hangs. */
const MOST_MS = 90 * 60_000;

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false }, write: { type: 'string' } } });
const isShort = values.short;
if (isShort && values.write !== undefined) {
  console.error('the page is written by the full form: leave out --short');
  process.exit(2);
}
const began = Date.now();
const printed = [];
const say = (text) => {
  printed.push(`[${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s] ${text}`);
  console.log(printed.at(-1));
};

const folder = mkdtempSync(join(tmpdir(), 'novaspan-fleet-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// What was started is ended at exit, and a signal alone would not come there.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
setTimeout(() => {
  console.error(`not over after ${MOST_MS / 60_000} minutes`);
  process.exit(1);
}, MOST_MS).unref();

const { parts, missing } = await findParts(say);
if (Object.keys(missing).length > 0) {
  for (const [part, why] of Object.entries(missing)) console.log(`no ${part}: ${why}`);
  console.log('fleet test skipped: not all of its parts can be had');
  process.exit(0);
}

const shape = shapeOf(isShort);
let fleet;
let writing;
try {
  fleet = await startFleet({ shape, parts, folder, say });
  const startsAt = Date.now() + 2000;
  const lines = linesOf(storiesOf(isShort), { startsAt, skewed: shape.skewed });
  writing = happen(fleet, lines);
  const lastMs = lines.at(-1).due - startsAt;
  say(
    `${lines.length} lines in ${Math.round(lastMs / 1000)} s begin; the clock of ${shape.skewed.host} is ${shape.skewed.ms / 1000} s ahead`,
  );
  const faults = await runFaults(faultsOf({ fleet, shape, isShort }), startsAt, () => faultCounts(fleet));
  for (const { name, done } of faults) say(`${name}: ${done}`);
  await writing.done;
  say('all lines are written');

  const apart = await Promise.all(fleet.hosts.map((host) => replay([fleet.logsOf(host)])));
  const whole = await replay(fleet.hosts.map(fleet.logsOf));
  const expected = spansOf(apart.flat());
  say(`one replay of each host's logs: ${expected.spans.size} spans of ${tracesIn(expected.spans).size} traces`);
  const allRows = () => eventually('the store to give its rows', () => rowsOf(fleet.cassandra), PATIENCE_MS);
  await untilAllCame(async () => (await allRows()).length, expected.spans.size);
  // What comes twice comes soon.
  await delay(5000);
  const rows = await allRows();
  const store = await checkStore({ fleet, rows, expected });
  say(store.says);
  const all = spansOf(whole);
  const { same, lost, extra, unlike } = compare(store.found.spans, all.spans);
  const ofSpans = { total: all.spans.size, same, lost: lost.length, extra: extra.length, unlike: unlike.length };
  const traces = { ...checkTraces({ found: store.found, expected: all }), spans: ofSpans };
  say(traces.says);
  for (const each of traces.wrong.slice(0, 3)) console.error(each);
  const central = await checkCentral({ central: fleet.central, whole });
  say(central.says);
  const gateways = checkGateways(store.requests, shape.gateways);
  say(gateways.says);
  const partitions = await checkPartitions(fleet, (host) => apart[fleet.hosts.indexOf(host)].length > 0);
  say(partitions.says);
  const counters = await countersOf(fleet);
  const delays = delaysOf({ rows, expected, faults, skewed: shape.skewed });
  const measured = isShort
    ? undefined
    : await measure({ ...{ fleet, traces: whole, say }, sent: counters.intoKafka || store.rows, rows: store.rows, count: 120 });
  const results = {
    shape,
    lines: lines.length,
    lastMs,
    faults,
    store,
    traces,
    central,
    counters,
    gateways,
    partitions,
    delays,
    measured,
    machine: `${cpus().length} cores (${cpus()[0].model.trim()}; ${loadavg()[2].toFixed(0)} programs wanted them on average)`,
    printed: printed.join('\n'),
    seconds: Math.round((Date.now() - began) / 1000),
  };
  console.log(`\n${tableOf(results)}\n`);
  if (values.write !== undefined) writeFileSync(values.write, wrap(pageOf(results)));
  if (![store, traces, central, gateways, partitions].every(({ isRight }) => isRight)) process.exitCode = 1;
} catch (error) {
  if (error instanceof Skip) {
    console.log(`fleet test skipped: ${error.message}`);
    process.exit(0);
  }
  console.error(String(error?.stack ?? error).slice(0, 6000));
  if (fleet !== undefined)
    for (const each of [...fleet.gateways, ...fleet.agents, fleet.central, fleet.jaeger, fleet.kafka])
      console.error(`${each.host ?? ''}: ${each.log().slice(-1500)}`);
  process.exitCode = 1;
} finally {
  writing?.stop();
  await fleet?.stop();
}
say(`fleet test ${process.exitCode === 1 ? 'failed' : 'passed'}`);
process.exit();
