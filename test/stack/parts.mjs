// What the stack is made of, and which of it can be had on this machine.
import { buildCollector } from './collector/collector.mjs';
import { buildJaeger } from './jaeger.mjs';
import { findPrometheus } from './prometheus.mjs';
import { Skip } from './skip.mjs';

const PARTS = {
  jaeger: buildJaeger,
  collector: buildCollector,
  prometheus: findPrometheus,
};

/**
 * Looks for every part, and builds what can be built.
 *
 * @returns `parts`: what each one's `start` needs; `missing`: why the others cannot be had, by name
 */
export async function findParts(say) {
  const parts = {};
  const missing = {};
  for (const [name, find] of Object.entries(PARTS)) {
    try {
      parts[name] = await find(say);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      missing[name] = error.message;
    }
  }
  return { parts, missing };
}
