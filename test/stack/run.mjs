#!/usr/bin/env node
// The stack test: real traces into a real Jaeger, and out again through its query API. After `npm run build`:
//
//   node test/stack/run.mjs
//
// Needs Go and the Go module proxy the first time; without them it says so and ends with 0.
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { checkEcho, checkQuery, checkRefusals } from './checks.mjs';
import { createLog, createOtlpHttpExporter, Delivery, systemClock, toOtlpJson, tracesUrl } from './dist.mjs';
import { startEcho } from './echo.mjs';
import { buildJaeger, startJaeger } from './jaeger.mjs';
import { freePorts } from './process.mjs';
import { senders } from './senders.mjs';
import { Skip } from './skip.mjs';
import { handMade } from './traces.mjs';

const began = Date.now();
const say = (text) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);

/** Sends while nothing listens yet; `until` opens the door. */
async function sendThroughOutage(endpoint, until) {
  const trace = handMade('sent before the backend was up');
  let waits = 0;
  const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint) });
  let finished;
  const done = new Promise((resolve) => {
    finished = resolve;
  });
  const delivery = new Delivery({
    exporter: {
      ...exporter,
      async export(each) {
        const result = await exporter.export(each);
        if (result.outcome !== 'delivered') waits++;
        return result;
      },
    },
    limit: 10,
    onDone: (_parcel, how) => finished(how),
    clock: { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 200), signal) },
    count: () => undefined,
    log: createLog(new Writable({ write: (_chunk, _encoding, written) => written() })),
  });
  delivery.offer([{ trace, from: 0 }]);
  while (waits === 0) await delay(20);
  await until();
  const how = await Promise.race([done, delay(60_000, 'given up')]);
  await delivery.drain(100);
  if (how !== 'delivered') throw new Error(`an outage was not waited out: ${JSON.stringify({ how, waits })}`);
  return { line: toOtlpJson(trace), waits };
}

async function main() {
  const binary = await buildJaeger(say);
  const [otlpPort, queryPort, queryGrpcPort] = await freePorts(3);
  const endpoint = `http://127.0.0.1:${otlpPort}`;
  const query = `http://127.0.0.1:${queryPort}`;
  const echo = await startEcho();
  let jaeger;
  try {
    const { line, waits } = await sendThroughOutage(endpoint, async () => {
      jaeger = await startJaeger(binary, { otlpPort, queryPort, queryGrpcPort, echoPort: echo.port });
      say(`Jaeger is up (pid ${jaeger.pid}, OTLP ${otlpPort}, query ${queryPort})`);
    });
    await checkQuery(query, [line]);
    say(`ok  a trace sent before Jaeger was up arrived (${waits} waits)`);

    for (const sender of senders) {
      const lines = await sender.send({ endpoint });
      await checkQuery(query, lines);
      checkEcho(echo.bodies, lines);
      say(`ok  ${sender.name}: ${lines.length} trace(s) back from the query API; our OTLP JSON is the Collector's, byte for byte`);
    }

    for (const refusal of await checkRefusals(endpoint)) say(`ok  ${refusal}`);
  } catch (error) {
    if (jaeger?.log()) console.error(`Jaeger's log:\n${jaeger.log()}`);
    throw error;
  } finally {
    await jaeger?.stop();
    await echo.stop();
  }
}

try {
  await main();
  say('stack test passed');
} catch (error) {
  if (error instanceof Skip) {
    console.log(`stack test skipped: ${error.message}`);
  } else {
    console.error(String(error?.stack ?? error).slice(0, 4000));
    say('stack test failed');
    process.exitCode = 1;
  }
}
