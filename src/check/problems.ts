import { knowsLogger, services } from '../catalogue/index.js';
import type { ClockFinding } from '../clock/judge.js';
import { reasonOf } from '../model/errors.js';
import type { LogForm } from '../model/form.js';
import { diagnose } from '../read/diagnose.js';
import { formatOf, ownName } from '../read/log-reader.js';
import { isStartup } from '../read/startup.js';
import type { Fault } from '../tail/discover.js';
import type { Problem } from './report.js';
import { type CheckOptions, NO_HOST, type Source } from './source.js';
import type { Survey } from './survey.js';

/** With fewer records than this, a missing message proves nothing. */
export const FEW = 20;
/** A logger known to more services than this belongs to a library. Neutron alone has five processes. */
const MOST_SERVICES = 6;
/** Maximum number of other programs named. */
const MOST_PROGRAMS = 3;
/** Loggers of oslo libraries, which every service has, though the catalogue lists few of their messages. */
const LIBRARIES = /^oslo[_.]/;
/** Preferred services when several know the same loggers. */
const COMMON = ['nova-compute', 'nova-api', 'neutron-server', 'placement-api', 'glance-api'];

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is a file, not a folder',
};

/** The problem for a path that cannot be read. */
export function unreadable({ path, cause }: Fault): Problem {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const remedy =
    code === 'EACCES' || code === 'EPERM'
      ? 'run as a user who may read it: root, or one in the group adm, nova or neutron (`ls -l` shows which)'
      : 'check the path';
  return { about: 'unreadable', what: `${path} cannot be read`, why: [REASONS[String(code)] ?? reasonOf(cause)], remedy };
}

/** The problem for a log whose name shows no service. Its lines may suggest one. */
export function unknownService(path: string, survey: Survey, seen: readonly string[]): Problem {
  const guess = likelyService(survey);
  const diagnosis = diagnose(seen);
  return {
    about: 'unknown-service',
    what: `the service that wrote ${path} is not known`,
    why:
      guess === undefined
        ? ['its name does not show it, and no line looks like one of a known service', ...(diagnosis === undefined ? [] : [diagnosis])]
        : [`by its lines it is ${ownName(guess)}`],
    remedy: `pass --service ${guess ?? 'SERVICE'}, or call the file ${guess ?? 'SERVICE'}@HOST.log`,
  };
}

/** The problem for a shared log, such as a journal, without lines of a known service. */
export const nothingRead = (path: string, foreign: ReadonlyMap<string, number>): Problem => ({
  about: 'unknown-service',
  what: `no line of ${path} is from a service that novaspan reads`,
  why: [`its lines are of ${programs(foreign)}`],
  remedy: 'if one of these is a service of novaspan under another name, pass --service SERVICE',
});

/** The problem for a log that does not have the form that the options name. */
export const notOfForm = (path: string, form: LogForm | undefined, lines: number): Problem => ({
  about: 'format',
  what: `no line of ${path} is ${form}`,
  why: [`${lines.toLocaleString('en-US')} ${lines === 1 ? 'line does' : 'lines do'} not fit that form`],
  remedy: 'leave the form out (--log-form auto): it is detected from the lines',
});

/** A note on lines of other programs in the log. */
export const othersNote = (path: string, foreign: ReadonlyMap<string, number>): string =>
  `${path} also holds ${total(foreign).toLocaleString('en-US')} ${total(foreign) === 1 ? 'line' : 'lines'} of ${programs(foreign)}, of which nothing is read`;

const total = (foreign: ReadonlyMap<string, number>): number => [...foreign.values()].reduce((sum, n) => sum + n, 0);

/** Names of the programs with the most lines. */
function programs(foreign: ReadonlyMap<string, number>): string {
  const sorted = [...foreign].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).map(([name]) => name);
  return sorted.length > MOST_PROGRAMS
    ? `${sorted.slice(0, MOST_PROGRAMS).join(', ')} and ${sorted.length - MOST_PROGRAMS} more`
    : sorted.join(', ');
}

/** The service that owns most of the loggers in the log. Loggers of libraries do not count. */
function likelyService({ loggers, records }: Survey): string | undefined {
  const lines = new Map<string, number>();
  for (const [logger, n] of loggers) {
    if (LIBRARIES.test(logger)) continue;
    const knowing = services.filter((service) => knowsLogger(service, logger));
    if (knowing.length > MOST_SERVICES) continue;
    for (const service of knowing) lines.set(service, (lines.get(service) ?? 0) + n);
  }
  const first = (service: string): number => (COMMON.includes(service) ? 0 : 1);
  const [best] = [...lines].sort(([a, one], [b, other]) => other - one || first(a) - first(b));
  return best !== undefined && best[1] * 10 > records ? best[0] : undefined;
}

