#!/usr/bin/env node
// The stack test: real log lines into the built sidecar, its traces into a real Jaeger, its metrics into a real Prometheus. After
// `npm run build`:
//
//   node test/stack/run.mjs
//
// What cannot be had here (Go and its module proxy, Prometheus) is left out, and the last lines say so; with NOVASPAN_STACK_STRICT=1 that
// is a failure. README.md tells what is shown.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAlerts, checkRules } from './alerts.mjs';
import { checkEcho, checkQuery, checkRefusals } from './checks.mjs';
import { checkExemplars } from './exemplars.mjs';
import { checkPanels } from './panels.mjs';
import { findParts } from './parts.mjs';
import { checkResend, checkTraces } from './pipeline.mjs';
import { checkCounts, checkRestart } from './restart.mjs';
import { senders } from './senders.mjs';
import { checkSpanMetrics } from './spanmetrics.mjs';
import { startStack } from './stack.mjs';
import { checkView } from './view.mjs';

/** In this order: the boots of the cloud are under way meanwhile. Each says in a sentence what it has seen. */
const checks = [
  { needs: ['jaeger'], run: ({ outage }) => `a trace sent before Jaeger was up arrived (${outage.waits} waits)` },
  { needs: ['prometheus'], run: checkRestart },
  ...senders.map(({ name, send }) => ({
    needs: ['jaeger'],
    async run({ direct, query, echo }) {
      const lines = await send({ endpoint: direct });
      await checkQuery(query, lines);
      checkEcho(echo.bodies, lines);
      return `${name}: ${lines.length} trace(s) back from the query API; our OTLP JSON is the Collector's, byte for byte`;
    },
  })),
  { needs: ['jaeger'], run: ({ direct }) => checkRefusals(direct) },
  { needs: ['prometheus'], run: checkRules },
  { needs: ['prometheus'], run: checkAlerts },
  { needs: ['prometheus'], run: checkExemplars },
  { needs: ['jaeger'], run: checkView },
  { needs: ['jaeger'], run: checkResend },
  { needs: ['jaeger'], run: checkTraces },
  { needs: ['prometheus'], run: checkCounts },
  { needs: ['jaeger', 'collector', 'prometheus'], run: checkSpanMetrics },
  { needs: ['prometheus'], run: checkPanels },
];

const began = Date.now();
const say = (text) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);
const ok = (seen) => say(`ok  ${seen}`);
const folder = mkdtempSync(join(tmpdir(), 'novaspan-stack-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// What was started is ended at exit, and a signal alone would not come there.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { parts, missing } = await findParts(say);
const isStrict = process.env.NOVASPAN_STACK_STRICT === '1';
const here = checks.filter(({ needs }) => needs.every((part) => missing[part] === undefined));
let stack;
try {
  if (here.length > 0) stack = await startStack({ parts, folder, say });
  for (const { run } of here) for (const seen of [await run(stack)].flat()) (seen.startsWith(' ') ? console.log : ok)(seen);
} catch (error) {
  console.error(String(error?.stack ?? error).slice(0, 8000));
  if (stack !== undefined) console.error(stack.logs());
  process.exitCode = 1;
} finally {
  await stack?.stop();
}
const left = checks.length - here.length;
for (const [part, why] of Object.entries(missing)) console.log(`skipped: all that needs ${part}: ${why}`);
if (left > 0) console.log(`skipped: ${left} of ${checks.length} checks${isStrict ? ', which NOVASPAN_STACK_STRICT does not allow' : ''}`);
if (left > 0 && isStrict) process.exitCode = 1;
say(`stack test ${process.exitCode === 1 ? 'failed' : here.length === 0 ? 'skipped' : 'passed'}`);
