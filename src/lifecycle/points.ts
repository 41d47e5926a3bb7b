import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, type Member } from './event.js';
import type { Phase } from './phase.js';

/** The services that call placement. */
const CALLERS: ReadonlySet<string> = new Set(['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-compute']);

/** Whether a line is an access line without a duration: it shows a moment, and makes no span. */
const isPoint = (event: Event): boolean => traitsOf(event.kind).request === true && event.fields['seconds'] === undefined;

/**
 * Attaches each request without a duration to the shortest phase of a caller that was in progress. A request outside of
 * all phases belongs to the root.
 */
export function withPoints(phases: readonly Phase[], members: readonly Member[]): Phase[] {
  const points: Event[] = [];
  for (const { event } of members) if (isPoint(event)) points.push(event);
  if (points.length === 0) return [...phases];
  const added = new Map<Phase, Event[]>();
  for (const point of points) {
    if (phases.some(({ lines }) => lines.includes(point))) continue;
    const phase = phaseAt(phases, point);
    if (phase !== undefined) added.set(phase, [...(added.get(phase) ?? []), point]);
  }
  if (added.size === 0) return [...phases];
  return phases.map((phase) => {
    const more = added.get(phase);
    return more === undefined ? phase : { ...phase, lines: [...phase.lines, ...more].sort(inOrder) };
  });
}

/**
 * The shortest phase that is in progress at the event, its ends excluded: the lines at its ends stay its first and
 * last.
 */
function phaseAt(phases: readonly Phase[], { at }: Event): Phase | undefined {
  let shortest: Phase | undefined;
  for (const phase of phases) {
    const { service, port, endIs, start, end } = phase;
    if (port !== undefined || endIs === 'unobserved' || at <= start || at >= end || !CALLERS.has(service)) continue;
    if (shortest === undefined || end - start < shortest.end - shortest.start) shortest = phase;
  }
  return shortest;
}
