import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Millis } from '../model/line.js';
import type { UnreadLog } from '../model/unread.js';
import type { Tally } from './tally.js';

/** Maximum number of requests listed. */
const MOST = 10;

/** A line of an action that has no request id. */
interface Requestless {
  readonly at: Millis;
  readonly text: string;
}

/** Explains lines that lead to no action. */
export interface UnnamedText {
  readonly saw: (unnamed: Unnamed) => void;
  readonly sawRequestless: (line: Requestless) => void;
  readonly sawUnread: (log: UnreadLog) => void;
  /**
   * Requests without a name, each with the line that would name it, for stderr after the traces; empty if there are
   * none.
   */
  list(): readonly string[];
  /** Why no action is shown at all, and what to do. */
  whyNone(): Reason;
}

type Reason = readonly [why: string, toDo: string];

/** Facts about the lines that belong to no action. */
interface Seen {
  readonly unnamed: Unnamed[];
  unnamedCount: number;
  requestless: Requestless | undefined;
  requestlessCount: number;
  readonly unread: UnreadLog[];
  /** number of records by service */
  readonly records: ReadonlyMap<string, number>;
}

/** @param tally counters of the replay */
export function createUnnamedText(tally: Pick<Tally, 'byLabel'>): UnnamedText {
  const seen: Omit<Seen, 'records'> = { unnamed: [], unnamedCount: 0, requestless: undefined, requestlessCount: 0, unread: [] };
  return {
    saw(unnamed) {
      seen.unnamedCount++;
      if (seen.unnamed.length < MOST) seen.unnamed.push(unnamed);
    },
    sawRequestless(line) {
      seen.requestlessCount++;
      seen.requestless ??= { at: line.at, text: line.text };
    },
    sawUnread(log) {
      if (seen.unread.length < MOST) seen.unread.push(log);
    },

    list() {
      const { unnamed, unnamedCount } = seen;
      if (unnamedCount === 0) return [];
      return [
        `${unnamedCount === 1 ? 'the lines of one request show' : `the lines of ${unnamedCount} requests show`} no name of an action:`,
        ...unnamed.flatMap(entryOf),
        ...(unnamedCount > unnamed.length ? [`  and ${unnamedCount - unnamed.length} more`] : []),
      ];
    },

    whyNone() {
      const all: Seen = { ...seen, records: tally.byLabel('records') };
      for (const reason of reasons) {
        const found = reason(all);
        if (found !== undefined) return found;
      }
      return NO_LOG;
    },
  };
}

const NO_LOG: Reason = [
  'actions are named by lines of nova-compute: its log is not among these, or holds no action',
  'give the nova-compute log too, or see what is made of one of its lines: novaspan explain "LINE"',
];

/** Reasons why there is no action, the most specific first. */
const reasons: readonly ((seen: Seen) => Reason | undefined)[] = [
  ({ unnamedCount }) =>
    unnamedCount === 0
      ? undefined
      : [
          'the lines that name an action are not in these logs',
          'give more of the log of nova-compute: from before the first of these lines, and to after the last',
        ],
  ({ requestless, requestlessCount: n }) =>
    requestless === undefined
      ? undefined
      : [
          `${n === 1 ? 'one line is of an action and names' : `${n} lines are of actions and name`} the instance but no request, such as "${requestless.text}" at ${timeOf(requestless.at)}: an action is known by the lines that have its request`,
          'give the log of nova-compute before that line, where the request is; a log of warnings and errors alone may not have them',
        ],
  ({ records }) => {
    const compute = records.get('nova-compute') ?? 0;
    return compute === 0
      ? undefined
      : [
          `${many(compute, 'line')} of nova-compute ${compute === 1 ? 'was' : 'were'} read, but none has the request of an action: lines of periodic tasks, of neutron's events and of a traceback alone do not show one`,
          'give the lines of nova-compute before and after these',
        ];
  },
  ({ unread, records }) => {
    const log = unread.find(({ services }) => services.includes('nova-compute')) ?? (records.size === 0 ? unread[0] : undefined);
    if (log === undefined) return undefined;
    const whose = log.services.length === 0 ? '' : `, the log of ${log.services.join(', ')},`;
    return log.isStartup
      ? [
          `${log.path}${whose} holds only what a service prints before its log is set up (options that are deprecated, warnings of Python), and no log record`,
          'give the log of a later time, or the file that the service logs to, such as /var/log/nova/nova-compute.log',
        ]
      : [
          `no line of ${log.path}${whose} could be read${log.seen === undefined ? '' : `: ${log.seen}`}`,
          'run `novaspan check` on it: it shows the form that the lines must have',
        ];
  },
  ({ records }) =>
    records.size === 0
      ? undefined
      : [
          `actions are named by lines of nova-compute, or of nova-conductor where no host was found; read were lines of ${[...records.keys()].sort().join(', ')}`,
          'give the logs of nova-compute and nova-conductor, too',
        ],
];

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
