import type { ComponentChildren } from 'preact';
import { inTime, quantile } from './format.js';

/** Durations, and further columns of their row. */
interface TimesRow {
  readonly key: string;
  readonly head: ComponentChildren;
  readonly isSelected?: boolean;
  /** cells of the further columns, in order */
  readonly more?: readonly ComponentChildren[];
  /** in milliseconds, sorted */
  readonly times: readonly number[];
}

/** A table of durations. @param more names of the columns before the numbers */
export function Times({ label, head, more = [], rows }: TimesProps) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table class="blame">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {[...more, 'n', 'Median', 'p95', 'Longest'].map((name) => (
              <th key={name} scope="col" class="n">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} class={row.isSelected === true ? 'selected' : ''}>
              <th scope="row">{row.head}</th>
              {[
                ...(row.more ?? []),
                row.times.length.toLocaleString('en'),
                inTime(quantile(row.times, 0.5)),
                inTime(quantile(row.times, 0.95)),
                inTime(row.times.at(-1)!),
              ].map((cell, i) => (
                <td key={i} class="n">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TimesProps {
  readonly label: string;
  readonly head: string;
  readonly more?: readonly string[];
  readonly rows: readonly TimesRow[];
}
