/**
 * All attribute keys of spans that novaspan writes or reads, with the type of their values. Dashboards, checks and
 * users rely on both; docs/tracing-model.md explains each key. A backend stores a key in one column, so a key has one
 * type: durations are always `double`, even if they are whole numbers; counts, places and status codes are always
 * `int`.
 */
const table = {
  instance: ['openstack.instance.id', 'string'],
  action: ['openstack.action', 'string'],
  request: ['openstack.request.id', 'string'],
  project: ['openstack.project.id', 'string'],
  user: ['openstack.user.id', 'string'],
  outcome: ['openstack.outcome', 'string'],
  summary: ['novaspan.summary', 'string'],
  port: ['openstack.port.id', 'string'],
  interface: ['openstack.interface.name', 'string'],
  mac: ['openstack.mac', 'string'],
  reported: ['novaspan.reported_duration_s', 'double'],
  unexplained: ['novaspan.unexplained_ms', 'double'],
  observed: ['novaspan.phases.observed', 'list'],
  missing: ['novaspan.phases.missing', 'list'],
  notLogged: ['novaspan.phases.not_logged', 'list'],
  notApplicable: ['novaspan.phases.not_applicable', 'list'],
  start: ['novaspan.start.evidence', 'string'],
  end: ['novaspan.end.evidence', 'string'],
  endReason: ['novaspan.end.reason', 'string'],
  skew: ['novaspan.outside_parent_ms', 'double'],
  ovnStall: ['novaspan.cause.ovn_poll_stall_ms', 'double'],
  ovsStall: ['novaspan.cause.ovs_poll_stall_ms', 'double'],
  northdStall: ['novaspan.cause.northd_poll_stall_ms', 'double'],
  ovnEngine: ['novaspan.cause.ovn_engine_ms', 'double'],
  lockWait: ['novaspan.cause.lock_wait_ms', 'double'],
  lock: ['novaspan.cause.lock', 'list'],
  image: ['novaspan.cause.image', 'string'],
  imageFetch: ['novaspan.cause.image_fetch_ms', 'double'],
  imageConvert: ['novaspan.cause.image_convert_ms', 'double'],
  requests: ['novaspan.cause.requests_ms', 'double'],
  builds: ['novaspan.concurrent_builds', 'int'],
  errorType: ['error.type', 'string'],
  exceptionType: ['exception.type', 'string'],
  exceptionMessage: ['exception.message', 'string'],
  exceptionStack: ['exception.stacktrace', 'string'],
  httpMethod: ['http.request.method', 'string'],
  httpStatus: ['http.response.status_code', 'int'],
  httpRoute: ['http.route', 'string'],
  urlPath: ['url.path', 'string'],
  logPath: ['log.file.path', 'string'],
  logName: ['log.file.name', 'string'],
  logLine: ['novaspan.log.line', 'int'],
  logOffset: ['novaspan.log.offset', 'int'],
  logService: ['novaspan.log.service', 'string'],
  logLevel: ['novaspan.log.level', 'string'],
  logMessage: ['novaspan.log.message', 'string'],
  leastLevel: ['novaspan.log.level.min', 'string'],
} as const satisfies Readonly<Record<string, readonly [key: string, type: 'string' | 'int' | 'double' | 'list']>>;

type Table = typeof table;
type Keys = { readonly [Name in keyof Table]: Table[Name][0] };

/** The attribute keys by short names. */
export const keys = Object.fromEntries(Object.entries(table).map(([name, [key]]) => [name, key])) as Keys;

/** Keys whose values are always doubles in OTLP. */
export const doubles: ReadonlySet<string> = new Set(
  Object.values(table)
    .filter(([, type]) => type === 'double')
    .map(([key]) => key),
);

/** The schema URL of OpenTelemetry's semantic conventions, which define the keys without a prefix of novaspan. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.37.0';

/**
 * How well an end of a span is known: a line shows it, other lines bound it or state a duration, or no line was seen.
 */
export type Certainty = 'observed' | 'derived' | 'unobserved';
