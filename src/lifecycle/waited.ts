import { type Event, textOf } from './event.js';

/** The time-out in the text of the exception, and in nova's state of each event that it waited for. */
const WAITED = /(?:\bTimeout: |timed out after )(\d+(?:\.\d+)?) seconds/;

/**
 * How long (seconds) nova waited for an event before it gave up, by its line; undefined if the line does not state it.
 */
export function secondsWaited(event: Event): number | undefined {
  for (const field of ['cause', 'states']) {
    const found = WAITED.exec(textOf(event, field) ?? '')?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}
