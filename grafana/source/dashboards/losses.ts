import { type Placed, type Section, sized } from '../assemble.js';
import { bars } from '../panel.js';
import { orNone, perStep } from '../promql.js';
import { range } from '../target.js';

/** Counters that say that something is not in a trace, by what becomes of it. */
const gone: Readonly<Record<string, string>> = {
  traces_dropped_total: 'traces dropped',
  spans_rejected_total: 'spans the backend rejected',
  files_lost_total: 'files lost before their end',
  cut_off_logs_total: 'compressed logs cut off',
  vlog_lines_missing_total: 'lines missing in OVS and OVN logs',
};

/** What OVS and OVN did not write, by their own limit of repeated messages: it says nothing of what novaspan read. */
const LIMITED: Readonly<Record<string, string>> = { vlog_messages_dropped_total: 'messages' };

const held: Readonly<Record<string, string>> = {
  traces_dead_lettered_total: 'traces in dead letters',
  dead_letter_failures_total: 'dead letters not written yet',
  exports_retried_total: 'requests tried again',
  checkpoints_failed_total: 'checkpoints not written',
  sources_unreadable_total: 'polls of unreadable logs',
};

const bounded: Readonly<Record<string, string>> = {
  pending_events_evicted_total: 'lines: waiting room full',
  open_actions_evicted_total: 'actions: too many open',
  ports_truncated_total: 'ports: too many',
  spans_left_out_total: 'spans: too many',
  lines_left_out_total: 'lines: too many behind a span',
  values_cut_total: 'texts cut',
  overlong_lines_total: 'lines cut',
};

const odd: Readonly<Record<string, string>> = {
  file_resets_total: 'files begun again',
  clock_jump_total: 'times ahead of the clock',
  malformed_lines_total: 'damaged lines',
  unparsed_lines_total: 'lines in no known form',
  nul_bytes_total: 'NUL bytes',
  unknown_logs_total: 'unknown logs',
  form_changes_total: 'forms changed',
  span_ids_repeated_total: 'spans with the id of another',
};

const grownBy = (counters: Readonly<Record<string, string>>, matchers: string) =>
  Object.entries(counters).map(([name, legend]) => range(orNone(perStep(name, matchers), matchers), legend));

const losing = (title: string, description: string, counters: Readonly<Record<string, string>>, matchers: string): Placed =>
  sized(12, 8, bars({ title, description, unit: 'short' }, grownBy(counters, matchers), { many: Object.keys(counters).length > 1 }));

export const losses = (matchers: string): Section => ({
  title: 'What it passed over',
  panels: [
    losing('Lost', 'What is in no trace, and will not be. It should be empty; the runbook says what to do about each.', gone, matchers),
    losing(
      'Waiting to be sent again',
      'What waits and is tried again, or is kept for `novaspan resend`. Short bursts are outages; what stays needs a look at its log.',
      held,
      matchers,
    ),
  ],
});

export const oddities = (matchers: string): Section => ({
  title: 'Bounds, odd logs, and what OVS and OVN left out',
  isFolded: true,
  panels: [
    losing('Bounds reached', 'Traces that are there but not whole, as memory and size are bounded.', bounded, matchers),
    losing(
      'Odd logs',
      'Files that were emptied, mixed or damaged under it. Once at a rotation is usual; often is a log that two programs write to.',
      odd,
      matchers,
    ),
    losing(
      'Not written by OVS and OVN',
      'Repeated messages that these daemons left out themselves (“Dropped N log messages”), usually of polling and of warnings. Normal; no phase needs them.',
      LIMITED,
      matchers,
    ),
  ],
});
