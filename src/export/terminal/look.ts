/** The colours of picocolors that the views use. A parameter, so that pipes, files and tests get plain text. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
  readonly cyan: Paint;
}
export type Paint = (text: string) => string;

/** The characters beyond ASCII that views use. A terminal without UTF-8 gets replacements of the same width. */
export interface Glyphs {
  /** time of a span with both ends in the logs */
  readonly solid: string;
  /** time of a span with a derived or unobserved end */
  readonly hazy: string;
  /** the rest of the root's time */
  readonly track: string;
  readonly branch: string;
  /** for a row with another below it at its level */
  readonly fork: string;
  /** for a level above that continues below */
  readonly trunk: string;
  readonly ellipsis: string;
  /** before the number of similar spans in a row */
  readonly times: string;
  /** beside a row that gated the end */
  readonly gate: string;
}

/** The settings for drawing a view. */
export interface Look {
  /** in columns; Infinity if nothing may be cut, as in a pipe */
  readonly width: number;
  readonly palette: Palette;
  readonly glyphs: Glyphs;
}

const asIs: Paint = (text) => text;

export const plain: Palette = { bold: asIs, dim: asIs, red: asIs, green: asIs, yellow: asIs, blue: asIs, magenta: asIs, cyan: asIs };

export const unicode: Glyphs = {
  solid: '█',
  hazy: '░',
  track: '─',
  branch: '└',
  fork: '├',
  trunk: '│',
  ellipsis: '…',
  times: '×',
  gate: '▸',
};

export const ascii: Glyphs = {
  solid: '#',
  hazy: '.',
  track: '-',
  branch: '`',
  fork: '|',
  trunk: '|',
  ellipsis: '>',
  times: 'x',
  gate: '>',
};
