import type { MessageSpec, Traits } from './define.js';
import type { EventKind } from './event.js';
import { tables } from './tables.js';

export type { Traits } from './define.js';

const NONE: Traits = {};

const byKind: ReadonlyMap<string, Traits> = new Map(tables.flatMap(({ messages }) => Object.entries<MessageSpec>(messages)));

/** What the tables say of a kind. Kinds that users add have no traits. */
export const traitsOf = (kind: EventKind): Traits => byKind.get(kind) ?? NONE;

/** All kinds with traits that fit. */
export const kindsWith = (fits: (traits: Traits) => boolean): readonly EventKind[] =>
  [...byKind].filter(([, traits]) => fits(traits)).map(([kind]) => kind as EventKind);

/** The locks that nova-compute's function holds for a whole action, and so name it. */
export const isActionLock = ({ lock }: Traits): boolean => lock?.of === 'instance' || lock?.of === 'interface';
