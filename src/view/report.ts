import { version } from '../export/version.js';
import type { FinishedTrace } from '../model/span.js';
import { pageOf } from './detail.js';
import { reportOf } from './document.js';
import { batchOf } from './outline.js';
import { TraceStore } from './store.js';
import type { TracePage } from './types.js';

/** Traces as one self-contained HTML file, piece by piece. */
export function* htmlReport(traces: readonly FinishedTrace[]): Generator<string> {
  const store = new TraceStore({ traces: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY });
  // Several traces of one action are merged into one page.
  for (const trace of traces) store.add(trace);
  const outlines = store.outlines();
  const status = { state: 'done', read: 0, total: 0, dropped: 0, version } as const;
  yield* reportOf({ status, batch: batchOf(outlines) }, pagesIn(store, outlines));
}

function* pagesIn(store: TraceStore, outlines: readonly { readonly id: string }[]): Generator<TracePage> {
  for (const { id } of outlines) {
    const trace = store.get(id);
    if (trace !== undefined) yield pageOf(trace);
  }
}
