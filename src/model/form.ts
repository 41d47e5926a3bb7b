/** How a log can be written, by the name that `--log-form` takes: one line per line, or wrapped by what carried it. */
export const logForms = [
  'plain',
  'cri',
  'docker',
  'journal-json',
  'syslog',
  'rfc5424',
  'oslo-json',
  'fluent',
  'pebble',
  'kubectl',
  'stern',
  'compose',
  'timestamps',
  'apache',
  'filebeat',
  'kolla',
  'loki',
  'grep',
] as const;

export type LogForm = (typeof logForms)[number];
