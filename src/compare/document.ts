/** What a page shows, before it is text, Markdown or HTML. All texts are as they are: each form escapes them in its own way. */
export interface Document {
  readonly title: string;
  readonly intro: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly table?: Table;
  /** below the table */
  readonly after?: readonly string[];
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
  /** may be cut where a terminal is narrow */
  readonly isElastic?: boolean;
  /** is left out where a terminal is too narrow for all of them */
  readonly isSpare?: boolean;
}

export type Tone = 'bad' | 'good' | 'dim';
export type Cell = string | { readonly text: string; readonly tone: Tone };

export const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
export const toneOf = (cell: Cell): Tone | undefined => (typeof cell === 'string' ? undefined : cell.tone);
