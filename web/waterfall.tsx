import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SpanRow, TracePage } from '../src/view/types.js';
import { inShort, ticks } from './format.js';
import { Span } from './span-row.js';
import { Rows, reveal, useRows } from './virtual.js';

const ROW = 26;
const HEAD = 30;

interface Shown {
  readonly row: SpanRow;
  /** index among all rows */
  readonly place: number;
}

interface WaterfallProps {
  readonly page: TracePage;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** A collapsed API call that gated nothing: an action has dozens. */
const isAside = ({ isRequest, gate, hasParts, error }: SpanRow): boolean =>
  isRequest && gate === undefined && !hasParts && error === undefined;

interface Choice {
  readonly closed: ReadonlySet<string>;
  readonly isGatingOnly: boolean;
  readonly withRequests: boolean;
  /** always shown */
  readonly selected: string | undefined;
}

/** Rows that are not inside a collapsed row. */
function visible(rows: readonly SpanRow[], { closed, isGatingOnly, withRequests, selected }: Choice): Shown[] {
  const shown: Shown[] = [];
  let hiddenBelow = Number.POSITIVE_INFINITY;
  for (const [place, row] of rows.entries()) {
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = Number.POSITIVE_INFINITY;
    if (!isGatingOnly && row.hasParts && closed.has(row.id)) hiddenBelow = row.depth;
    if (row.id === selected || (isGatingOnly ? row.gate !== undefined : withRequests || !isAside(row))) shown.push({ row, place });
  }
  return shown;
}

type Period = readonly [number, number];

/** Share of the shown time, in percent. */
const shareIn =
  ([from, to]: Period) =>
  (time: number): number =>
    ((time - from) / lengthOf([from, to])) * 100;

const lengthOf = ([from, to]: Period): number => Math.max(to - from, 0.001);

/** State of the view of a trace, and its changes. */
function useShown({ page, selected }: WaterfallProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [isGatingOnly, setGatingOnly] = useState(false);
  const [withRequests, setWithRequests] = useState(false);
  const [zoom, setZoom] = useState<Period>([page.from, page.to]);
  const rows = useMemo(
    () => visible(page.rows, { closed, isGatingOnly, withRequests, selected }),
    [page, closed, isGatingOnly, withRequests, selected],
  );
  const toggle = (id: string, isClosed = !closed.has(id)): void => {
    const next = new Set(closed);
    if (isClosed) next.add(id);
    else next.delete(id);
    setClosed(next);
  };
  const zoomTo = (row: SpanRow | undefined): void => {
    if (row === undefined || row.ms === 0) return;
    const room = row.ms * 0.1;
    setZoom([Math.max(page.from, row.start - room), Math.min(page.to, row.start + row.ms + room)]);
  };
  const zoomOut = (): void => setZoom([page.from, page.to]);
  return { rows, closed, setClosed, toggle, isGatingOnly, setGatingOnly, withRequests, setWithRequests, zoom, setZoom, zoomTo, zoomOut };
}

type View = ReturnType<typeof useShown>;

/** The step that a key makes among the rows; undefined for other keys. */
const stepOf = (key: string, at: number, count: number): number | undefined =>
  ({ ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, PageDown: at + 15, PageUp: at - 15, Home: 0, End: count - 1 })[key];

/** Keys of the grid. @param at index of the selected row, or -1 */
function keysOf({ rows, closed, toggle, isGatingOnly, setGatingOnly, zoomTo, zoomOut }: View, at: number, onSelect: (id: string) => void) {
  const select = (place: number): void => {
    const found = rows[Math.min(rows.length - 1, Math.max(0, place))];
    if (found !== undefined) onSelect(found.row.id);
  };
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const current = rows[at];
    const step = stepOf(event.key, at, rows.length);
    if (step !== undefined) select(step);
    else if (event.key === 'ArrowRight' && current !== undefined) {
      if (current.row.hasParts && closed.has(current.row.id)) toggle(current.row.id, false);
      else if (current.row.hasParts) select(at + 1);
    } else if (event.key === 'ArrowLeft' && current !== undefined) {
      if (current.row.hasParts && !closed.has(current.row.id) && !isGatingOnly) toggle(current.row.id, true);
      else select(rows.findLastIndex(({ row }, i) => i < at && row.depth < current.row.depth));
    } else if (event.key === 'z') zoomTo(current?.row);
    else if (event.key === '0') zoomOut();
    else if (event.key === 'g') setGatingOnly(!isGatingOnly);
    else return;
    event.preventDefault();
  };
}

