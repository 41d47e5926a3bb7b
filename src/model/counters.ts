/** A counter. If it has a label, the label's values come from a small set. */
export interface Counter {
  readonly help: string;
  /** the name of its label in Prometheus; undefined for a counter without one */
  readonly label: string | undefined;
  /** its name in Prometheus is `novaspan_<as>_total`; differs from its own name if that is used for another metric */
  readonly as: string;
}

/** A counter without a label is only its help text. */
type Row = string | { readonly help: string; readonly label?: string; readonly as?: string };

const by = (label: string, help: string): Row => ({ help, label });

/**
 * Counters for everything that can be skipped, dropped or unusual, by name. Nothing is dropped silently: code that
 * drops something counts it here. `telemetry/` exports the counters to Prometheus, and `replay` prints them at the end.
 */
const rows = {
  lines: by('service', 'physical lines read'),
  records: by('service', 'log records whose envelope was read'),
  events: by('service', 'records whose message the catalogue knows'),
  unrecognised: by('service', 'records of a known logger whose message the catalogue does not know, or no action needs'),
  unparsed_lines: by('service', 'lines in no known format that continue no record'),
  overlong_lines: 'lines cut at the length limit of 1 MiB',
  other_program_lines: by('program', 'lines of other programs, in a log that several programs write to'),
  repeated_events: by(
    'service',
    'records skipped because another log holds them, too: those of the journal or syslog, where the service also has its own log',
  ),
  malformed_lines: by('form', 'lines that do not fit the form of their log: cut, damaged, or withheld by journalctl without --all'),
  form_changes: by('path', 'changes of the form of a log'),
  unknown_logs: by('path', 'logs that are not read: neither their name nor their lines show which service wrote them'),
  vlog_lines_missing: by('service', 'lines missing from a log of OVS or OVN, by the serial numbers of its lines'),
  vlog_messages_dropped: by('service', 'messages that OVS or OVN dropped by their own rate limit'),
  actions: { help: 'actions exported with their root', as: 'actions_built' },
  fragments: 'parts of actions exported without a root, which another sidecar exports',
  unnamed: 'requests in the logs that are no instance action, or whose action no line names',
  late: by('kind', 'lines that arrived after their action was exported'),
  replayed_lines: 'lines read again after a restart, of actions that were already exported',
  orphans: by('kind', 'lines that could be part of an action but lead to none'),
  pending_events_evicted: 'lines dropped because too many waited for the line that links them to an action',
  open_actions_evicted: 'actions closed early because too many were open; their outcome is `evicted`',
  ports_truncated: 'ports left out of an action that has too many',
  cut_off_logs: by('path', 'truncated compressed logs; their readable part was read'),
  clock_jump: by('service', 'lines whose time is too far in the future to move the watermark'),
  file_resets: by('path', 'files read from their start again, because their content was replaced'),
  sources_unreadable: by('path', 'polls in which a log could not be read'),
  files_lost: by('path', 'files not read to their end: deleted before that, or still written to too long after a rotation'),
  nul_bytes: 'NUL bytes skipped: holes in files that were truncated while written to',
  duplicate_traces: 'traces built again after a restart and not sent, because they were already exported',
  pre_start_traces: 'traces not sent because they ended before the first start, or began before its look-back',
  received_requests: by(
    'status',
    'received requests with logs, by the HTTP status of the answer; `none` where the sender had disconnected',
  ),
  received_records: 'received log records that were accepted',
  received_bytes: 'bytes of lines in accepted log records',
  received_duplicates: 'received requests that were repeated, and were acknowledged without writing them again',
  received_skipped: 'received log records of logs that novaspan does not read',
  received_rejected: by('reason', 'received log records that were rejected'),
  received_late: by('host', 'received lines that came after actions of their time were exported: these actions are incomplete'),
  checkpoints_failed: 'checkpoints that could not be written',
  secrets_hidden: 'texts in traces in which something that looks like a secret was hidden',
  values_cut: 'texts and lists in traces that were cut at their limit',
  lines_left_out: 'log lines not attached to their span, which has too many',
  span_ids_repeated: 'spans left out because another span of the trace has the same id: a fault in novaspan, please report it',
  spans_left_out: 'spans left out of traces that have too many',
  exports_retried: 'export requests that were retried',
  spans_rejected: 'spans that the backend rejected',
  traces_refused: 'traces that the backend refused for good',
  traces_dead_lettered: 'refused traces written to the dead-letter folder, for `novaspan resend`',
  dead_letter_failures: 'failed writes of a refused trace to the dead-letter folder; the trace waits in memory',
  traces_dropped: 'refused traces that are lost, because there is no dead-letter folder or it is full',
} as const satisfies Record<string, Row>;

/** The name of a counter. */
export type CounterName = keyof typeof rows;

const counterOf = (name: string, row: Row): Counter => {
  const { help, label, as = name } = typeof row === 'string' ? { help: row } : row;
  return { help, label, as };
};

/** The counters by name. */
export const counters = Object.fromEntries(Object.entries<Row>(rows).map(([name, row]) => [name, counterOf(name, row)])) as Readonly<
  Record<CounterName, Counter>
>;

export const counterNames = Object.keys(rows) as CounterName[];

/**
 * Adds `by` (default 1) to a counter. `label` is the value of its label, such as a kind or a path, from a small set.
 */
export type Count = (name: CounterName, by?: number, label?: string) => void;
