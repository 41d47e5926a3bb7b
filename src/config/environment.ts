/** Path of a field in the configuration, such as `['otlp', 'timeout']`. */
export type FieldPath = readonly string[];

/** An environment variable that sets a field. */
export interface Variable {
  readonly name: string;
  readonly field: FieldPath;
  /** description of the value, if it differs from the field of the file */
  readonly about?: string;
  /** Name of the variable up to version 0.2. It is still read. */
  readonly former?: string;
  /** Converts the text to the value of the field. */
  readonly read?: (text: string) => unknown;
}

const booleanOf = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text);
const numberOf = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);

/**
 * Settings from the environment. Other variables with the prefix NOVASPAN_ are no fault: Kubernetes sets
 * NOVASPAN_SERVICE_HOST and others for a Service named novaspan.
 */
export const variables: readonly Variable[] = [
  {
    name: 'NOVASPAN_LOGS',
    field: ['logs'],
    about: 'paths, with `:` between them',
    read: (text) =>
      text
        .split(':')
        .filter((path) => path !== '')
        .map((path) => ({ path })),
  },
  { name: 'NOVASPAN_HOST', field: ['host'] },
  { name: 'NOVASPAN_TIMEZONE', field: ['timezone'] },
  { name: 'NOVASPAN_POLL_INTERVAL', field: ['pollInterval'] },
  { name: 'NOVASPAN_STATE_DIR', field: ['stateDir'] },
  { name: 'NOVASPAN_CHECKPOINT_INTERVAL', field: ['checkpointInterval'] },
  { name: 'NOVASPAN_LOOK_BACK', field: ['lookBack'] },
  { name: 'NOVASPAN_BACKFILL', field: ['backfill'], about: '`true` or `false`', read: booleanOf },
  { name: 'NOVASPAN_OUTPUT', field: ['output'] },
  { name: 'NOVASPAN_LINES', field: ['lines'] },
  {
    name: 'NOVASPAN_RULES',
    field: ['rules'],
    about: 'files, with `:` between them',
    read: (text) => text.split(':').filter((path) => path !== ''),
  },
  { name: 'NOVASPAN_LOG_LEVEL', field: ['logLevel'] },
  { name: 'NOVASPAN_QUEUE', field: ['queue'], read: numberOf },
  { name: 'NOVASPAN_QUEUE_BYTES', field: ['queueBytes'] },
  { name: 'NOVASPAN_DRAIN_TIMEOUT', field: ['drainTimeout'] },
  { name: 'NOVASPAN_RECEIVE_LISTEN', field: ['receive', 'listen'] },
  { name: 'NOVASPAN_RECEIVE_DELAY', field: ['receive', 'delay'] },
  { name: 'NOVASPAN_RECEIVE_BUFFER_BYTES', former: 'NOVASPAN_RECEIVE_SPOOL_BYTES', field: ['receive', 'bufferBytes'] },
  { name: 'NOVASPAN_VIEW_LISTEN', field: ['view', 'listen'] },
  { name: 'NOVASPAN_TELEMETRY_LISTEN', field: ['telemetry', 'listen'] },
];

/** A field of the configuration, and the standard variables that win over it. */
export interface StandardVariables {
  readonly field: FieldPath;
  readonly names: readonly string[];
}

/**
 * Standard variables of OpenTelemetry. The SDK reads them, but its explicit options win over them. For the variables to
 * win over the file, a field is dropped if one of its variables is set.
 */
export const standardVariables: readonly StandardVariables[] = [
  { field: ['otlp', 'endpoint'], names: ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] },
  { field: ['otlp', 'headers'], names: ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'] },
  { field: ['otlp', 'timeout'], names: ['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] },
];

/** An empty variable counts as not set. */
export const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';
