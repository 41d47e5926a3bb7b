import type { FieldPath } from './environment.js';

export interface Flag {
  readonly field: FieldPath;
  /** what it says of the field, where that is not its own value */
  readonly says?: unknown;
  /** makes of its text what the file would have */
  readonly read?: (text: string) => unknown;
}

/** Flags of `tail` that say what a field of the configuration would. `--service` and `--log-form` are not among them: they are said of every log. */
export const flagFields: Readonly<Record<string, Flag>> = {
  host: { field: ['host'] },
  timezone: { field: ['timezone'] },
  endpoint: { field: ['otlp', 'endpoint'] },
  lines: { field: ['lines'] },
  rules: { field: ['rules'], read: (text) => text.split(',') },
  'state-dir': { field: ['stateDir'] },
  backfill: { field: ['backfill'], says: true },
  receive: { field: ['receive', 'listen'] },
  'log-level': { field: ['logLevel'] },
  metrics: { field: ['telemetry', 'listen'] },
};
