import type { EventKind } from '../catalogue/event.js';
import { messagesOf } from '../catalogue/index.js';
import type { Millis } from '../model/line.js';
import type { ActionName, ActionSpec } from './define.js';
import type { Event } from './event.js';
import { actions } from './name.js';

/** An action that unnamed lines may belong to, and the line that would name it. */
export interface Possible {
  readonly action: ActionName;
  /**
   * the wording of nova-compute's line; undefined if it logs none at INFO, so that only nova-api's line names the
   * action
   */
  readonly line: string | undefined;
}

/** Lines of one instance and one request that novaspan could not name as an action. */
export interface Unnamed {
  readonly instance: string;
  readonly request: string;
  readonly host: string;
  /** the number of its own lines */
  readonly lines: number;
  readonly from: Millis;
  /** the first error, else the first warning */
  readonly error?: { readonly at: Millis; readonly text: string };
  /** the actions that it may be, the most likely first */
  readonly couldBe: readonly Possible[];
}

/** How many possible actions are shown: a reader needs to know which line to look for, not all that nova can do. */
const MAX_SHOWN = 3;

/** The most frequent actions of a cloud. */
const USUAL: readonly ActionName[] = ['create', 'delete'];

/** The line that names an action at INFO, if it is not in `namedBy`. */
const FIRST_AT_INFO: Partial<Record<ActionName, EventKind>> = { create: 'instance.claimed' };

/** The actions whose tables contain the most of these kinds of lines and exclude none. */
export function couldBe(own: readonly Event[]): Possible[] {
  const kinds = new Set(own.map(({ kind }) => kind));
  const fits = actions
    .filter(({ notWith }) => notWith?.some((kind) => kinds.has(kind)) !== true)
    .map((spec) => ({ spec, known: [...kinds].filter((kind) => known(spec).has(kind)).length }))
    .filter(({ known }) => known > 0);
  const best = Math.max(0, ...fits.map(({ known }) => known));
  const isUsual = ({ spec }: { readonly spec: ActionSpec }): number => Number(USUAL.includes(spec.name));
  return fits
    .filter(({ known }) => known === best)
    .sort((a, b) => isUsual(b) - isUsual(a))
    .slice(0, MAX_SHOWN)
    .map(({ spec }) => ({ action: spec.name, line: namingLineOf(spec) }));
}

const kindsOfActions: ReadonlySet<EventKind> = new Set(
  actions.flatMap(({ namedBy, ends, decides = [] }) => [...namedBy, ...ends, ...decides]),
);

/** Whether a line of this kind names an action, ends one or decides its outcome. */
export const isOfAction = (kind: EventKind): boolean => kindsOfActions.has(kind);

const knownTo = new Map<ActionSpec, ReadonlySet<EventKind>>();
function known(spec: ActionSpec): ReadonlySet<EventKind> {
  const found = knownTo.get(spec);
  if (found !== undefined) return found;
  const made = new Set<EventKind>([
    ...spec.namedBy,
    ...spec.ends,
    ...spec.cleanupEvents,
    ...(spec.opensWith ?? []),
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.namedUnless?.kinds ?? []),
    ...spec.phases.flatMap(({ from, to }) => [...from, ...to].flatMap((edge) => edge.kinds)),
  ]);
  knownTo.set(spec, made);
  return made;
}

/** The newest wording of the first line at INFO that names the action. */
function namingLineOf({ name, namedBy }: ActionSpec): string | undefined {
  const specs = new Map(messagesOf('nova-compute').map(({ kind, spec }) => [kind, spec] as const));
  for (const kind of [FIRST_AT_INFO[name], ...namedBy]) {
    const spec = kind === undefined ? undefined : specs.get(kind);
    if (spec !== undefined && [spec.level].flat().includes('INFO'))
      return [...spec.says].at(-1)?.replace(/\{(\w+):\w+\}/g, (_hole, field) => String(field).toUpperCase());
  }
  return undefined;
}
