import { inOrder } from '../lifecycle/event.js';
import type { Phase } from '../lifecycle/phase.js';
import { isError, type Outcome } from '../model/span.js';

/** The longest quotation of a line (characters). */
const QUOTED = 300;

/**
 * The phases that are shown as failed, each with its error text:
 *
 * - The phase whose line shows a failure first. Later failures are its consequences: nova spawns while neutron creates
 *   the ports, so a build whose ports cannot be created also logs "Instance failed to spawn".
 * - The phases that contain it, if a line shows that they failed as well.
 * - The phases that it waited for in vain: other phases of its port without an end, and the latest of its own parts
 *   without an end.
 *
 * If no line of a phase shows a failure, the phases without an end are shown as failed.
 */
export function failuresOf(phases: readonly Phase[], outcome: Outcome): ReadonlyMap<Phase, string> {
  const failed = new Map<Phase, string>();
  if (!isError(outcome)) {
    // nova continues if a port cannot be unplugged, and may be configured to continue if one is not plugged in time.
    for (const phase of phases) if (phase.failure !== undefined) failed.set(phase, wordsOf(phase));
    return failed;
  }
  const isOpen = ({ endIs }: Phase): boolean => endIs === 'unobserved';
  const leftOpen = `no line shows its end: the action ${outcome === 'failed' ? 'failed' : 'was cut off'}`;

  const saying = phases
    .filter(({ failure }) => failure !== undefined)
    .sort((a, b) => inOrder(a.failure!, b.failure!) || (holds(a, b, phases) ? 1 : holds(b, a, phases) ? -1 : 0));
  const first = saying[0];
  if (first === undefined) {
    for (const phase of phases) if (isOpen(phase)) failed.set(phase, leftOpen);
    return failed;
  }
  for (const phase of saying) {
    // One line may show the time-out of several ports.
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

/** Whether a phase contains another one, directly or through other phases. */
function holds(whole: Phase, part: Phase, phases: readonly Phase[]): boolean {
  if (part.within === undefined || part.host !== whole.host || part === whole) return false;
  if (part.within === whole.name) return part.start >= whole.start && part.start <= whole.end;
  const between = phases.find(({ name, host }) => name === part.within && host === part.host);
  return between !== undefined && between !== part && holds(whole, between, phases);
}
