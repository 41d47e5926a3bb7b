import { detailsOf, summaryOf } from '../export/sentence.js';
import { boundsOf, durationOf, errorOf, extentOf, isKnown, kindNameOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { verdictOf } from '../export/verdict.js';
import { phaseOf } from '../model/call.js';
import { type FinishedTrace, isError, outcomes } from '../model/span.js';
import { gatesOf } from './chain.js';
import type { Batch, Outline, PackedOutline, PackedPhase, PhaseRow } from './types.js';

/** The part of a trace kept unpacked: its row of the list, and its phases for the charts. */
export function outlineOf(trace: FinishedTrace): Outline {
  const root = rootOf(trace);
  const verdict = verdictOf(trace);
  const { start, end } = extentOf(trace);
  const outcome = outcomeOf(trace) ?? 'unknown';
  const error = root === undefined ? undefined : errorOf(root);
  const headline = summaryOf(trace);
  const gated = new Map<string, number>();
  for (const { step, own } of gatesOf(verdict, trace)) {
    // Equal adjacent spans share the time of their step.
    for (const { spanId } of step.spans) gated.set(spanId, (gated.get(spanId) ?? 0) + own / step.spans.length);
  }
  const phases = trace.spans
    .filter((span) => isKnown(span) && durationOf(span) > 0)
    .map(
      (span): PhaseRow => ({
        span: span.spanId,
        name: span === root ? span.name : phaseOf(span),
        service: span.service,
        host: span.host,
        at: round(span.start - start),
        ms: round(durationOf(span)),
        gated: round(gated.get(span.spanId) ?? 0),
      }),
    );
  return {
    id: trace.traceId,
    form: trace.form,
    action: kindNameOf(trace),
    outcome,
    isError: outcomes.some((one) => one === outcome && isError(one)),
    start: trace.spans.length === 0 ? boundsOf(trace).start : start,
    ms: round(end - start),
    host: (root ?? trace.spans[0])?.host ?? '',
    hosts: [...new Set(trace.spans.map(({ host }) => host))].sort(),
    instance: trace.instance,
    ...(trace.request !== undefined && { request: trace.request }),
    headline,
    why: detailsOf(trace, headline),
    ...(error !== undefined && { error }),
    spans: trace.spans.length,
    phases,
  };
}

/** Rounds to the microsecond, the resolution of times: floating-point noise would fill the page's memory. */
const round = (millis: number): number => Math.round(millis * 1000) / 1000;

/** Outlines for transfer: a name that thousands of phases share is sent once. */
export function batchOf(outlines: readonly Outline[]): Batch {
  const places = new Map<string, number>();
  const place = (name: string): number => {
    let at = places.get(name);
    if (at === undefined) places.set(name, (at = places.size));
    return at;
  };
  const packed = outlines.map(
    (outline): PackedOutline => ({
      ...outline,
      phases: outline.phases.map(
        ({ span, name, service, host, at, ms, gated }): PackedPhase => [span, place(name), place(service), place(host), at, ms, gated],
      ),
    }),
  );
  return { names: [...places.keys()], outlines: packed };
}
