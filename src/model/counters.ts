/**
 * Everything that can be passed over, dropped or thought odd, by name. Nothing is dropped in silence: code that lets
 * something go says so here. `telemetry/` turns the names into Prometheus metrics, `replay` prints them at the end.
 */
export const counters = {
  lines: 'physical lines read',
  records: 'log records whose envelope was read',
  events: 'records whose message the catalogue knows',
  unrecognised: 'records of a known logger whose message the catalogue does not know',
  garbage: 'lines in no known format that continue no record',
  overlong_lines: 'lines cut at the length limit',
  foreign_lines: 'lines of other programs, in a log that several write to',
  damaged_lines: 'lines that do not fit the form of their log: cut, broken, or withheld by journalctl without --all',
  form_changes: 'times that a log went on in another form',
  unknown_logs: 'logs that are not read, as neither their name nor their lines say whose they are',
  actions: 'actions exported with their root',
  fragments: 'parts of actions exported for another sidecar to complete',
  unnamed: 'bags of lines that turned out to be no instance action',
  late: 'lines that came after their action had been exported',
  orphans: 'lines that could be a phase but led to no action',
  waiting_room_full: 'lines given up because too many were waiting for a link',
  cut_off_logs: 'compressed logs that end in the middle; what could be read of them was',
  clock_jump: 'lines whose time was too far ahead to move the watermark',
  file_resets: 'files begun again because they turned out to be other files than before',
  sources_unreadable: 'polls in which a log could not be read',
  exports_retried: 'export requests tried again',
  spans_rejected: 'spans the backend said it did not take',
  traces_refused: 'traces the backend will never take',
  traces_set_aside: 'refused traces kept on disk, for `novaspan resend`',
  set_aside_failures: 'times that a refused trace could not be written to disk; it waits in memory until it can',
  traces_dropped: 'refused traces that are lost, as there is no folder to set them aside or it is full',
} as const;

export type CounterName = keyof typeof counters;

/** Adds to a counter. `label` says which of several, such as a kind or a path; it must come from a small set. */
export type Count = (name: CounterName, by?: number, label?: string) => void;
