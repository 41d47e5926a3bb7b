import type { PhaseSpec } from './define.js';
import { apiRequest, plugChain, portCreate, portDelete, portDown, portUpdate, requests, scheduling, vifUnplug } from './plug.js';

/** Phases of nova's control plane for any action, before a compute host starts to work. */
export const controlPlanePhases: readonly PhaseSpec[] = [apiRequest, ...scheduling];

/** All phases of any action that a process may see without the compute host's log. */
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
