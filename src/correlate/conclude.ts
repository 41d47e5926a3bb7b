import type { ActionInterval, ClosedFragment, ClosedUnit } from '../lifecycle/closed.js';
import { type Event, type Member, numberOf } from '../lifecycle/event.js';
import { actionGivenUp } from '../lifecycle/name.js';
import { apiRequest } from '../lifecycle/plug.js';
import type { Millis } from '../model/line.js';
import { intervalOf } from './gather.js';
import { GRACE } from './times.js';

/**
 * Turns the controller's part of an action into the action, if nova-conductor found no host for it. The process that
 * reads nova-conductor writes the root, because only it saw the outcome. Without a name it remains a fragment.
 *
 * @param attempts build attempts that compute hosts handed back, as far as this process reads them
 */
export function conclude(fragment: ClosedFragment, attempts: readonly ActionInterval[]): ClosedUnit {
  const events = fragment.members.map(({ event }) => event);
  const spec = actionGivenUp(events);
  const own = events.filter(({ service }) => service === 'nova-conductor');
  const last = own.at(-1);
  if (spec === undefined || last === undefined) return fragment;
  const asked = startOfRequest(fragment.members);
  const start = Math.min(asked ?? own[0]!.at, ...attempts.map((attempt) => attempt.start));
  const end = Math.max(last.at, ...attempts.flatMap((attempt) => attempt.end ?? []));
  return {
    ...fragment,
    form: 'action',
    spec,
    outcome: 'failed',
    // Its own lines say how it ended; the first of them is no beginning.
    startIs: asked === undefined && start === own[0]!.at ? 'unobserved' : 'derived',
    endIs: end === last.at ? 'observed' : 'derived',
    host: last.host,
    service: 'nova-conductor',
    start,
    end,
    until: end + GRACE,
    attempts: attempts.map(intervalOf),
  };
}

/** When nova-api started to serve the request, by its access line. */
function startOfRequest(members: readonly Member[]): Millis | undefined {
  const starts = members.flatMap(({ event }) => startOf(event) ?? []);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function startOf(event: Event): Millis | undefined {
  const edge = event.service === 'nova-api' ? apiRequest.from.find(({ kinds }) => kinds.includes(event.kind)) : undefined;
  if (edge?.less === undefined) return undefined;
  return event.at - Math.round((numberOf(event, edge.less) ?? 0) * 1e6) / 1e3;
}
