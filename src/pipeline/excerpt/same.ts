import { keys } from '../../model/attributes.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';

/** What an excerpt must leave as it is: which spans there are, of which services, when they begin and end, and how they ended. */
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

/** What differs between the traces of the logs and those of the excerpt, one line each; nothing where they are the same. */
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

/** Those of a sorted list that another has not, or not as often. */
function lacking(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those];
  return these.filter((text) => {
    const at = left.indexOf(text);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
