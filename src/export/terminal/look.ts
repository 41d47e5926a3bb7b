/** The part of picocolors that the views use. Handed in, so that pipes, files and tests get plain text. */
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

/** The few characters beyond ASCII; a terminal whose locale is not UTF-8 gets stand-ins of the same width. */
export interface Glyphs {
  /** a span's time, both ends of which are in the logs */
  readonly solid: string;
  /** a span's time, an end of which is derived or was not seen */
  readonly hazy: string;
  /** the rest of the root's time */
  readonly track: string;
  readonly branch: string;
  /** of one that has another below it */
  readonly fork: string;
  /** past one of the levels above, which goes on below */
  readonly trunk: string;
  readonly ellipsis: string;
  /** before how many like spans share a row */
  readonly times: string;
  /** beside a row that gated the end */
  readonly gate: string;
}

/** How a view is drawn. */
export interface Look {
  /** columns; Infinity where nothing is to be cut, such as a table in a pipe */
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
