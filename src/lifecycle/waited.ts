import { type Event, textOf } from './event.js';

/** The exception of a wait that timed out, and what nova says of each event that it waited for. */
const WAITED = /(?:\bTimeout: |timed out after )(\d+(?:\.\d+)?) seconds/;

/** How many seconds nova had waited for an event when it gave up, as its line says. */
export function secondsWaited(event: Event): number | undefined {
  for (const field of ['cause', 'states']) {
    const found = WAITED.exec(textOf(event, field) ?? '')?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}
