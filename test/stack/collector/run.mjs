#!/usr/bin/env node
// The Collector's share of the stack test, alone. After `npm run build`:
//
//   node test/stack/collector/run.mjs
//
// Needs Go and the Go module proxy the first time; without them it says so and ends with 0.
import { buildJaeger } from '../jaeger.mjs';
import { Skip } from '../skip.mjs';
import { checkCollectors } from './all.mjs';
import { buildCollector } from './collector.mjs';

const began = Date.now();
const say = (text) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);

try {
  await checkCollectors({ binary: await buildCollector(say), jaegerBinary: await buildJaeger(say), say });
  say('Collector checks passed');
} catch (error) {
  if (error instanceof Skip) {
    console.log(`Collector checks skipped: ${error.message}`);
  } else {
    console.error(String(error?.stack ?? error).slice(0, 8000));
    say('Collector checks failed');
    process.exitCode = 1;
  }
}
