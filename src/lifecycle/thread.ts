import type { PhaseSpec } from './define.js';
import { type Event, inOrder } from './event.js';
import type { Phase } from './phases.js';

/** A phase of the tables, what was found of it, and how much more the log could show. */
export interface Planned {
  readonly spec: PhaseSpec;
  readonly phases: readonly Phase[];
  /** It may have happened without a line. */
  readonly mayBeUnseen: boolean;
  /** That it began is no sign that it did not end: its end is not printed, or need not come. */
  readonly mayNotEnd: boolean;
  /** The log would show a line at its beginning, at its end. */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

/** What stands between the names of phases that share a span. */
const JOINT = ' + ';

/** Whether a span is of this phase: of it alone, or of it and of others that no line parts from it. */
export const isOf = ({ name, parts }: Pick<Phase, 'name' | 'parts'>, phase: string): boolean =>
  name === phase || (parts?.includes(phase) ?? false);

/**
 * Joins phases that follow each other on one thread where no line was printed between them.
 *
 *     DEBUG  ├ image create ┤├ network wait ┤├ guest xml ┤├ vif plug P ┤├ vif plug Q ┤├ guest start ┤
 *     INFO   ├ image create + network wait + guest xml + vif plug P    ┤├ vif plug Q ┤├ guest start ┤
 *
 * Where one phase ends, the next begins: a line of either bounds both. What lies between two such lines is one span with
 * all the names, so that no name covers the time of another phase. Where all lines are there nothing changes.
 */
export function joinThreads(all: readonly Planned[]): Phase[] {
  const found: Phase[] = [];
  const nexts = nextsOf(all);
  const followers = new Set(nexts.values());
  const done = new Set<Planned>();
  for (let i = 0; i < all.length; i++) {
    const head = all[i]!;
    if (followers.has(head) || done.has(head)) continue;
    const next = nexts.get(head);
    if (next === undefined || done.has(next)) {
      for (const phase of head.phases) if (!(head.mayNotEnd && Number.isNaN(phase.end))) found.push(phase);
      continue;
    }
    const thread: Planned[] = [head];
    let isSeen = head.phases.length > 0;
    for (let each: Planned | undefined = next; each !== undefined && !done.has(each); each = nexts.get(each)) {
      thread.push(each);
      done.add(each);
      if (each.phases.length > 0) isSeen = true;
    }
    // Where no line shows one of them, nothing shows that there was any.
    if (isSeen) for (const phase of joined(thread)) found.push(phase);
  }
  return found;
}

/** What follows each phase on its thread: the first of those that may, of the phases that this action could have. */
function nextsOf(all: readonly Planned[]): ReadonlyMap<Planned, Planned> {
  const nexts = new Map<Planned, Planned>();
  for (let i = 0; i < all.length; i++) {
    const { spec } = all[i]!;
    // Few phases have one: no table of all names is made for them.
    if (spec.next === undefined) continue;
    for (const name of spec.next) {
      const next = lastNamed(all, name);
      if (next === undefined) continue;
      nexts.set(all[i]!, next);
      break;
    }
  }
  return nexts;
}

function lastNamed(all: readonly Planned[], name: string): Planned | undefined {
  for (let i = all.length - 1; i >= 0; i--) if (all[i]!.spec.name === name) return all[i];
  return undefined;
}

/** One span of a phase, or none where nothing was seen of it. */
interface Entry {
  readonly of: Planned;
  readonly phase: Phase | undefined;
}

const begun = (entry: Entry | undefined): Phase | undefined => (entry?.phase?.startIs === 'unobserved' ? undefined : entry?.phase);
const ended = (entry: Entry | undefined): Phase | undefined => (entry?.phase?.endIs === 'unobserved' ? undefined : entry?.phase);

function joined(thread: readonly Planned[]): Phase[] {
  const segments: Entry[][] = [];
  let segment: Entry[] = [];
  let last: Entry | undefined;
  const take = (entry: Entry): void => {
    if (last === undefined || ended(last) !== undefined || begun(entry) !== undefined) segments.push((segment = [entry]));
    else segment.push(entry);
    last = entry;
  };
  for (const of of thread) {
    const { phases } = of;
    if (phases.length > 0) {
      for (const phase of phases.length === 1 ? phases : [...phases].sort((a, b) => lastOf(a) - lastOf(b))) take({ of, phase });
    } else if (of.mayBeUnseen) take({ of, phase: undefined });
  }
  const found: Phase[] = [];
  for (const [i, each] of segments.entries())
    for (const phase of between(each, ended(segments[i - 1]?.at(-1)), begun(segments[i + 1]?.[0]))) found.push(phase);
  return found;
}

const lastOf = ({ start, end }: Phase): number => (Number.isNaN(end) ? start : end);

/** The span, or spans, of phases that no line parts. @param before, after what bounds them where their own lines do not */
function between(segment: readonly Entry[], before: Phase | undefined, after: Phase | undefined): Phase[] {
  const found: Phase[] = [];
  for (const { phase } of segment) if (phase !== undefined) found.push(phase);
  const [own] = found;
  const from = begun(segment[0]);
  const to = ended(segment.at(-1));
  // Of what left no line of its own, two bounds say no more than that it had time.
  if (own === undefined || (segment.length === 1 && from !== undefined && to !== undefined)) return found;
  if (from === undefined && before === undefined) return found;
  const { host } = own;
  if ((before !== undefined && before.host !== host) || (after !== undefined && after.host !== host)) return found;
  for (const each of found) if (each.host !== host) return found;
  const start = from?.start ?? before!.end;
  if (to === undefined && after === undefined) {
    if (from === undefined) return found;
    return segment[0]!.of.mayNotEnd ? [] : [openFrom(segment, from)];
  }
  const end = to?.end ?? after!.start;
  if (end < start) return found;
  const lines: Event[] = [];
  for (const phase of found) lines.push(...phase.lines);
  const bound = ({ lines: outer }: Phase): void => {
    for (const event of outer) if (event.at === start || event.at === end) lines.push(event);
  };
  if (from === undefined) bound(before!);
  if (to === undefined) bound(after!);
  const names = namesOf(segment);
  const phase: Phase = {
    ...own,
    name: names.join(JOINT),
    start,
    end,
    startIs: from?.startIs ?? 'derived',
    // Where one name stands for several phases, the span as a whole is no more than that.
    endIs: segment.length > 1 ? 'derived' : (to?.endIs ?? 'derived'),
    port: found.find(({ port }) => port !== undefined)?.port,
    within: segment[0]!.of.spec.within,
    lines: lines.length === 1 ? lines : inTime(lines),
  };
  return [names.length === 1 ? phase : { ...phase, parts: names }];
}

/** What began and of which no end is known: it may be any of those whose beginning would not be shown. */
function openFrom(segment: readonly Entry[], from: Phase): Phase {
  const shown = segment.findIndex((entry, i) => entry.of.showsEnd || segment[i + 1]?.of.showsStart === true);
  const names = namesOf(shown === -1 ? segment : segment.slice(0, shown + 1));
  return { ...from, name: names.join(JOINT), ...(names.length === 1 ? {} : { parts: names }) };
}

function namesOf(segment: readonly Entry[]): string[] {
  const names: string[] = [];
  for (const { of } of segment) if (!names.includes(of.spec.name)) names.push(of.spec.name);
  return names;
}

const inTime = (lines: readonly Event[]): Event[] => [...new Set(lines)].sort(inOrder);
