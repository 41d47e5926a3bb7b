import { keys } from '../../model/attributes.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';

/** The facts of a span that an excerpt must keep: service, name, parent, start, end and outcome. */
function spanText(span: SpanData, names: ReadonlyMap<string, string>): string {
  const parent = span.parentSpanId === undefined ? '' : ` in ${names.get(span.parentSpanId) ?? 'another trace'}`;
  const outcome = span.attributes[keys.outcome];
  const ended = outcome === undefined ? (span.error === undefined ? '' : ' failed') : ` ${String(outcome)}`;
  return `${span.service} ${span.name}${parent}: ${timeOf(span.start)} to ${timeOf(span.end)}${ended}`;
}

const timeOf = (at: number): string => new Date(at).toISOString();

function textsOf(trace: FinishedTrace | undefined): string[] {
  const names = new Map(trace?.spans.map(({ spanId, name }) => [spanId, name]));
  return trace?.spans.map((span) => spanText(span, names)) ?? [];
}

/** Differences between the traces of the logs and those of the excerpt, one line each. */
export function differences(expected: readonly FinishedTrace[], found: readonly FinishedTrace[]): string[] {
  // An attempt that was handed back has the trace id of its action.
  const byKey = grouped(found);
  return [...grouped(expected)].flatMap(([key, traces]) => {
    const before = traces.flatMap(textsOf).sort();
    const after = (byKey.get(key) ?? []).flatMap(textsOf).sort();
    return [...lacking(before, after).map((text) => `missing: ${text}`), ...lacking(after, before).map((text) => `instead: ${text}`)];
  });
}

function grouped(traces: readonly FinishedTrace[]): Map<string, FinishedTrace[]> {
  const groups = new Map<string, FinishedTrace[]>();
  for (const trace of traces) groups.set(trace.traceId, [...(groups.get(trace.traceId) ?? []), trace]);
  return groups;
}

/** Items of a sorted list that another list lacks, counting repeats. */
function lacking(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those];
  return these.filter((text) => {
    const at = left.indexOf(text);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
