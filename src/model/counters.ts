/** A counter: what it counts, and by what it is split where it is: each of its label's values comes from a small set. */
export interface Counter {
  readonly help: string;
  /** Prometheus' name of the label that `count` is given; undefined for a counter that is one number */
  readonly label: string | undefined;
  /** `novaspan_<this>_total`; as the counter itself, but where Prometheus has that name for something else */
  readonly as: string;
}

/** What counts by nothing is its help alone. */
type Row = string | { readonly help: string; readonly label?: string; readonly as?: string };

const by = (label: string, help: string): Row => ({ help, label });

/**
 * Everything that can be passed over, dropped or thought odd, by name. Nothing is dropped in silence: code that lets
 * something go says so here. `telemetry/` turns the names into Prometheus metrics, `replay` prints them at the end.
 */
const rows = {
  lines: by('service', 'physical lines read'),
  records: by('service', 'log records whose envelope was read'),
  events: by('service', 'records whose message the catalogue knows'),
  unrecognised: by('service', 'records of a known logger whose message the catalogue does not know, or no action needs'),
  garbage: by('service', 'lines in no known format that continue no record'),
  overlong_lines: 'lines cut at the length limit',
  foreign_lines: by('program', 'lines of other programs, in a log that several write to'),
  repeated_events: by(
    'service',
    'records left out that another log holds, too: of the journal or syslog, where the service has a log of its own',
  ),
  damaged_lines: by('form', 'lines that do not fit the form of their log: cut, broken, or withheld by journalctl without --all'),
  form_changes: by('path', 'times that a log went on in another form'),
  unknown_logs: by('path', 'logs that are not read, as neither their name nor their lines say whose they are'),
  vlog_lines_missing: by('service', 'lines that OVS or OVN numbered and that are not in their log'),
  vlog_messages_dropped: by('service', 'messages that OVS or OVN say they did not log, as there were too many'),
  actions: { help: 'actions exported with their root', as: 'actions_built' },
  fragments: 'parts of actions exported for another sidecar to complete',
  unnamed: 'bags of lines that turned out to be no instance action',
  late: by('kind', 'lines that came after their action had been exported'),
  read_again: 'lines that were read before a restart, of actions that are told already',
  orphans: by('kind', 'lines that could be a phase but led to no action'),
  waiting_room_full: 'lines given up because too many were waiting for a link',
  open_full: 'actions closed early because too many were open: their outcome is `evicted`',
  ports_full: 'ports left out of an action because it had too many',
  cut_off_logs: by('path', 'compressed logs that end in the middle; what could be read of them was'),
  clock_jump: by('service', 'lines whose time was too far ahead to move the watermark'),
  file_resets: by('path', 'files begun again because they turned out to be other files than before'),
  sources_unreadable: by('path', 'polls in which a log could not be read'),
  files_lost: by(
    'path',
    'files of a log that could not be read to their end, as they were gone, or were written to for too long after a rotation',
  ),
  nul_bytes: 'NUL bytes passed over: holes of files that were emptied while they were written to',
  traces_known: 'traces built again after a restart and not sent, as they had been told',
  traces_before_start: 'traces not sent, as they were over before the first start or began before what it looks back to',
  received_requests: by('status', 'requests with logs, by the status that they were answered with; `none` where the sender had gone'),
  received_records: 'log records that were sent and taken',
  received_bytes: 'bytes of the lines in them',
  received_repeated: 'requests that had been taken before, and were answered so',
  received_passed_over: 'log records that were sent, of logs that are not read',
  received_rejected: by('reason', 'log records that were sent and cannot be used'),
  received_late: by(
    'host',
    'lines that were sent so late that actions of their time had been told: those are told in parts, or end otherwise',
  ),
  checkpoints_failed: 'checkpoints that could not be written',
  secrets_hidden: 'texts of traces in which something was hidden that looks like a secret',
  values_cut: 'texts and lists of traces that were cut at their bound',
  lines_left_out: 'lines behind spans that are not shown on them, as there are too many',
  span_ids_repeated: 'spans left out because another of their trace had their id: a fault in novaspan, please report it',
  spans_left_out: 'spans left out of traces that have too many',
  exports_retried: 'export requests tried again',
  spans_rejected: 'spans the backend said it did not take',
  traces_refused: 'traces the backend will never take',
  traces_set_aside: 'refused traces kept on disk, for `novaspan resend`',
  set_aside_failures: 'times that a refused trace could not be written to disk; it waits in memory until it can',
  traces_dropped: 'refused traces that are lost, as there is no folder to set them aside or it is full',
} as const satisfies Record<string, Row>;

export type CounterName = keyof typeof rows;

const counterOf = (name: string, row: Row): Counter => {
  const { help, label, as = name } = typeof row === 'string' ? { help: row } : row;
  return { help, label, as };
};

export const counters = Object.fromEntries(Object.entries<Row>(rows).map(([name, row]) => [name, counterOf(name, row)])) as Readonly<
  Record<CounterName, Counter>
>;

export const counterNames = Object.keys(rows) as CounterName[];

/** Adds to a counter. `label` says which of several, such as a kind or a path; it must come from a small set. */
export type Count = (name: CounterName, by?: number, label?: string) => void;
