import type { Millis } from '../model/line.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { isoMicros, micros } from './instant.js';
import { extentOf, isUnmeasured, outcomeOf } from './terminal/reading.js';

/**
 * A trace as one line of plain JSON: the fields of `FinishedTrace`, with times in ISO 8601 (microseconds, UTC). Unknown
 * values are left out. For programs such as jq the times are repeated as numbers: `durationSeconds` (null for a span
 * whose duration the logs do not show), and seconds since 1970 in `…Epoch`.
 */
export function toJson(trace: FinishedTrace): string {
  const { spans, ...rest } = trace;
  return JSON.stringify({
    ...rest,
    outcome: outcomeOf(trace),
    ...numbersOf(extentOf(trace)),
    spans: spans.map(spanOf),
  });
}

function spanOf(span: SpanData) {
  const { start, end, events, ...rest } = span;
  return {
    ...rest,
    start: isoMicros(start),
    end: isoMicros(end),
    ...numbersOf(span),
    ...(isUnmeasured(span) && { durationSeconds: null }),
    events: events.map(({ at, ...event }) => ({ at: isoMicros(at), atEpoch: inSeconds(micros(at)), ...event })),
  };
}

function numbersOf({ start, end }: { readonly start: Millis; readonly end: Millis }) {
  const from = micros(start);
  const to = micros(end);
  return { startEpoch: inSeconds(from), endEpoch: inSeconds(to), durationSeconds: inSeconds(to - from) };
}

/** Microseconds in seconds. A single division of whole numbers gives at most six decimals. */
const inSeconds = (us: number): number => us / 1_000_000;
