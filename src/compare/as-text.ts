import type { Look, Paint } from '../export/terminal/look.js';
import { cut, tame, wrap } from '../export/terminal/text.js';
import { type Cell, type Document, type Table, type Tone, textOf, toneOf } from './document.js';

const GAP = '  ';
/** The minimum width of a column that may be cut (characters). */
const LEAST = 12;
/**
 * Spare columns are left out before others are cut to less than this fraction of the width, or this many characters.
 */
const [PART, READABLE] = [3, 24];

export function asText({ title, intro, sections }: Document, look: Look): string {
  const lines = [look.palette.bold(tame(title)), ...intro.flatMap((text) => paragraph(text, look))];
  for (const section of sections) {
    lines.push('', look.palette.bold(tame(section.title)));
    for (const text of section.paragraphs) lines.push(...paragraph(text, look));
    if (section.table !== undefined) lines.push(...tableLines(section.table, look));
    for (const text of section.after ?? []) lines.push(...paragraph(text, look));
  }
  return `${lines.join('\n')}\n`;
}

const paragraph = (text: string, { width }: Look): string[] => wrap('', tame(text).split(' '), Number.isFinite(width) ? width : 120);

function tableLines(table: Table, look: Look): string[] {
  const { columns, rows } = fitting(table, look.width);
  const cells = rows.map((row) => row.map((cell) => tame(textOf(cell))));
  const widths = widthsOf({ columns, rows });
  let over = totalOf(widths) - look.width;
  // Cut the widest column first.
  while (over > 0) {
    const elastic = columns.map((column, i) => (column.isElastic === true && widths[i]! > LEAST ? widths[i]! : 0));
    const widest = elastic.indexOf(Math.max(...elastic));
    if (elastic[widest] === 0) break;
    widths[widest]! -= 1;
    over -= 1;
  }
  const line = (row: readonly string[], paint: (i: number, text: string) => string): string =>
    columns
      .map(({ isNumber }, i) => {
        const text = cut(row[i] ?? '', widths[i]!, look);
        const painted = paint(i, text);
        const blank = ' '.repeat(widths[i]! - text.length);
        return isNumber === true ? blank + painted : painted + blank;
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ name }) => tame(name)),
    (_, text) => look.palette.dim(text),
  );
  return [head, ...cells.map((row, n) => line(row, (i, text) => painterOf(rows[n]?.[i], look)(text)))];
}

const widthsOf = ({ columns, rows }: Table): number[] =>
  columns.map(({ name }, i) => rows.reduce((width, row) => Math.max(width, tame(textOf(row[i] ?? '')).length), tame(name).length));

const totalOf = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));

/** Leaves out spare columns, the last first, as long as the table is too wide even with all other columns cut. */
function fitting(table: Table, width: number): Table {
  const least = totalOf(
    widthsOf(table).map((one, i) =>
      table.columns[i]?.isElastic === true ? Math.min(one, Math.max(READABLE, Math.floor(width / PART))) : one,
    ),
  );
  const spare = table.columns.findLastIndex(({ isSpare }) => isSpare === true);
  if (least <= width || spare === -1) return table;
  const without = <T>(all: readonly T[]): T[] => all.filter((_, i) => i !== spare);
  return fitting({ columns: without(table.columns), rows: table.rows.map(without) }, width);
}

function painterOf(cell: Cell | undefined, { palette }: Look): Paint {
  const tone: Tone | undefined = cell === undefined ? undefined : toneOf(cell);
  if (tone === undefined) return (text) => text;
  return { bad: palette.red, good: palette.green, dim: palette.dim }[tone];
}
