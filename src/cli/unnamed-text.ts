import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Count } from '../model/counters.js';

/** How many are listed. */
const MOST = 10;

/** What of the logs is no action, and why. */
export interface UnnamedText {
  readonly saw: (unnamed: Unnamed) => void;
  /** Passes counts on, and keeps which services' lines were read. */
  counting(count: Count): Count;
  /** For stderr, after the traces: what got no name, each with the line that would name it. None where there is nothing. */
  list(): readonly string[];
  /** Where no action is shown at all: why, and what to do. */
  whyNone(): readonly [why: string, toDo: string];
}

export function createUnnamedText(): UnnamedText {
  const first: Unnamed[] = [];
  const records = new Map<string, number>();
  let all = 0;
  return {
    saw(unnamed) {
      all++;
      if (first.length < MOST) first.push(unnamed);
    },

    counting:
      (count) =>
      (name, by = 1, label) => {
        if (name === 'records' && label !== undefined) records.set(label, (records.get(label) ?? 0) + by);
        count(name, by, label);
      },

    list() {
      if (all === 0) return [];
      return [
        `${all === 1 ? 'the lines of one request show' : `the lines of ${all} requests show`} no name of an action:`,
        ...first.flatMap(entryOf),
        ...(all > first.length ? [`  and ${all - first.length} more`] : []),
      ];
    },

    whyNone() {
      const compute = records.get('nova-compute') ?? 0;
      if (all > 0)
        return [
          'the lines that name an action are not in these logs',
          'give more of the log of nova-compute: from before the first of these lines, and to after the last',
        ];
      if (compute > 0)
        return [
          `${many(compute, 'line')} of nova-compute ${compute === 1 ? 'was' : 'were'} read, but none has the request of an action: lines of periodic tasks and of neutron's events are no action's`,
          'give the lines of nova-compute before and after these',
        ];
      if (records.size > 0)
        return [
          `actions are named by lines of nova-compute, or of nova-conductor where no host was found; read were lines of ${[...records.keys()].sort().join(', ')}`,
          'give the logs of nova-compute and nova-conductor, too',
        ];
      return [
        'actions are named by lines of nova-compute: its log is not among these, or holds no action',
        'give the nova-compute log too, or see what is made of one of its lines: novaspan explain "LINE"',
      ];
    },
  };
}

function entryOf({ instance, request, host, lines, from, error, couldBe }: Unnamed): string[] {
  const byLine = new Map<string, string[]>();
  for (const { action, line } of couldBe) if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), action]);
  const named = Array.from(byLine, ([line, actions]) => `"${line}" (${actions.join(' or ')})`);
  const silent = couldBe.flatMap(({ action, line }) => (line === undefined ? [action] : []));
  return [
    `  instance ${instance}  request ${request}  host ${host}`,
    `    ${many(lines, 'line')} from ${timeOf(from)}${error === undefined ? '' : `; first error: ${error.text}`}`,
    ...(named.length === 0 ? [] : [`    nova-compute's line ${named.join(' or ')} would name it: it is not in these logs`]),
    ...(silent.length === 0 ? [] : [`    ${silent.join(', ')}: nova-api's log, or DEBUG of nova-compute, names it`]),
  ];
}

const many = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')} UTC`;
