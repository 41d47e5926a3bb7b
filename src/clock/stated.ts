import type { Millis } from '../model/line.js';

/** `Emitting event <LifecycleEvent: 1795226212.14, …`: epoch seconds, in DEBUG lines of nova. */
const EPOCH = /<LifecycleEvent: (\d{10}(?:\.\d+)?),/;
/** `'updated_at': '2026-11-21T02:24:21Z'`: neutron prints its rows in UTC. */
const UTC_STAMP = /_at': '(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'/g;

/** UTC time that a message states about a moment just before the line. */
export function statedIn(logger: string, message: string): Millis | undefined {
  if (logger.startsWith('nova.virt')) {
    const epoch = message.includes('<LifecycleEvent: ') ? EPOCH.exec(message)?.[1] : undefined;
    return epoch === undefined ? undefined : Number(epoch) * 1000;
  }
  if (!logger.startsWith('ovsdbapp') || !message.includes("updated_at': '")) return undefined;
  // A port is checked as soon as it has changed: its newest stamp is hardly older than the line.
  const newest = Math.max(...[...message.matchAll(UTC_STAMP)].map(([, stamp]) => Date.parse(stamp!)));
  return Number.isFinite(newest) ? newest : undefined;
}