/** Problems of one log, without comparing it to others. */
export function problemsOf({ set, form, isShared, service, host, survey, sizeBytes, seen }: Source): Problem[] {
  const { lines, records, recognised, writings } = survey;
  if (sizeBytes === 0 || lines === 0) return [];
  const log = isShared ? `what ${ownName(service)} on ${host} wrote into ${set.path}` : set.path;
  if (records === 0) {
    if (isStartup(seen)) return [];
    // Beside others, some words that a process prints before it has set up its log are no fault.
    if (isShared && lines < FEW) return [];
    const diagnosis = isShared ? undefined : diagnose(seen);
    return [
      {
        about: 'format',
        what: `no line of ${log} can be read`,
        why: [
          lines === 1 ? 'its only line is in no known form' : `${lines.toLocaleString('en-US')} lines, none in a known form`,
          ...(diagnosis === undefined ? [] : [diagnosis]),
        ],
        remedy:
          'novaspan reads oslo.log in its default format (logging_context_format_string and log_date_format unset) or as JSON, and OVS and OVN, in the forms of docs/log-forms.md; see one line: novaspan explain "LINE"',
      },
    ];
  }
  const expected = formatOf(service);
  const fitting = [...writings].filter(([of]) => (expected === 'vlog') === of.startsWith('vlog')).reduce((sum, [, n]) => sum + n, 0);
  const guess = likelyService(survey);
  const hint = guess === undefined || ownName(guess) === ownName(service) ? [] : [`by its lines it is ${ownName(guess)}`];
  if (fitting * 2 < records) {
    return [
      {
        about: 'format',
        what: `${log} is not written as ${ownName(service)} writes`,
        why: [`it is ${form === undefined || form === 'plain' ? '' : `${form} with `}${[...writings.keys()].join(', ')}`, ...hint],
        remedy: `name the service that wrote it: --service ${guess ?? 'SERVICE'}`,
      },
    ];
  }
  // A service that had nothing to do, such as the scheduler, may print its housekeeping alone.
  if (recognised === 0 && records >= FEW && hint.length > 0) {
    return [
      {
        about: 'unrecognised',
        what: `nothing in ${log} is recognised`,
        why: [`none of its ${records.toLocaleString('en-US')} records is a message of ${ownName(service)}`, ...hint],
        remedy: `name the service that wrote it: --service ${guess}`,
      },
    ];
  }
  return [];
}

/** The problem that there is no log of nova-compute: then no trace is whole. */
export function noCompute(
  sources: readonly Source[],
  known: readonly Problem[],
  { config }: CheckOptions,
): { problems: Problem[]; notes: string[] } {
  if (sources.some(({ service }) => ownName(service) === 'nova-compute')) return { problems: [], notes: [] };
  // What could not be read is already reported.
  if (sources.length === 0 && known.length > 0) return { problems: [], notes: [] };
  if (sources.length === 0) {
    return {
      problems: [
        {
          about: 'nothing',
          what: 'there is no log that novaspan can read',
          why: [],
          remedy: `it reads logs of ${[...new Set(services.map(ownName))].join(', ')}: name the service with --service if the file has another name`,
        },
      ],
      notes: [],
    };
  }
  // A controller's sidecar has none, and is right so.
  if (config !== undefined)
    return {
      problems: [],
      notes: [
        'no log of nova-compute: this process exports the parts of its own services, and the sidecars of the compute hosts export the roots',
      ],
    };
  return {
    problems: [
      {
        about: 'no-compute',
        what: 'there is no log of nova-compute',
        why: ['its lines show the actions, and without them no trace is whole'],
        remedy: 'add the nova-compute log of each host whose actions you want to see',
      },
    ],
    notes: [],
  };
}

/** The problem that all logs can be read and no message is recognised. */
export function nothingRecognised(sources: readonly Source[]): Problem[] {
  const records = sources.reduce((sum, { survey }) => sum + survey.records, 0);
  if (records === 0 || sources.some(({ survey }) => survey.recognised > 0)) return [];
  return [
    {
      about: 'unrecognised',
      what: 'nothing in these logs is recognised',
      why: [`none of ${records.toLocaleString('en-US')} records is a message that novaspan knows`],
      remedy: 'run novaspan explain "LINE" on one of the lines; --verbose lists the messages that were found',
    },
  ];
}

/** Facts worth knowing that are not problems. */
export function notesOf(sources: readonly Source[], findings: ReadonlyMap<Source, ClockFinding | undefined>): string[] {
  const unknown = sources.filter((source) => findings.get(source)?.verdict === 'unknown' && source.survey.records > 0);
  const zones = [...new Set(unknown.map(({ zone }) => zone))];
  return [
    ...(unknown.length === 0
      ? []
      : [
          `the times of ${names(unknown)} were read as ${zones.join(' and ')}, and nothing in these logs confirms it: check with \`timedatectl\`, or add a log of OVS or OVN of that time`,
        ]),
    ...hostNote(sources),
    ...sources.filter(({ survey }) => survey.lines === 0).map(({ set }) => `${set.path} is empty`),
    ...once(sources)
      .filter(({ survey: { lines, records }, seen }) => lines > 0 && records === 0 && isStartup(seen))
      .map(
        ({ set, service }) =>
          `${set.path} holds only what ${ownName(service)} prints before its log is set up (options that are deprecated, warnings of Python): check the file that it logs to, too`,
      ),
    ...once(sources).flatMap(({ fault }) => (fault === undefined ? [] : [fault])),
    ...once(sources).flatMap(({ set, form, damaged }) =>
      damaged === 0
        ? []
        : [`${damaged} ${damaged === 1 ? 'line' : 'lines'} of ${set.path} ${damaged === 1 ? 'is' : 'are'} no ${form}, or cut`],
    ),
    ...sources
      .filter(({ isShared, survey: { garbage, records } }) => !isShared && records > 0 && garbage > 0)
      .map(({ set, survey: { garbage } }) => `${set.path} begins with ${garbage} lines that are in no known form`),
  ];
}

function hostNote(sources: readonly Source[]): string[] {
  const unnamed = sources.filter(({ host }) => host === NO_HOST);
  if (unnamed.length === 0) return [];
  const which = unnamed.length === sources.length ? 'these logs' : `the logs of ${names(unnamed)}`;
  return [`the host that wrote ${which} is not known and is called ${NO_HOST}: pass --host NAME, or call the files SERVICE@HOST.log`];
}

/** One entry per log, for logs that several services write to. */
const once = (sources: readonly Source[]): readonly Source[] =>
  sources.filter(({ set }, i) => sources.findIndex((other) => other.set === set) === i);

/** The services of some logs, each named once. */
const names = (sources: readonly Source[]): string => [...new Set(sources.map(({ service }) => ownName(service)))].join(', ');
