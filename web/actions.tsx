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

/** The list of actions, and all of them over time. */
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

function List({ found }: { found: readonly Outline[] }) {
  const [sort, setSort] = useState<readonly [Column, 1 | -1]>(['start', -1]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const [column, sign] = sort;
    return [...found].sort((a, b) => {
      const [x, y] = [a[column], b[column]];
      return sign * (x < y ? -1 : x > y ? 1 : 0) || b.start - a.start;
    });
  }, [found, sort]);
  // One hang of an hour would leave no bar for the others.
  const longest = useMemo(
    () =>
      Math.max(
        1,
        quantile(
          rows.map(({ ms }) => ms).sort((a, b) => a - b),
          0.95,
        ) || 1,
      ),
    [rows],
  );
  const { first, last } = useRows(box, rows.length, ROW);
  const state = status.value?.state;

  const focusRow = (place: number): void => {
    const to = Math.min(rows.length - 1, Math.max(0, place));
    reveal(box.current, to, ROW, HEAD);
    // The row is drawn with the next frame where it was out of sight.
    requestAnimationFrame(() => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-place="${to}"]`)?.focus()));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target.dataset['place'] : undefined;
    if (at === undefined) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      j: 1,
      k: -1,
      PageDown: 12,
      PageUp: -12,
      Home: -rows.length,
      End: rows.length,
    };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    focusRow(Number(at) + by);
  };

  if (found.length === 0) {
    const isReading = state === 'reading' || state === undefined;
    return (
      <p class="empty">
        {outlines.value.length > 0
          ? 'No action passes these filters.'
          : isReading
            ? 'Reading the logs …'
            : 'There is no action in these logs yet.'}
      </p>
    );
  }
  return (
    <div class="list" ref={box} role="table" aria-label="Actions" aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
      <div role="rowgroup" class="list-head">
        <div role="row" class="row" aria-rowindex={1}>
          {COLUMNS.map(([column, title]) => (
            <div
              key={column}
              role="columnheader"
              class={`c-${column}`}
              aria-sort={sort[0] !== column ? 'none' : sort[1] > 0 ? 'ascending' : 'descending'}
            >
              <button
                type="button"
                onClick={() =>
                  setSort([column, sort[0] === column ? (sort[1] === 1 ? -1 : 1) : column === 'ms' || column === 'start' ? -1 : 1])
                }
              >
                {title}
                <span aria-hidden="true">{sort[0] !== column ? '' : sort[1] > 0 ? ' ▲' : ' ▼'}</span>
              </button>
            </div>
          ))}
        </div>
      </div>
      <Rows first={first} total={rows.length} height={ROW}>
        {rows.slice(first, last).map((one, i) => (
          // biome-ignore lint/a11y: the link in the row does the same by keyboard
          <div
            key={one.id}
            role="row"
            class="row"
            aria-rowindex={first + i + 2}
            onClick={(event) => {
              if (!(event.target instanceof HTMLAnchorElement)) location.hash = traceHref(one.id).slice(1);
            }}
          >
            <div role="cell" class="c-outcome">
              {one.form === 'network-ready' ? <span class="dim">follow-up</span> : <Outcome outcome={one.outcome} isError={one.isError} />}
            </div>
            <div role="cell" class="c-action">
              <a href={traceHref(one.id)} data-place={first + i}>
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
        ))}
      </Rows>
    </div>
  );
}
