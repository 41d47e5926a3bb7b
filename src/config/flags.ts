import type { FieldPath } from './environment.js';

/** A command line option that sets a field. */
export interface Flag {
  readonly field: FieldPath;
  /** the value that the flag sets, if not its own value */
  readonly says?: unknown;
  /** converts the text to the value of the field */
  readonly read?: (text: string) => unknown;
}

/**
 * Flags of `tail` that set a field of the configuration. `--service` and `--log-form` are missing: they apply to every
 * log.
 */
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
