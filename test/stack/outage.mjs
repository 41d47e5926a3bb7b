import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog, createOtlpHttpExporter, Delivery, systemClock, toOtlpJson, tracesUrl } from './modules.mjs';
import { handMade } from './traces.mjs';

/** Sends while nothing listens yet; `until` opens the door. @returns what was sent, and how often it was tried in vain */
export async function sendThroughOutage(endpoint, until) {
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
    onSettled: (_queued, how) => finished(how),
    clock: { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 200), signal) },
    count: () => undefined,
    log: createLog(new Writable({ write: (_chunk, _encoding, written) => written() })),
  });
  delivery.offer([{ trace, from: 0 }]);
  while (waits === 0) await delay(20);
  await until();
  const how = await Promise.race([done, delay(60_000, 'given up', { ref: false })]);
  await delivery.drain(100);
  if (how !== 'delivered') throw new Error(`an outage was not waited out: ${JSON.stringify({ how, waits })}`);
  return { line: toOtlpJson(trace), waits };
}
