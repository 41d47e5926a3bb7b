import type { PhaseSpec } from './define.js';
import { type Event, inOrder } from './event.js';
import type { Phase, Planned } from './phase.js';

/** Separates the names of joined phases. */
const SEPARATOR = ' + ';

/** Whether a span shows this phase: alone, or joined with others. */
export const isOf = ({ name, parts }: Pick<Phase, 'name' | 'parts'>, phase: string): boolean =>
  name === phase || (parts?.includes(phase) ?? false);

/**
 * Joins phases that follow each other on one thread if no line separates them.
 *
 *     DEBUG  ├ image create ┤├ network wait ┤├ guest xml ┤├ vif plug P ┤├ vif plug Q ┤├ guest start ┤
 *     INFO   ├ image create + network wait + guest xml + vif plug P    ┤├ vif plug Q ┤├ guest start ┤
 *
 * Each phase ends where the next one starts, so a line of either bounds both. The time between two such lines is one
 * span with all names, so that no name covers the time of another phase. If no line is missing, nothing changes.
 */
export function joinThreads(all: readonly Planned[], threads: readonly (readonly number[])[]): Phase[] {
  const phases: Phase[] = [];
  for (const thread of threads) {
    const head = all[thread[0]!]!;
    if (thread.length > 1) {
      // A thread without any line is not in the action.
      if (thread.some((place) => all[place]!.phases.length > 0)) phases.push(...joined(thread.map((place) => all[place]!)));
    } else for (const phase of head.phases) if (!(head.mayNotEnd && Number.isNaN(phase.end))) phases.push(phase);
  }
  return phases;
}

/** The phases that follow each other on one thread, by their indexes. */
export function threadsOf(specs: readonly Pick<PhaseSpec, 'name' | 'next'>[]): readonly (readonly number[])[] {
  const byName = new Map(specs.map(({ name }, place) => [name, place]));
  const after = specs.map(({ next }) => next?.map((name) => byName.get(name)).find((place) => place !== undefined));
  const followers = new Set(after);
  const done = new Set<number>();
  return specs.flatMap((_, head) => {
    if (followers.has(head) || done.has(head)) return [];
    const thread: number[] = [];
    for (let each: number | undefined = head; each !== undefined && !done.has(each); each = after[each]) {
      thread.push(each);
      done.add(each);
    }
    return [thread];
  });
}

/** One span of a phase, or undefined if no line of it was seen. */
interface Entry {
  readonly of: Planned;
  readonly phase: Phase | undefined;
}

const begun = (entry: Entry | undefined): Phase | undefined => (entry?.phase?.startIs === 'unobserved' ? undefined : entry?.phase);
const ended = (entry: Entry | undefined): Phase | undefined => (entry?.phase?.endIs === 'unobserved' ? undefined : entry?.phase);

function joined(thread: readonly Planned[]): Phase[] {
  const segments: Entry[][] = [];
  let before: Entry | undefined;
  const add = (of: Planned, phase: Phase | undefined): void => {
    const entry = { of, phase };
    if (before === undefined || ended(before) !== undefined || begun(entry) !== undefined) segments.push([entry]);
    else segments.at(-1)!.push(entry);
    before = entry;
  };
  for (const planned of thread) {
    const { phases } = planned;
    if (phases.length === 0) {
      if (planned.mayBeUnseen) add(planned, undefined);
    } else for (const phase of phases.length === 1 ? phases : phases.toSorted((a, b) => lastOf(a) - lastOf(b))) add(planned, phase);
  }
  const phases: Phase[] = [];
  let last: Phase | undefined;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    phases.push(...between(segment, last, begun(segments[i + 1]?.[0])));
    last = ended(segment.at(-1));
  }
  return phases;
}

const lastOf = ({ start, end }: Phase): number => (Number.isNaN(end) ? start : end);

/**
 * The spans of a segment: phases that no line separates.
 *
 * @param before the phase before the segment, which bounds it if the segment has no line at its start
 * @param after the phase after it, which bounds it if the segment has no line at its end
 */
function between(segment: readonly Entry[], before: Phase | undefined, after: Phase | undefined): Phase[] {
  const found: Phase[] = [];
  for (const { phase } of segment) if (phase !== undefined) found.push(phase);
  const [own] = found;
  const from = begun(segment[0]);
  const to = ended(segment.at(-1));
  // If no phase has a line of its own, the two bounds prove nothing.
  if (own === undefined || (segment.length === 1 && from !== undefined && to !== undefined)) return found;
  if (from === undefined && before === undefined) return found;
  if ([before, after, ...found].some((each) => each !== undefined && each.host !== own.host)) return found;
  const start = from?.start ?? before!.end;
  if (to === undefined && after === undefined) {
    if (from === undefined) return found;
    return segment[0]!.of.mayNotEnd ? [] : [openFrom(segment, from)];
  }
  const end = to?.end ?? after!.start;
  if (end < start) return found;
  const lines = new Set<Event>();
  for (const phase of found) for (const line of phase.lines) lines.add(line);
  const isAtEnd = ({ at }: Event): boolean => at === start || at === end;
  if (from === undefined) for (const line of before!.lines) if (isAtEnd(line)) lines.add(line);
  if (to === undefined) for (const line of after!.lines) if (isAtEnd(line)) lines.add(line);
  const { name, parts } = named(segment);
  return [
    {
      name,
      parts: parts ?? own.parts,
      spec: own.spec,
      service: own.service,
      host: own.host,
      start,
      end,
      startIs: from?.startIs ?? 'derived',
      // A joined span ends at a line of its last phase: for the span as a whole that is derived.
      endIs: segment.length > 1 ? 'derived' : (to?.endIs ?? 'derived'),
      isTimed: from?.isTimed ?? false,
      port: found.find(({ port }) => port !== undefined)?.port,
      within: segment[0]!.of.spec.within,
      lines: [...lines].sort(inOrder),
      failure: own.failure,
      call: own.call,
    },
  ];
}

/** A span that started and whose end is unknown: it may be in any of the phases whose start is not logged. */
function openFrom(segment: readonly Entry[], from: Phase): Phase {
  const shown = segment.findIndex((entry, i) => entry.of.showsEnd || segment[i + 1]?.of.showsStart === true);
  return { ...from, ...named(shown === -1 ? segment : segment.slice(0, shown + 1)) };
}

function named(segment: readonly Entry[]): Pick<Phase, 'name' | 'parts'> {
  const [first] = segment;
  if (segment.length === 1 && first !== undefined) return { name: first.of.spec.name };
  const names = [...new Set(segment.map(({ of }) => of.spec.name))];
  return names.length === 1 ? { name: names[0]! } : { name: names.join(SEPARATOR), parts: names };
}
