import { errorOf, rootOf } from '../export/terminal/reading.js';
import { keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome } from '../model/span.js';

/** The longest cause (characters). */
const LONGEST = 120;

/** UUIDs, addresses and numbers: they differ between two failures with the same cause. */
const OWN = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b|\b\d+(?:\.\d+)*\b/gi;

/**
 * The cause of a failure, as a text that is equal for failures with the same cause: the exception, otherwise the logged
 * text, and the phase in which it happened.
 */
export function causeOf(trace: FinishedTrace, outcome: Outcome): string {
  const root = rootOf(trace);
  const type = root?.attributes[keys.errorType];
  const said = root === undefined ? undefined : errorOf(root);
  const raised = typeof type === 'string' && type !== '' ? type : (said ?? 'no reason logged').replace(OWN, '…');
  const text = raised.length > LONGEST ? `${raised.slice(0, LONGEST)}…` : raised;
  const words = outcome === 'failed' ? text : `${outcome}: ${text}`;
  // If several phases failed at the same line: the part, not the phase that contains it.
  const [failed] = trace.spans
    .filter((span) => span !== root && span.error !== undefined)
    .sort((a, b) => a.end - b.end || b.start - a.start || (a.name < b.name ? -1 : 1));
  return failed === undefined ? words : `${words} (in ${failed.name})`;
}
