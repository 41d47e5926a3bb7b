import type { PhaseSpec } from './define.js';
import { apiRequest, plugChain, portCreate, portDelete, portDown, portUpdate, requests, scheduling, vifUnplug } from './plug.js';

/** What nova's control plane does for any action before a compute host begins. */
export const controlPlanePhases: readonly PhaseSpec[] = [apiRequest, ...scheduling];

/** What a process that does not read the compute host's log may see of any action. */
export const fragmentPhases: readonly PhaseSpec[] = [
  ...controlPlanePhases,
  { ...portCreate, notBeforeRoot: true },
  { ...portUpdate, notBeforeRoot: true },
  portDelete,
  vifUnplug,
  ...portDown,
  ...plugChain,
  ...requests,
];
