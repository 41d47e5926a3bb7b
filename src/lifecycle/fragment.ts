import type { PhaseSpec } from './define.js';
import { apiRequest, plugChain, portCreate, portDelete, portDown, portUpdate, requests, scheduling, vifUnplug } from './plug.js';

/** What a process that does not read the compute host's log may see of any action. */
export const fragmentPhases: readonly PhaseSpec[] = [
  apiRequest,
  ...scheduling,
  { ...portCreate, fromRoot: true },
  { ...portUpdate, fromRoot: true },
  portDelete,
  vifUnplug,
  ...portDown,
  ...plugChain,
  ...requests,
];
