import type { Fields } from './define.js';
import type { FieldValue } from './scan.js';
import type { tables } from './tables.js';

export type { FieldValue, Vif } from './scan.js';

type MessagesOfAll = (typeof tables)[number]['messages'];
type KindsOf<M> = M extends unknown ? keyof M & string : never;
type SpecOf<M, Kind extends string> = M extends { readonly [K in Kind]: infer Spec } ? Spec : never;

/** All kinds of events, derived from the tables: a misspelt kind does not compile. */
export type EventKind = KindsOf<MessagesOfAll>;

/** The content of a line that the catalogue knows. */
export interface Announcement {
  readonly kind: EventKind;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** upstream's wording with the captured values; dumps and secrets are replaced by `…`; no other text is exported */
  readonly text: string;
}

/** The fields of one kind, derived from its wordings: those of one wording or of another. */
export type FieldsOf<Kind extends EventKind> =
  SpecOf<MessagesOfAll, Kind> extends { readonly says: readonly (infer Wording extends string)[] } ? Fields<Wording> : never;
