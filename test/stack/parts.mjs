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

/** What the stack is made of. */
export const findParts = (say) => findEach(PARTS, say);

/**
 * Looks for every part, and builds what can be built.
 *
 * @param finders by name; one throws Skip where its part cannot be had
 * @returns `parts`: what each one's `start` needs; `missing`: why the others cannot be had, by name
 */
export async function findEach(finders, say) {
  const parts = {};
  const missing = {};
  for (const [name, find] of Object.entries(finders)) {
    try {
      parts[name] = await find(say);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      missing[name] = error.message;
    }
  }
  return { parts, missing };
}
