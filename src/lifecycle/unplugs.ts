import type { EventKind } from '../catalogue/event.js';
import type { ActionSpec } from './define.js';
import { portDown } from './plug.js';

/** Lines of OVS, OVN and neutron about the removal of a port. */
const UNPLUG_KINDS: ReadonlySet<EventKind> = new Set(portDown.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));

/** By action: the kinds that are in none of its phases. */
const foreignKinds = new WeakMap<ActionSpec, ReadonlySet<EventKind>>();

/** The kinds of lines about a removed port that this action never causes: a stop, for example, removes no port. */
export function foreignUnplugKinds(spec: ActionSpec): ReadonlySet<EventKind> {
  const known = foreignKinds.get(spec);
  if (known !== undefined) return known;
  const own = new Set(spec.phases.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));
  const made = new Set([...UNPLUG_KINDS].filter((kind) => !own.has(kind)));
  foreignKinds.set(spec, made);
  return made;
}

/** Whether lines of this kind are about the removal of a port. */
export const isUnplugKind = (kind: EventKind): boolean => UNPLUG_KINDS.has(kind);
