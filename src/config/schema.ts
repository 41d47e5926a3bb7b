import { hostname } from 'node:os';
import * as z from 'zod';
import { logForms } from '../model/form.js';
import { HOST_FORM, isHostName } from '../model/host.js';
import { LISTEN_FORM, parseListen } from '../model/listen.js';
import { logLevels } from '../model/log-levels.js';
import { phaseHistograms } from '../model/phase-histograms.js';
import { duration } from './duration.js';
import { size } from './size.js';

const text = (what: string) => z.string(`must be ${what}`).min(1, `must be ${what}`);

/** Offsets are refused: some Node.js releases accept them as zones, and an offset is wrong for half of the year. */
const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
};
const ZONE = 'an IANA time zone, such as Europe/Berlin or UTC (not an offset like +02:00, which is wrong for half of the year)';
/**
 * Why `auto` is refused: a detected zone may differ at the next start, and traces would be sent again with other times.
 */
const NO_AUTO =
  'cannot be auto: logs prove an offset of today, which changes with summer time while tail runs; run `novaspan check` on the logs and give the zone that it names';
const zone = text(ZONE).refine(isZone, { error: ({ input }) => (input === 'auto' ? NO_AUTO : `must be ${ZONE}`) });

const NO_LOGS = 'name at least one log: as PATH on the command line, in NOVASPAN_LOGS, or here; or set receive.listen to receive logs';
const NEEDS_STATE_DIR = 'needs a stateDir: received lines are kept there until their actions are exported';

const logSchema = z.strictObject({
  path: text('the path of a file or folder, or a glob').describe(
    'a file, a folder (then every `*.log` in it and below) or a glob. Rotated files are recognised as parts of their log',
  ),
  service: text('the name of a service').optional().meta({
    description: 'the service that writes it, such as `nova-compute`',
    shownDefault: 'from its name: `nova-compute.log`, `SERVICE@HOST.log`',
  }),
  host: text('the name of a host').optional().meta({ description: 'the host that writes it', shownDefault: 'from its name, else `host`' }),
  form: z
    .enum(['auto', ...logForms])
    .optional()
    .meta({
      description: 'the form of its lines: [log-forms.md](log-forms.md). `auto` detects it',
      shownDefault: '`auto`',
    }),
  timezone: zone.optional().meta({
    description: 'the time zone of its lines; OVS and OVN always log in UTC and are read so',
    shownDefault: '`timezone`',
  }),
});

const otlpSchema = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .optional()
    .meta({
      description: 'the OTLP/HTTP endpoint of the backend; `/v1/traces` is added to it',
      shownDefault: '`http://localhost:4318`',
    }),
  headers: z.record(z.string(), z.string('must be text: put it in quotes')).optional().meta({
    description: 'sent with every request. Put credentials in `OTEL_EXPORTER_OTLP_HEADERS` instead',
    shownDefault: 'none',
  }),
  timeout: duration.optional().meta({ description: 'how long one request may take', shownDefault: '`10s`' }),
});

const address = text(LISTEN_FORM).refine((listen) => listen === 'off' || parseListen(listen) !== undefined, `must be ${LISTEN_FORM}`);

const telemetrySchema = z.strictObject({
  listen: address
    .default('127.0.0.1:9464')
    .describe(
      'where `/metrics`, `/healthz` and `/readyz` are served: HOST:PORT, or `off`. They show host names and paths, without a password',
    ),
  phaseHistograms: z
    .enum(phaseHistograms)
    .default('off')
    .describe(
      'metrics of phase durations besides count, sum and maximum: `off`, `coarse` (buckets) or `native` (native histograms of Prometheus). What each costs: [deploy.md](deploy.md#metrics)',
    ),
  logSlowerThan: duration
    .prefault('60s')
    .describe('`tail` logs an action that took longer, or failed, in one sentence: how it ended, and where its time went'),
});

const receiveSchema = z.strictObject({
  listen: address
    .default('off')
    .describe(
      'address for logs that a Collector, Fluent Bit or Vector sends by OTLP/HTTP: HOST:PORT, or `off` ([logs-in.md](logs-in.md)). It has no password: anyone who can reach it can send',
    ),
  delay: duration
    .prefault('30s')
    .describe('maximum lateness of a received line. Every trace is exported this much later; lines that come later still are left out'),
  bufferBytes: size
    .refine((bytes) => bytes >= SMALLEST_RECEIVE_BUFFER, 'must be 64MiB or more')
    .prefault('1GiB')
    .describe('limit of the disk space for received lines in `stateDir`; when it is reached, senders get 503 and must wait'),
  timezones: z
    .record(z.string().refine(isHostName), zone, { error: ({ code }) => (code === 'invalid_key' ? `must be ${HOST_FORM}` : undefined) })
    .default({})
    .meta({ description: 'time zones of hosts whose received lines are not in `timezone`, by `host.name`', shownDefault: 'none' }),
});

