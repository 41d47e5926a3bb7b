import { useMemo, useRef, useState } from 'preact/hooks';
import type { Outline } from '../src/view/types.js';
import { type Group, type Point, Scatter } from './chart.js';
import { asInput, Filters } from './filters.js';
import { count, inTime, inUtc, quantile } from './format.js';
import { Outcome, shortHost } from './parts.js';
import { filtered, outlines, setParams, status, traceHref } from './state.js';
import { Rows, reveal, useRows } from './virtual.js';

const ROW = 36;
const HEAD = 34;

const GROUPS: readonly Group[] = [
  { name: 'succeeded', look: 'good', shape: 'dot' },
  { name: 'error', look: 'bad', shape: 'cross' },
  { name: 'other', look: 'open', shape: 'ring' },
];
const groupOf = ({ isError, outcome }: Outline): number => (isError ? 1 : outcome === 'succeeded' ? 0 : 2);

/** Page: the list of actions, and a chart of them over time. */
export function Actions() {
  const found = filtered.value;
  const points = useMemo(
    () =>
      found
        .filter(({ form }) => form !== 'network-ready')
        .map(
          (one): Point => ({
            at: one.start,
            ms: one.ms,
            group: groupOf(one),
            title: `${one.action} ${one.outcome} on ${shortHost(one.host)}`,
            href: traceHref(one.id),
          }),
        ),
    [found],
  );
  return (
    <>
      <Filters />
      <Summary found={found} />
      <section class="panel" aria-label="Actions over time">
        <div class="panel-head">
          <h2>Duration over time (UTC)</h2>
          <ul class="legend">
            {GROUPS.map(({ name, look, shape }) => (
              <li key={name} class={look}>
                <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                  <path
                    class={`points ${shape} ${look}`}
                    d={shape === 'dot' ? 'M6 6h0' : shape === 'ring' ? 'M3 6a3 3 0 1 0 6 0a3 3 0 1 0 -6 0' : 'M2.5 2.5l7 7m0 -7l-7 7'}
                  />
                </svg>
                {name}
              </li>
            ))}
          </ul>
          <span class="hint">click a dot to open it, drag to choose a time</span>
        </div>
        <Scatter
          label="Duration of actions over time"
          points={points}
          groups={GROUPS}
          height={170}
          onPeriod={(from, to) => setParams({ from: asInput(from), to: asInput(to + 999) })}
        />
      </section>
      <List found={found} />
    </>
  );
}

