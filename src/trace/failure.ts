import { inOrder } from '../lifecycle/event.js';
import type { Phase } from '../lifecycle/phase.js';
import { isError, type Outcome } from '../model/span.js';

/** A line is quoted up to this length. */
const QUOTED = 300;

/**
 * Where an action failed: the phases that are shown as failed, and the text of each.
 *
 * - The phase whose line says so first. Later failures are its consequences: nova spawns while neutron makes the
 *   ports, so a build whose ports cannot be made also prints "Instance failed to spawn".
 * - The phases that it is a part of, where a line says that they failed as well.
 * - What it waited for without result: other phases of its port that did not end, and the last of its own parts to
 *   begin.
 *
 * Where no line of a phase says that it failed, the phases that were under way are where it failed.
 */
export function failuresOf(phases: readonly Phase[], outcome: Outcome): ReadonlyMap<Phase, string> {
  const failed = new Map<Phase, string>();
  if (!isError(outcome)) {
    // nova continues when a port cannot be unplugged, and can be configured to continue when one is not plugged in
    // time.
    for (const phase of phases) if (phase.failure !== undefined) failed.set(phase, wordsOf(phase));
    return failed;
  }
  const isOpen = ({ endIs }: Phase): boolean => endIs === 'unobserved';
  const leftOpen = `did not end: the action ${outcome === 'failed' ? 'failed' : 'was cut off'} before`;

  const saying = phases
    .filter(({ failure }) => failure !== undefined)
    .sort((a, b) => inOrder(a.failure!, b.failure!) || (holds(a, b, phases) ? 1 : holds(b, a, phases) ? -1 : 0));
  const first = saying[0];
  if (first === undefined) {
    for (const phase of phases) if (isOpen(phase)) failed.set(phase, leftOpen);
    return failed;
  }
  for (const phase of saying) {
    // Several ports may time out at one line.
    if (phase !== first && phase.failure !== first.failure && !holds(phase, first, phases)) continue;
    failed.set(phase, wordsOf(phase));
    for (const other of phases)
      if (phase.port !== undefined && other.port === phase.port && isOpen(other) && !failed.has(other)) failed.set(other, leftOpen);
  }
  const part = phases.filter((phase) => isOpen(phase) && holds(first, phase, phases)).sort((a, b) => b.start - a.start)[0];
  if (part !== undefined && !failed.has(part)) failed.set(part, leftOpen);
  return failed;
}

function wordsOf({ failure, spec }: Phase): string {
  const { kind, text } = failure!;
  return spec.failsAt?.find((each) => each.kind === kind)?.why ?? (text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}

/** Whether one phase is a part of another, or of one of its parts. */
function holds(whole: Phase, part: Phase, phases: readonly Phase[]): boolean {
  if (part.within === undefined || part.host !== whole.host || part === whole) return false;
  if (part.within === whole.name) return part.start >= whole.start && part.start <= whole.end;
  const between = phases.find(({ name, host }) => name === part.within && host === part.host);
  return between !== undefined && between !== part && holds(whole, between, phases);
}
