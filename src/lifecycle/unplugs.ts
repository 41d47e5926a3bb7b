import type { EventKind } from '../catalogue/event.js';
import type { ActionSpec } from './define.js';
import { portDown } from './plug.js';

/** What OVS, OVN and neutron print when a port is taken away. */
const UNPLUG_KINDS: ReadonlySet<EventKind> = new Set(portDown.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));

/** Of each action which of them it does not print. */
const foreignKinds = new WeakMap<ActionSpec, ReadonlySet<EventKind>>();

/** The lines that say that a port was taken away, where the action takes none away: a stop leaves them where they are. */
export function foreignUnplugKinds(spec: ActionSpec): ReadonlySet<EventKind> {
  const known = foreignKinds.get(spec);
  if (known !== undefined) return known;
  const own = new Set(spec.phases.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));
  const made = new Set([...UNPLUG_KINDS].filter((kind) => !own.has(kind)));
  foreignKinds.set(spec, made);
  return made;
}

export const isUnplugKind = (kind: EventKind): boolean => UNPLUG_KINDS.has(kind);
