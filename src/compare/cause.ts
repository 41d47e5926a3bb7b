import { errorOf, rootOf } from '../export/terminal/reading.js';
import { keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome } from '../model/span.js';

/** A cause quotes no more of what the log said. */
const LONGEST = 120;

/** Uuids, addresses and numbers: what differs between two failures of one cause. */
const OWN = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b|\b\d+(?:\.\d+)*\b/gi;

/** Why an action failed, in words that two failures of one cause share: what was raised, else what was logged, and in which phase. */
export function causeOf(trace: FinishedTrace, outcome: Outcome): string {
  const root = rootOf(trace);
  const type = root?.attributes[keys.errorType];
  const said = root === undefined ? undefined : errorOf(root);
  const raised = typeof type === 'string' && type !== '' ? type : (said ?? 'no reason logged').replace(OWN, '…');
  const text = raised.length > LONGEST ? `${raised.slice(0, LONGEST)}…` : raised;
  const words = outcome === 'failed' ? text : `${outcome}: ${text}`;
  // What fails at the same line: the part, before what it is a part of.
  const [failed] = trace.spans
    .filter((span) => span !== root && span.error !== undefined)
    .sort((a, b) => a.end - b.end || b.start - a.start || (a.name < b.name ? -1 : 1));
  return failed === undefined ? words : `${words} (in ${failed.name})`;
}
