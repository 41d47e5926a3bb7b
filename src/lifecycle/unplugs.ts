import type { EventKind } from '../catalogue/event.js';
import type { ActionSpec } from './define.js';
import { portDown } from './plug.js';

/** What OVS, OVN and neutron print when a port is taken away. */
const TAKEN_AWAY: ReadonlySet<EventKind> = new Set(portDown.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));

/** Whether a line says that a port was taken away, and the action takes none away: a stop leaves them where they are. */
export const isOfUnplugElsewhere = ({ phases }: ActionSpec, kind: EventKind): boolean =>
  TAKEN_AWAY.has(kind) && !phases.some(({ to }) => to.some(({ kinds }) => kinds.includes(kind)));