/** Room for one request, plus the disk space that is left free. */
const SMALLEST_RECEIVE_BUFFER = 64 * 1024 * 1024;

const viewSchema = z.strictObject({
  listen: address
    .default('off')
    .describe(
      "where the page of the last actions and Jaeger's query API are served: HOST:PORT, or `off` ([view.md](view.md)). They show log lines, without a password",
    ),
  traces: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .default(1000)
    .describe('limit of the number of actions in memory for the page; the oldest are dropped first'),
  bytes: size.prefault('32MiB').describe('limit of their memory, compressed; the oldest are dropped first'),
});

/** All settings of `novaspan tail`. An unknown setting is an error, not ignored. */
const fields = z.strictObject({
  logs: z.array(logSchema, 'must be a list, each item with a path').default([]).meta({
    description: 'the logs to follow; a path `journal:` is the journal of this machine ([deploy.md](deploy.md))',
    shownDefault: 'none: at least one is needed, or `receive.listen`',
  }),
  host: text('the name of a host')
    .default(() => hostname())
    .meta({ description: 'the host that writes the logs, if their names do not show it', shownDefault: "this machine's name" }),
  timezone: zone
    .default(() => new Intl.DateTimeFormat().resolvedOptions().timeZone)
    .meta({
      description:
        'the time zone of the lines of nova, neutron, placement and glance. The zone of a container can differ from that of its host',
      shownDefault: "this machine's zone",
    }),
  pollInterval: duration
    .prefault('250ms')
    .describe('how often the logs are read while there is more to read; a quarter as often where all has been read'),
  stateDir: text('a folder, or none').optional().meta({
    description:
      'the folder for the checkpoint and for traces that the backend refused. `none`: nothing is kept, and each start is a first start',
    shownDefault:
      '`$STATE_DIRECTORY` (systemd sets it), else `/var/lib/novaspan` for root, else `$XDG_STATE_HOME/novaspan` or `~/.local/state/novaspan`; `none` where `output` is not `otlp`',
  }),
  checkpointInterval: duration
    .prefault('5s')
    .describe(
      'how often the checkpoint is written while lines are read or traces exported (else once a minute). After a crash, traces sent since the last one are sent again',
    ),
  lookBack: duration
    .prefault('15m')
    .describe('at the first start: how far to look back. Actions that began within this time and end after the start are exported whole'),
  backfill: z
    .boolean('must be true or false')
    .default(false)
    .describe('at the first start: export all actions in the logs, from the oldest rotated file on. With a checkpoint it has no effect'),
  output: z
    .enum(['otlp', 'otlp-json', 'json', 'text'])
    .default('otlp')
    .describe(
      'where traces go: `otlp` to the backend; the others to standard output, as one line of OTLP JSON or plain JSON per trace, or as text for people',
    ),
  otlp: otlpSchema.prefault({}).describe('the backend'),
  lines: z.enum(['events', 'off']).default('events').describe('whether spans carry the log lines behind them, as span events'),
  rules: z
    .array(text('the path of a file'), 'must be a list of files')
    .default([])
    .meta({ description: 'files of your own messages and phases ([rules.md](rules.md))', shownDefault: 'none' }),
  logLevel: z
    .enum(logLevels)
    .default('info')
    .describe(
      'how much novaspan logs on standard error: `debug` logs each decision about an action, with its reason ([tailing.md](tailing.md#why-does-my-trace-not-appear))',
    ),
  queue: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .default(1000)
    .describe(
      'limit of the number of traces that wait for the backend; when it is reached, reading pauses until the backend accepts traces again',
    ),
  queueBytes: size.prefault('64MiB').describe('limit of the estimated memory of these traces, with the same effect'),
  drainTimeout: duration
    .prefault('10s')
    .describe('how long a stop may wait until the backend has accepted the finished traces; the next start sends the rest'),
  receive: receiveSchema.prefault({}).describe('logs that other programs send'),
  view: viewSchema.prefault({}).describe('a page of the last actions'),
  telemetry: telemetrySchema.prefault({}).describe("novaspan's own log"),
});

/** Checks across fields. They run even if single fields are wrong, so that all faults are reported at once. */
export const configSchema = fields.superRefine(
  ({ logs, receive, stateDir, output }, { addIssue }) => {
    const isListening = receive?.listen !== undefined && receive.listen !== 'off';
    if (Array.isArray(logs) && logs.length === 0 && !isListening) addIssue({ code: 'custom', path: ['logs'], message: NO_LOGS });
    const isKept = stateDir === undefined ? output === 'otlp' : stateDir !== 'none';
    if (isListening && !isKept) addIssue({ code: 'custom', path: ['receive', 'listen'], message: NEEDS_STATE_DIR });
  },
  { when: ({ value }) => typeof value === 'object' && value !== null },
);

/** Complete settings: defaults filled in, durations in milliseconds, sizes in bytes. */
export type Config = z.output<typeof configSchema>;
