import type { MessageSpec, Traits } from './define.js';
import type { EventKind } from './event.js';
import { tables } from './tables.js';

export type { Traits } from './define.js';

const NONE: Traits = {};

const byKind: ReadonlyMap<string, Traits> = new Map(tables.flatMap(({ messages }) => Object.entries<MessageSpec>(messages)));

/** The traits of a kind. Kinds that users add have none. */
export const traitsOf = (kind: EventKind): Traits => byKind.get(kind) ?? NONE;

/** All kinds whose traits fulfil a condition. */
export const kindsWith = (fits: (traits: Traits) => boolean): readonly EventKind[] =>
  [...byKind].filter(([, traits]) => fits(traits)).map(([kind]) => kind as EventKind);

/** Whether a lock is one that a function of nova-compute holds for a whole action. Such a lock names the action. */
export const isActionLock = ({ lock }: Traits): boolean => lock?.of === 'instance' || lock?.of === 'interface';
