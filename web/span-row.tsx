import type { SpanRow } from '../src/view/types.js';
import { inTime } from './format.js';
import { shortHost } from './parts.js';

interface SpanProps {
  readonly row: SpanRow;
  readonly place: number;
  readonly isSelected: boolean;
  readonly isClosed: boolean;
  readonly canClose: boolean;
  readonly left: number;
  readonly width: number;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (id: string) => void;
}

/** Duration of a span, and how sure it is. No duration is shown unless lines show both ends. */
export function lengthOf({ ms, begins, ends }: Pick<SpanRow, 'ms' | 'begins' | 'ends'>): string {
  const open = [begins === 'unobserved' ? 'start' : '', ends === 'unobserved' ? 'end' : ''].filter((one) => one !== '');
  if (ms === 0) return open.length === 0 ? 'an instant' : `${open.join(' and ')} not logged`;
  return `${open.length > 0 ? '≥ ' : begins === 'derived' || ends === 'derived' ? '≈ ' : ''}${inTime(ms)}`;
}

/** A row of the waterfall: name and bar of a span. */
export function Span({ row, place, isSelected, isClosed, canClose, left, width, onSelect, onToggle }: SpanProps) {
  const isUnsure = row.begins === 'unobserved' || row.ends === 'unobserved';
  const right = left + width;
  const inSight = right > 0 && left < 100;
  const drawnLeft = Math.max(0, left);
  const drawnRight = Math.min(100, right);
  // The label is beside the bar, or in it if there is no room.
  const label = drawnRight <= 88 ? 'after' : drawnLeft > 24 ? 'before' : 'in';
  const look = [
    'wf-bar',
    row.error === undefined ? `p-${row.project}` : 'p-failed',
    isUnsure ? 'unsure' : '',
    row.gate === undefined ? '' : 'gating',
    row.ms === 0 ? 'instant' : '',
  ];
  const text = lengthOf(row);
  return (
    // biome-ignore lint/a11y: the grid has the keys
    <div
      role="row"
      id={`span-${row.id}`}
      class={`wf-row${isSelected ? ' selected' : ''}${row.gate === undefined ? '' : ' gates'}`}
      aria-rowindex={place + 2}
      aria-level={row.depth + 1}
      aria-selected={isSelected}
      {...(row.hasParts && { 'aria-expanded': !isClosed })}
      onClick={() => onSelect(row.id)}
    >
      <div
        role="gridcell"
        class="wf-name"
        title={`${row.name}${row.port === undefined ? '' : ` ${row.port}`} · ${row.service}@${row.host}`}
      >
        <span class="wf-indent" style={{ width: `${row.depth * 14}px` }} />
        {canClose ? (
          // biome-ignore lint/a11y: left and right do the same by keyboard
          <span
            class={`caret${isClosed ? ' closed' : ''}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row.id);
            }}
          >
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <path d="M1.5 3l3.5 4 3.5-4" />
            </svg>
          </span>
        ) : (
          <span class="caret" />
        )}
        <span class={`wf-label${row.error === undefined ? '' : ' bad-text'}`}>
          {row.name}
          {row.port !== undefined && <span class="dim">{` ${row.port}`}</span>}
        </span>
        {row.gate !== undefined && <span class="visually-hidden">, gated the end</span>}
        <span class="wf-who">
          {row.service}@{shortHost(row.host)}
        </span>
      </div>
      <div role="gridcell" class="wf-time">
        {inSight && (
          <>
            <span class={look.join(' ')} style={{ left: `${drawnLeft}%`, width: `${drawnRight - drawnLeft}%` }} />
            <span
              class={`wf-ms ${label}`}
              style={
                label === 'after'
                  ? { left: `calc(${drawnRight}% + 6px)` }
                  : { right: `calc(${100 - (label === 'in' ? drawnRight : drawnLeft)}% + 6px)` }
              }
            >
              {text}
            </span>
          </>
        )}
        {!inSight && <span class="wf-ms dim">{right <= 0 ? `← ${text}` : `${text} →`}</span>}
      </div>
    </div>
  );
}
