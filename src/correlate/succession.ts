import { traitsOf } from '../catalogue/traits.js';
import type { Event } from '../lifecycle/event.js';
import { naming } from '../lifecycle/name.js';
import type { Candidate } from './candidate.js';

/** Whether a line with its request id shows that the action works, and does not wait for another one. */
export const showsWork = ({ spec, seen, request }: Candidate, { service, requestId, kind }: Event): boolean =>
  spec !== undefined &&
  service === 'nova-compute' &&
  requestId === request &&
  (seen.lock !== undefined || (naming.has(kind) && traitsOf(kind).lock === undefined));

/**
 * Whether an action is over when another one is at work on its host. The other one holds the lock of the instance, or has
 * a task: nova-api refuses most actions until the task of the one before has ended.
 */
export const isOverBefore = (before: Candidate, { spec, opened, host }: Candidate): boolean =>
  before.spec !== undefined &&
  before.opened < opened &&
  before.host === host &&
  before.end === undefined &&
  (before.spec.lockedBy.length > 0 || spec?.ignoresTasks !== true);
