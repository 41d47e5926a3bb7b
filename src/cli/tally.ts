import { type Count, type CounterName, counterNames, counters } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { grouped, many } from './overview.js';

/** Counters of a replay. */
export interface Tally {
  readonly count: Count;
  of(name: CounterName): number;
  /** the value of each label of a counter */
  byLabel(name: CounterName): ReadonlyMap<string, number>;
  /** labels of a counter with their values, the largest first: `nova-compute 12, nova-api 3` */
  labels(name: CounterName): string;
  /** Problems with the logs, one line each. */
  faults(): string[];
  /** All counters and the duration, one line each. */
  details(facts: { readonly took: Millis; readonly bytes: number }): string[];
}

const MOST_LABELS = 3;

/** Counters that an operator must see without `--verbose`: damaged logs, or a limit that was reached. */
const faults: Partial<Record<CounterName, (n: number) => string>> = {
  unparsed_lines: (n) => `${many(n, 'line')} in no known format; \`novaspan check\` on these logs says more`,
  overlong_lines: (n) => `${many(n, 'line')} longer than 1 MiB: only the beginning was read`,
  malformed_lines: (n) => `${many(n, 'line')} damaged: cut, broken, or withheld by journalctl without --all`,
  unknown_logs: (n) => `${many(n, 'log')} not read, because their service is not known: name it with --service`,
  cut_off_logs: (n) => `${many(n, 'log')} truncated: a compressed file was cut off, or a pipe broke; the readable part is used`,
  vlog_lines_missing: (n) => `${many(n, 'line')} of OVS or OVN lost before the log was written, or not in this copy of it`,
  vlog_messages_dropped: (n) => `${many(n, 'message')} that OVS or OVN did not log because of their own rate limit`,
  clock_jump: (n) => `${many(n, 'line')} with a time far ahead of the others: a wrong date, or a clock that was set`,
  pending_events_evicted: (n) => `${many(n, 'line')} dropped, because too many were waiting for their action: phases may be missing`,
  open_actions_evicted: (n) => `${many(n, 'action')} closed early, as too many were open (outcome evicted)`,
  ports_truncated: (n) => `${many(n, 'port')} left out of actions that have too many`,
  spans_left_out: (n) => `${many(n, 'span')} left out of traces that have too many`,
  span_ids_repeated: (n) => `${many(n, 'span')} left out, as another had the same id: a fault of novaspan, please report it`,
};

/** Texts of the other counters for operators; the default is the help in model/counters.ts. */
const words: Partial<Record<CounterName, string>> = {
  lines: 'lines read',
  records: 'log records in them',
  events: 'records that are about actions, or may be',
  unrecognised: 'records that say nothing about actions',
  unnamed: 'requests in the logs that are no action of an instance, or whose action no line names',
  late: 'lines that came too late for their action: a log that is far behind, or a wrong time zone',
  orphans: 'lines about instances or ports that have no action in these logs',
  other_program_lines: 'lines of programs that are not read',
  repeated_events: 'records that another log holds, too: read once',
  actions: 'actions found',
  fragments: 'parts of actions found, whose root is not in these logs',
};

export function createTally(): Tally {
  const totals = new Map<CounterName, { sum: number; labels: Map<string, number> }>();
  const of = (name: CounterName): number => totals.get(name)?.sum ?? 0;
  const byLabel = (name: CounterName): ReadonlyMap<string, number> => totals.get(name)?.labels ?? new Map();
  const labels = (name: CounterName): string => largest(byLabel(name));
  const behind = (name: CounterName): string => (labels(name) === '' ? '' : ` (${labels(name)})`);

  return {
    count(name, by = 1, label) {
      const total = totals.get(name) ?? { sum: 0, labels: new Map<string, number>() };
      total.sum += by;
      if (label !== undefined) total.labels.set(label, (total.labels.get(label) ?? 0) + by);
      totals.set(name, total);
    },

    of,
    byLabel,
    labels,

    faults: () =>
      counterNames.flatMap((name) => {
        const textOf = faults[name];
        return textOf === undefined || of(name) === 0 ? [] : [`${textOf(of(name))}${behind(name)}`];
      }),

    details({ took, bytes }) {
      const names = counterNames.filter((name) => of(name) > 0);
      const width = Math.max(0, ...names.map((name) => name.length));
      const seconds = Math.max(took, 1) / 1000;
      return [
        `${many(of('lines'), 'line')} in ${seconds.toFixed(1)} s${bytes > 0 ? ` (${(bytes / 1e6 / seconds).toFixed(1)} MB/s)` : ''}`,
        ...names.map(
          (name) => `  ${name.padEnd(width)} ${grouped(of(name)).padStart(11)}  ${words[name] ?? counters[name].help}${behind(name)}`,
        ),
      ];
    },
  };
}

function largest(labels: ReadonlyMap<string, number>): string {
  const sorted = [...labels].sort(([name, a], [other, b]) => b - a || (name < other ? -1 : 1));
  const shown = sorted.slice(0, MOST_LABELS).map(([label, n]) => `${label} ${grouped(n)}`);
  return `${shown.join(', ')}${sorted.length > MOST_LABELS ? `, and ${sorted.length - MOST_LABELS} more` : ''}`;
}
