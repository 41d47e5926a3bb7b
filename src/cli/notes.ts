import { isJournalPath } from '../journal/place.js';
import { nothingRead, type OperatorError } from '../model/errors.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import { grouped, type Overview } from './overview.js';
import type { Filter, Selection } from './select.js';
import { stallsText } from './stalls-text.js';
import type { Tally } from './tally.js';
import type { UnnamedText } from './unnamed-text.js';

/** Maximum number of logs whose description is part of the error NOTHING_READ. */
const MOST_SEEN = 3;

/** Result of a replay, for the notes after it. */
export interface Outcome {
  readonly paths: readonly string[];
  readonly zone: string;
  readonly selection: Selection;
  /** the user asked for one kind of action */
  readonly isOneKind: boolean;
  readonly tally: Tally;
  /** requests whose action no line names */
  readonly unnamed: UnnamedText;
  /** stalls that daemons report */
  readonly stalls: readonly StallsOfDaemon[];
  /** all actions in the logs */
  readonly all: Overview;
  /** the actions that pass the filters */
  readonly matching: Overview;
  /** the actions that are shown */
  readonly shown: Overview;
  /** whether anything is shown */
  readonly isShown: boolean;
  /** filters that no trace passes, even each filter alone */
  readonly unmatched: readonly Filter[];
}

/** Lines of a note for stderr after a run; empty if there is none. */
export type Note = (outcome: Outcome) => readonly string[];

/** In the order of printing. New notes about traces are added here. */
export const notes: readonly Note[] = [
  summary,
  kindsCompared,
  ({ unnamed }) => unnamed.list(),
  ({ stalls }) => stallsText(stalls),
  nothingFound,
  ({ tally }) => tally.faults().map((fault) => `note: ${fault}`),
];

/**
 * The error for logs without a line of a known service. Lines that a service prints before it sets up its log count as
 * known.
 */
export function nothingOf(paths: readonly string[], tally: Tally, unread: readonly UnreadLog[]): OperatorError | undefined {
  if (tally.of('records') > 0) return undefined;
  if (unread.length > 0 && unread.every(({ isStartup }) => isStartup)) return undefined;
  const seen = unread.flatMap((log) => (log.seen === undefined ? [] : [`of ${log.path}, ${log.seen}`])).slice(0, MOST_SEEN);
  return nothingRead(paths.join(' '), tally.of('lines'), tally.labels('other_program_lines'), seen, paths.every(isJournalPath));
}

function summary({ all, isShown, matching, shown }: Outcome): string[] {
  if (!isShown) return [];
  if (shown.rows === all.rows) return [shown.line];
  const among = matching.rows > shown.rows ? `${matching.rows} that match, and ${all.rows}` : `${all.rows}`;
  return [`${shown.line} (shown: ${shown.rows} of ${among} in these logs)`];
}

/** Notes that `--slowest` chose among several kinds of action. */
function kindsCompared({ isOneKind, matching, selection, shown }: Outcome): string[] {
  const { slowest } = selection;
  if (slowest === undefined || isOneKind || matching.kinds < 2) return [];
  return [
    `note: --slowest ${slowest} took ${shown.counted}, of ${matching.kinds} kinds of action (${matching.counted}): add --action NAME to compare actions of one kind`,
  ];
}

function nothingFound(outcome: Outcome): string[] {
  const { all, isShown, paths, selection, tally, unmatched, unnamed, zone } = outcome;
  if (isShown) return [];
  if (!all.isEmpty) {
    const given = selection.filters.map((filter) => filter.text).join(' and ');
    const alone =
      unmatched.length > 0 && selection.filters.length > 1 ? ` (no action matches ${unmatched.map((f) => f.text).join(' or ')})` : '';
    return [
      `no action to show: ${given === '' ? '--slowest' : given} left none${alone}`,
      `  there is  ${all.line}; the longest took ${all.longest}`,
      ...(isHostUnknown(outcome) ? ['  to do     nothing in these logs shows their host: name it with --log-host HOST'] : []),
    ];
  }
  const [why, toDo] = unnamed.whyNone();
  return [
    `no instance action in ${paths.join(' ')}: read ${tally.labels('records') || `${grouped(tally.of('lines'))} lines, no log record`}`,
    `  why    ${why}`,
    `  to do  ${toDo}`,
    `         (local times were read as ${zone}; --timezone changes it)`,
  ];
}

const isHostUnknown = ({ all, unmatched }: Outcome): boolean =>
  all.hosts.has('localhost') && unmatched.some(({ text }) => text.startsWith('--host'));