function Summary({ found }: { found: readonly Outline[] }) {
  const actions = found.filter(({ form }) => form === 'action');
  const errors = actions.filter(({ isError }) => isError).length;
  const times = actions
    .filter(({ outcome }) => outcome === 'succeeded')
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const parts = found.filter(({ form }) => form === 'fragment').length;
  const total = outlines.value.filter(({ form }) => form !== 'network-ready').length;
  const tiles: readonly (readonly [string, string, string?])[] = [
    [count(actions.length, 'action'), found.length === total ? 'in these logs' : `of ${total.toLocaleString('en')} found`],
    [
      errors.toLocaleString('en'),
      `did not succeed${actions.length > 0 ? ` (${((100 * errors) / actions.length).toFixed(1)} %)` : ''}`,
      errors > 0 ? 'bad' : '',
    ],
    ...(times.length > 0
      ? ([
          [inTime(quantile(times, 0.5)), 'median of those that succeeded'],
          [inTime(quantile(times, 0.95)), '95 % were faster'],
          [inTime(times.at(-1)!), 'the longest'],
        ] as const)
      : []),
    ...(parts > 0 ? ([[parts.toLocaleString('en'), 'parts without a root in these logs']] as const) : []),
  ];
  return (
    <dl class="tiles">
      {tiles.map(([value, name, look = '']) => (
        <div key={name} class={look}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Column = 'outcome' | 'action' | 'ms' | 'why' | 'host' | 'start' | 'instance';
const COLUMNS: readonly (readonly [Column, string])[] = [
  ['outcome', 'Outcome'],
  ['action', 'Action'],
  ['ms', 'Duration'],
  ['why', 'Why'],
  ['host', 'Host'],
  ['start', 'Began (UTC)'],
  ['instance', 'Instance'],
];

type Sort = readonly [Column, 1 | -1];

/** Times and durations sort with the largest first. */
const firstSign = (column: Column): 1 | -1 => (column === 'ms' || column === 'start' ? -1 : 1);

function sorted(found: readonly Outline[], [column, sign]: Sort): readonly Outline[] {
  return [...found].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    return sign * (x < y ? -1 : x > y ? 1 : 0) || b.start - a.start;
  });
}

/** Duration of a full bar. A limit, because one hang of an hour would shrink all other bars to nothing. */
function fullBar(rows: readonly Outline[]): number {
  const times = rows.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.max(1, quantile(times, 0.95) || 1);
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  j: 1,
  k: -1,
  PageDown: 12,
  PageUp: -12,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Keys that move the focus between rows. */
const keysOf =
  (box: { readonly current: HTMLDivElement | null }, count: number) =>
  (event: KeyboardEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target.dataset['place'] : undefined;
    const by = MOVES[event.key];
    if (at === undefined || by === undefined) return;
    event.preventDefault();
    const to = Math.min(count - 1, Math.max(0, Number(at) + by));
    reveal(box.current, to, ROW, HEAD);
    // A row outside the view is drawn with the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-place="${to}"]`)?.focus()));
  };

function List({ found }: { found: readonly Outline[] }) {
  const [sort, setSort] = useState<Sort>(['start', -1]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => sorted(found, sort), [found, sort]);
  const longest = useMemo(() => fullBar(rows), [rows]);
  const { first, last } = useRows(box, rows.length, ROW);
  if (found.length === 0) return <Empty />;
  return (
    <div class="list" ref={box} role="table" aria-label="Actions" aria-rowcount={rows.length + 1} onKeyDown={keysOf(box, rows.length)}>
      <Head sort={sort} onSort={setSort} />
      <Rows first={first} total={rows.length} height={ROW}>
        {rows.slice(first, last).map((one, i) => (
          <Row key={one.id} one={one} place={first + i} longest={longest} />
        ))}
      </Rows>
    </div>
  );
}

function Empty() {
  const state = status.value?.state;
  const isReading = state === 'reading' || state === undefined;
  const why = isReading ? 'Reading the logs …' : 'There is no action in these logs yet.';
  return <p class="empty">{outlines.value.length > 0 ? 'No action passes these filters.' : why}</p>;
}

function Head({ sort: [by, sign], onSort }: { readonly sort: Sort; readonly onSort: (sort: Sort) => void }) {
  return (
    <div role="rowgroup" class="list-head">
      <div role="row" class="row" aria-rowindex={1}>
        {COLUMNS.map(([column, title]) => (
          <div
            key={column}
            role="columnheader"
            class={`c-${column}`}
            aria-sort={by !== column ? 'none' : sign > 0 ? 'ascending' : 'descending'}
          >
            <button type="button" onClick={() => onSort([column, by === column ? (sign === 1 ? -1 : 1) : firstSign(column)])}>
              {title}
              <span aria-hidden="true">{by !== column ? '' : sign > 0 ? ' ▲' : ' ▼'}</span>
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly one: Outline;
  /** index among all rows */
  readonly place: number;
  readonly longest: number;
}

function Row({ one, place, longest }: RowProps) {
  const onClick = (event: MouseEvent): void => {
    if (!(event.target instanceof HTMLAnchorElement)) location.hash = traceHref(one.id).slice(1);
  };
  return (
    // biome-ignore lint/a11y: the link in the row does the same by keyboard
    <div role="row" class="row" aria-rowindex={place + 2} onClick={onClick}>
      <div role="cell" class="c-outcome">
        {one.form === 'network-ready' ? <span class="dim">follow-up</span> : <Outcome outcome={one.outcome} isError={one.isError} />}
      </div>
      <div role="cell" class="c-action">
        <a href={traceHref(one.id)} data-place={place}>
          {one.action}
        </a>
      </div>
      <div role="cell" class="c-ms">
        <span class="spark" aria-hidden="true">
          <i style={{ width: `${Math.min(100, Math.max(1, (100 * one.ms) / longest))}%` }} class={one.isError ? 'bad' : ''} />
        </span>
        <span class="amount">{inTime(one.ms)}</span>
      </div>
      <div role="cell" class="c-why" title={one.headline}>
        {one.why}
      </div>
      <div role="cell" class="c-host" title={one.host}>
        {shortHost(one.host)}
      </div>
      <div role="cell" class="c-start">
        <span class="c-date">{inUtc(one.start).slice(0, 11)}</span>
        {inUtc(one.start).slice(11)}
      </div>
      <div role="cell" class="c-instance mono" title={one.instance}>
        {one.instance.slice(0, 8)}
      </div>
    </div>
  );
}
