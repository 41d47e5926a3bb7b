/** The content of a page, for text, Markdown or HTML. No text is escaped: each output escapes it in its own way. */
export interface Document {
  readonly title: string;
  readonly intro: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly table?: Table;
  /** paragraphs below the table */
  readonly after?: readonly string[];
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
  /** may be cut on a narrow terminal */
  readonly isElastic?: boolean;
  /** left out on a terminal that is too narrow for all columns */
  readonly isSpare?: boolean;
}

export type Tone = 'bad' | 'good' | 'dim';
export type Cell = string | { readonly text: string; readonly tone: Tone };

export const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
export const toneOf = (cell: Cell): Tone | undefined => (typeof cell === 'string' ? undefined : cell.tone);
