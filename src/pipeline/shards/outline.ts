import { rootOf } from '../../export/terminal/reading.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';

/** The facts of an encoded trace that are needed to choose and count it: ids, root, hosts, start and end. */
export function outlineOf(trace: FinishedTrace): FinishedTrace {
  const root = rootOf(trace);
  const hosts = new Map<string, SpanData>();
  for (const span of trace.spans) {
    if (span === root) continue;
    const known = hosts.get(span.host);
    const start = Math.min(span.start, known?.start ?? span.start);
    const end = Math.max(span.end, known?.end ?? span.end);
    hosts.set(span.host, { ...(known ?? { ...span, attributes: {}, events: [], links: [] }), start, end });
  }
  return { ...trace, spans: [...(root === undefined ? [] : [{ ...root, events: [] }]), ...hosts.values()] };
}
