import type { Fields } from './define.js';
import type { FieldValue } from './scan.js';
import type { tables } from './tables.js';

export type { FieldValue, Vif } from './scan.js';

type MessagesOfAll = (typeof tables)[number]['messages'];
type KindsOf<M> = M extends unknown ? keyof M & string : never;
type SpecOf<M, Kind extends string> = M extends { readonly [K in Kind]: infer Spec } ? Spec : never;

/** Every kind of event, read off the tables: a misspelt kind does not compile. */
export type EventKind = KindsOf<MessagesOfAll>;

/** What a line says. */
export interface Announcement {
  readonly kind: EventKind;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** upstream's wording with what was captured; dumps and secrets are shown as `…`. No other text leaves the process. */
  readonly text: string;
}

/** The fields of one kind, read off its wordings: those of one wording or of another. */
export type FieldsOf<Kind extends EventKind> =
  SpecOf<MessagesOfAll, Kind> extends { readonly says: readonly (infer Wording extends string)[] } ? Fields<Wording> : never;
