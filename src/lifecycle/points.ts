import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, type Member } from './event.js';
import type { Phase } from './phase.js';

/** Who calls placement. */
const CALLERS: ReadonlySet<string> = new Set(['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-compute']);

/** An access line that does not say how long the request took: a moment, and no span. */
const isPoint = (event: Event): boolean => traitsOf(event.kind).request === true && event.fields['seconds'] === undefined;

/**
 * The phases with the requests that fell into them: each on the shortest phase of a caller that was under way. What falls
 * into none is the root's.
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

/** The shortest, strictly around the moment: the lines at the ends of a phase stay its first and its last. */
function phaseAt(phases: readonly Phase[], { at }: Event): Phase | undefined {
  let shortest: Phase | undefined;
  for (const phase of phases) {
    const { service, port, endIs, start, end } = phase;
    if (port !== undefined || endIs === 'unobserved' || at <= start || at >= end || !CALLERS.has(service)) continue;
    if (shortest === undefined || end - start < shortest.end - shortest.start) shortest = phase;
  }
  return shortest;
}
