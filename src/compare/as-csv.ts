import { tame } from '../export/terminal/text.js';

/** A cell; undefined for an unknown value, which becomes empty. */
export type Field = string | number | undefined;

/** CSV by RFC 4180, except that lines end in `\n`. A text never becomes a formula in a spreadsheet. */
export function asCsv(head: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [head, ...rows].map((row) => `${row.map(fieldOf).join(',')}\n`).join('');
}

function fieldOf(field: Field): string {
  if (field === undefined || (typeof field === 'number' && !Number.isFinite(field))) return '';
  if (typeof field === 'number') return String(field);
  const text = tame(field).replace(/^[=+\-@]/, "'$&");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
