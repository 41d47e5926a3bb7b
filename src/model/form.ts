/** The forms of logs, by their names in `--log-form`: `plain`, or wrapped by a transport, a runtime or a tool. */
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

/** The name of a form of logs. */
export type LogForm = (typeof logForms)[number];