export function Waterfall(props: WaterfallProps) {
  const { page, selected, onSelect } = props;
  const view = useShown(props);
  const { rows, closed, toggle, isGatingOnly, zoom } = view;
  const box = useRef<HTMLDivElement>(null);
  const { first, last } = useRows(box, rows.length, ROW);
  const at = rows.findIndex(({ row }) => row.id === selected);
  const share = shareIn(zoom);
  const marks = ticks(zoom[0] - page.start, zoom[1] - page.start, 7).filter((ms) => share(ms + page.start) > 2);

  // A span chosen by a link or in the chain is scrolled into view.
  useEffect(() => {
    if (at >= 0) reveal(box.current, at, ROW, HEAD);
  }, [selected]);

  return (
    <section class="panel waterfall" aria-label="Waterfall">
      <Choices page={page} view={view} />
      <div
        class="grid-box"
        ref={box}
        role="treegrid"
        tabIndex={0}
        aria-label="Spans: arrow keys move, left and right close and open, z zooms, 0 shows the whole time, g shows only what gated"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= first && at < last ? `span-${selected}` : undefined}
        onKeyDown={keysOf(view, at, onSelect)}
      >
        <Times page={page} view={view} marks={marks} />
        <div class="wf-lines" aria-hidden="true" style={{ height: `${rows.length * ROW}px` }}>
          <span
            class="wf-root"
            style={{ left: `${Math.max(0, share(page.start))}%`, right: `${Math.max(0, 100 - share(page.start + page.ms))}%` }}
          />
          {marks.map((ms) => (
            <i key={ms} style={{ left: `${share(ms + page.start)}%` }} />
          ))}
        </div>
        <Rows first={first} total={rows.length} height={ROW}>
          {rows.slice(first, last).map(({ row }, i) => (
            <Span
              key={row.id}
              row={row}
              place={first + i}
              isSelected={row.id === selected}
              isClosed={closed.has(row.id)}
              canClose={row.hasParts && !isGatingOnly}
              left={share(row.start)}
              width={(row.ms / lengthOf(zoom)) * 100}
              onSelect={onSelect}
              onToggle={toggle}
            />
          ))}
        </Rows>
      </div>
      <Legend />
    </section>
  );
}

/** Controls: which rows are shown. */
function Choices({ page, view }: { readonly page: TracePage; readonly view: View }) {
  const { closed, setClosed, isGatingOnly, setGatingOnly, withRequests, setWithRequests, zoom, zoomOut } = view;
  const asides = page.rows.filter(isAside).length;
  const gating = page.rows.filter(({ gate }) => gate !== undefined).length;
  const foldAll = (): void => {
    const parents = page.rows.filter(({ hasParts, depth }) => hasParts && depth > 0).map(({ id }) => id);
    setClosed(closed.size > 0 ? new Set() : new Set(parents));
  };
  return (
    <div class="panel-head">
      <h2>Waterfall</h2>
      <label class="check">
        <input type="checkbox" checked={isGatingOnly} onChange={() => setGatingOnly(!isGatingOnly)} />
        only what gated the end ({gating})
      </label>
      {asides > 0 && (
        <label class="check">
          <input type="checkbox" checked={withRequests} disabled={isGatingOnly} onChange={() => setWithRequests(!withRequests)} />
          other API requests ({asides})
        </label>
      )}
      <button type="button" class="quiet" disabled={isGatingOnly} onClick={foldAll}>
        {closed.size > 0 ? 'Unfold all' : 'Fold all'}
      </button>
      <button type="button" class="quiet" disabled={zoom[0] === page.from && zoom[1] === page.to} onClick={zoomOut}>
        Whole time
      </button>
      <span class="hint">drag over the times to zoom</span>
    </div>
  );
}

interface TimesProps {
  readonly page: TracePage;
  readonly view: View;
  /** ms from the start of the trace */
  readonly marks: readonly number[];
}

/** Head of the grid: the time axis; a drag zooms. */
function Times({ page, view: { rows, zoom, setZoom }, marks }: TimesProps) {
  const [brush, setBrush] = useState<Period | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const share = shareIn(zoom);
  /** Time under the pointer, on the axis. */
  const timeOf = (event: PointerEvent): number => {
    const area = (event.currentTarget as Element).getBoundingClientRect();
    return zoom[0] + Math.min(1, Math.max(0, (event.clientX - area.left) / area.width)) * lengthOf(zoom);
  };
  return (
    <div role="rowgroup" class="grid-head">
      <div role="row" class="wf-row" aria-rowindex={1}>
        <div role="columnheader" class="wf-name">
          {rows.length} {rows.length === 1 ? 'span' : 'spans'}
        </div>
        <div
          role="columnheader"
          class="wf-time"
          aria-label="time from the start"
          onPointerDown={(event) => {
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = timeOf(event);
          }}
          onPointerMove={(event) => {
            if (drag.current === undefined) return;
            const now = timeOf(event);
            setBrush([Math.min(drag.current, now), Math.max(drag.current, now)]);
          }}
          onPointerUp={() => {
            drag.current = undefined;
            if (brush !== undefined && share(brush[1]) - share(brush[0]) > 0.5) setZoom(brush);
            setBrush(undefined);
          }}
        >
          {marks.map((ms) => (
            <span key={ms} class="wf-tick" style={{ left: `${share(ms + page.start)}%` }}>
              {inShort(ms)}
            </span>
          ))}
          {brush !== undefined && (
            <span class="wf-brush" style={{ left: `${share(brush[0])}%`, width: `${share(brush[1]) - share(brush[0])}%` }} />
          )}
        </div>
      </div>
    </div>
  );
}

const KEYS: readonly (readonly [look: string, meaning: string])[] = [
  ['gating', 'gated the end'],
  ['p-nova', 'nova'],
  ['p-neutron', 'neutron'],
  ['p-ovn', 'OVS and OVN'],
  ['p-other', 'others'],
  ['p-nova unsure', 'an end is not in the logs'],
  ['p-failed', 'failed'],
];

function Legend() {
  return (
    <ul class="legend below">
      {KEYS.map(([look, meaning]) => (
        <li key={look}>
          <i class={`key ${look}`} /> {meaning}
        </li>
      ))}
    </ul>
  );
}
