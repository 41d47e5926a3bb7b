import type { FinishedTrace } from '../model/span.js';
import { isoMicros } from './instant.js';

/** A trace as one line of plain JSON: as it is, with times in ISO 8601 (microseconds, UTC). What is not known is left out. */
export function toJson(trace: FinishedTrace): string {
  return JSON.stringify({
    ...trace,
    spans: trace.spans.map(({ start, end, events, ...span }) => ({
      ...span,
      start: isoMicros(start),
      end: isoMicros(end),
      events: events.map(({ at, ...event }) => ({ at: isoMicros(at), ...event })),
    })),
  });
}
