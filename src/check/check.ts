import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { zonesSaid } from '../archive/find.js';
import { type Catalogue, services } from '../catalogue/index.js';
import { everyRelease, type Family } from '../catalogue/releases.js';
import { judgeClocks } from '../clock/judge.js';
import { zoneProblem } from '../clock/zone-problem.js';
import { loadConfig } from '../config/load.js';
import { defaultStateDir } from '../config/state-dir.js';
import { isJournalPath, journalName } from '../journal/place.js';
import type { ActionSpec, PhaseSpec } from '../lifecycle/define.js';
import { actions } from '../lifecycle/name.js';
import { mergedStalls } from '../lifecycle/stalls.js';
import type { LogLevelFloor } from '../lifecycle/visible.js';
import { exitCodes, OperatorError, usage } from '../model/errors.js';
import type { LogForm } from '../model/form.js';
import { findReadable, isNamedBy } from '../read/found.js';
import { formatOf, ownName } from '../read/log-reader.js';
import { loadRules, type Rules } from '../read/rules.js';
import { parseZones } from '../read/zones.js';
import { receivedFolders } from '../receive/folders.js';
import type { Fault, LogSet } from '../tail/discover.js';
import { hostInName, nameLog } from '../tail/name.js';
import { absentNotes, absentProblems } from './absent.js';
import { reportActions } from './advice.js';
import {
  noCompute,
  notesOf,
  nothingRead,
  nothingRecognised,
  notOfForm,
  othersNote,
  problemsOf,
  unknownService,
  unreadable,
} from './problems.js';
import { type Read, type ReadOptions, readLog } from './read.js';
import { findRelease } from './release.js';
import type { CheckReport, Problem } from './report.js';
import { type CheckOptions, NO_HOST, type Source } from './source.js';
import { levelFloorOf, releaseReport, sourceReport, unrecognisedIn } from './source-report.js';
import type { Survey } from './survey.js';

export type { CheckOptions } from './source.js';

/** Only the last bytes of a log are read unless `all` is set: they show how the service logs now. */
const LIMIT = 64 * 1024 * 1024;
const NONE_YET = { problems: [], notes: ['no log has been received yet: check again when some have arrived'] };

/** Logs with their options: from the command line, or from one entry of the configuration. */
interface Entry {
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  readonly fallbackHost?: string | undefined;
  readonly form?: LogForm | undefined;
  readonly zone: string;
  /** a log in the receive buffer: an empty one is no fault */
  readonly mayBeEmpty?: true;
}

interface Found {
  readonly sources: Source[];
  readonly problems: Problem[];
  readonly notes: string[];
  readonly passedOver: { path: string; why: string }[];
}

/**
 * Reads logs and reports what they show: service, host, form, release, zone and level of each log, which actions are
 * visible, and problems. Sends and changes nothing.
 * @throws OperatorError CONFIG_INVALID with all faults of the configuration; RULES_INVALID; USAGE
 */
export async function checkLogs(options: CheckOptions): Promise<CheckReport> {
  const { entries, ruleFiles, listens } = askedFor(options);
  const rules = loadRules(ruleFiles);
  const found = await readAll(entries, options, rules?.catalogue);
  const { sources } = found;
  const findings = judgeClocks(sources);
  const releases = (['openstack', 'ovn'] as const).map((family) =>
    findRelease(
      family,
      sources.flatMap(({ survey }) => survey.clues.evidence),
    ),
  );
  const floors = levelFloorsOf(sources);
  const releaseOf = (family: Family) => releases.find((each) => each.family === family)?.range ?? everyRelease(family);
  const { actions: shown, advice } = reportActions(actionsHere(sources, rules), {
    levelFloorOf: (service) => floors.get(ownName(service)),
    releaseOf,
    knownAs: rules?.knownAs,
    unread: new Set(sources.filter(isUnreadable).map(({ service }) => ownName(service))),
  });

  const zone = zoneProblem(sources, findings, options.config);
  const compute = sources.length === 0 && listens !== undefined ? NONE_YET : noCompute(sources, found.problems, options);
  const known = [...found.problems, ...sources.flatMap(problemsOf)];
  const problems = [
    ...known,
    ...(zone === undefined ? [] : [zone]),
    ...compute.problems,
    // Of each that is known by itself, this would say it again.
    ...(known.length === 0 ? nothingRecognised(sources) : []),
  ];
  return {
    problems,
    notes: [
      ...(listens === undefined ? [] : [`logs are received by OTLP on ${listens}, and read from the state folder (docs/logs-in.md)`]),
      ...compute.notes,
      ...notesOf(sources, findings),
      ...found.notes,
    ],
    sources: sources.map((source) => sourceReport(source, findings.get(source))),
    passedOver: found.passedOver,
    releases: releases.filter(({ evidence }) => evidence.length > 0).map(releaseReport),
    actions: sources.length === 0 ? [] : shown,
    stalls: mergedStalls(sources.map(({ survey }) => survey.stalls)),
    advice: sources.length === 0 ? [] : advice,
    unrecognised: unrecognisedIn(sources),
    exitCode: exitCodeOf(problems, options),
  };
}

/**
 * Actions with the phases of `rules`, without the phases of the network backend (OVN or OVS) that these logs do not
 * show.
 */
function actionsHere(sources: readonly Source[], rules: Rules | undefined): ActionSpec[] {
  const has = (name: string): boolean => sources.some(({ service }) => service === name);
  const hasAgent = has('neutron-openvswitch-agent');
  const isOvn = has('ovn-controller') || !hasAgent;
  const isHere = ({ backends }: PhaseSpec): boolean =>
    backends === undefined || (isOvn && backends.includes('ovn')) || (hasAgent && backends.includes('ml2-ovs'));
  return actions.map((action) => ({ ...action, phases: (rules?.phasesOf(action) ?? action.phases).filter(isHere) }));
}

interface Asked {
  readonly entries: readonly Entry[];
  readonly ruleFiles: readonly string[];
  /** the address on which logs are received */
  readonly listens?: string;
}

function askedFor({ paths, service, host, form, rules = [], zone, config, env }: CheckOptions): Asked {
  if (config === undefined) {
    if (paths.includes('-')) throw usage('check reads files, not standard input', 'name the log: novaspan check /var/log/nova');
    return { entries: [{ paths, service, host, form, zone }], ruleFiles: rules };
  }
  const flags = {
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    ...(form !== undefined && { 'log-form': form }),
    ...(rules.length > 0 && { rules: rules.join() }),
  };
  const asked = loadConfig({ file: config, env, flags, paths });
  const { logs, timezone, host: own, rules: ruleFiles, receive } = asked;
  const entries: Entry[] = logs.map((log) => ({
    paths: [log.path],
    service: log.service,
    host: log.host,
    fallbackHost: own,
    form: log.form === 'auto' ? undefined : log.form,
    zone: log.timezone ?? timezone,
  }));
  if (receive.listen === 'off' || paths.length > 0) return { entries, ruleFiles };
  for (const { path, timezone: zone } of receivedFolders(asked, asked.stateDir ?? defaultStateDir(env)))
    entries.push({ paths: [path], zone, mayBeEmpty: true });
  return { entries, ruleFiles, listens: receive.listen };
}

async function readAll(entries: readonly Entry[], options: CheckOptions, catalogue: Catalogue | undefined): Promise<Found> {
  const closers: (() => void)[] = [];
  try {
    return await readWith(closers, entries, options, catalogue);
  } finally {
    for (const close of closers) close();
  }
}

async function readWith(
  closers: (() => void)[],
  entries: readonly Entry[],
  options: CheckOptions,
  catalogue: Catalogue | undefined,
): Promise<Found> {
  const found: Found = { sources: [], problems: [], notes: [], passedOver: [] };
  const absent: Fault[] = [];
  const all: { entry: Entry; set: LogSet }[] = [];
  const guessed = new Set<LogSet>();
  /** logs whose zone comes from their sosreport */
  const zoned = new Map<LogSet, string>();
  for (const entry of entries) {
    const journals = entry.paths.filter(isJournalPath).map((path) => ({ path: journalName(path), parts: [path] }));
    const paths = entry.paths.filter((path) => !isJournalPath(path));
    const { logs, faults, cutOff, notRead, isGuessed, close } = await findReadable(paths, undefined, options.signal);
    closers.push(close);
    found.passedOver.push(...notRead);
    for (const set of logs) if (isGuessed(set)) guessed.add(set);
    if (options.isZoneGiven === false && options.config === undefined)
      for (const set of logs.filter(({ zone }) => zone !== undefined)) zoned.set(set, set.zone!);
    for (const { path, why } of cutOff) found.notes.push(`${path} is cut off: ${why}; what lies before was read`);
    for (const fault of faults) {
      if (!isNothing(fault)) found.problems.push(unreadable(fault));
      else if (!entry.mayBeEmpty) absent.push(fault);
    }
    // Where two entries name one log, the first has it.
    for (const set of [...logs, ...journals]) if (!all.some((other) => other.set.path === set.path)) all.push({ entry, set });
  }
  // One configuration serves compute hosts and controllers.
  if (options.config !== undefined && all.length > 0) found.notes.push(...absentNotes(absent));
  else found.problems.push(...absentProblems(absent, options.config));
  const limit = options.all ? Number.POSITIVE_INFINITY : LIMIT;
  const total = all.reduce((sum, { set }) => sum + Math.min(limit, sizeOf(set)), 0);
  let read = 0;
  const onBytes = (bytes: number): void => options.onProgress?.((read += bytes), total);
  for (const { zone, host } of zonesSaid([...zoned.keys()]))
    found.notes.push(
      `local times${host === undefined ? '' : ` of ${host}`} are read as ${zone}, as the sosreport says; --timezone changes it`,
    );
  for (const { entry, set } of all) {
    if (options.signal?.aborted) break;
    await readInto(found, { ...entry, zone: zoned.get(set) ?? entry.zone }, set, {
      isGuessed: guessed.has(set),
      limit,
      onBytes,
      signal: options.signal,
      catalogue,
    });
  }
  return found;
}

/** Whether the path does not exist or is empty, as opposed to unreadable. */
const isNothing = ({ cause, isEmpty }: Fault): boolean => isEmpty === true || (cause as NodeJS.ErrnoException).code === 'ENOENT';

/** Total size in bytes; NaN if unknown, such as for a journal. */
const sizeOf = ({ parts }: LogSet): number =>
  parts.reduce((sum, part) => sum + (isJournalPath(part) ? Number.NaN : (statSync(part, { throwIfNoEntry: false })?.size ?? 0)), 0);

async function readInto(
  { sources, problems, notes, passedOver }: Found,
  entry: Entry,
  set: LogSet,
  {
    isGuessed,
    ...reading
  }: Pick<ReadOptions, 'limit' | 'onBytes' | 'signal' | 'catalogue'> & {
    /** The log was chosen by its first lines, not by its name. */
    readonly isGuessed: boolean;
  },
): Promise<void> {
  const isJournal = isJournalPath(set.path);
  const name = isJournal ? undefined : nameLog(set.path, { service: entry.service, host: entry.host });
  const isNamed = isGuessed || isNamedBy(entry.paths, set);
  if (name !== undefined && !services.includes(name.service)) {
    passedOver.push({ path: set.path, why: `no message of ${name.service} is known` });
    return;
  }
  try {
    const { service, form = isJournal ? 'journal-json' : undefined } = entry;
    const host = entry.host ?? set.host;
    const anyHost = entry.fallbackHost ?? NO_HOST;
    const read = await readLog(set, { service, host, form, isNamed, anyHost, zone: parseZones(entry.zone), ...reading });
    if (read === undefined) {
      passedOver.push({ path: set.path, why: 'its name shows no service' });
      return;
    }
    const { surveys, unknown, foreign } = read;
    if (read.newestEntries !== undefined)
      notes.push(`of ${set.path} the newest ${read.newestEntries.toLocaleString('en-US')} entries were read: --all reads everything`);
    if (isGuessed && surveys.length === 0) {
      passedOver.push({ path: set.path, why: 'its lines are not from a service that novaspan reads' });
      return;
    }
    if (unknown !== undefined && surveys.length === 0) problems.push(unknownService(set.path, unknown, read.seen));
    else if (surveys.length === 0 && read.damaged > 0) problems.push(notOfForm(set.path, read.form, read.damaged));
    else if (surveys.length === 0 && foreign.size === 0) notes.push(`${set.path} is empty`);
    else if (surveys.length === 0) problems.push(nothingRead(set.path, foreign));
    else if (foreign.size > 0) notes.push(othersNote(set.path, foreign));
    const byName = [...surveys].sort((a, b) => (`${a.service}@${a.host}` < `${b.service}@${b.host}` ? -1 : 1));
    for (const survey of byName) sources.push(sourceOf(survey, set, read, entry));
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'LOG_UNREADABLE') throw error;
    problems.push({ about: 'unreadable', what: error.message, why: [], remedy: error.remedy });
  }
}

function sourceOf(survey: Survey, set: LogSet, { surveys, ...read }: Read, entry: Entry): Source {
  const { service, host, records, writings, clock } = survey;
  const isVlog = records === 0 ? formatOf(service) === 'vlog' : [...writings.keys()].every((writing) => writing.startsWith('vlog'));
  const isUtc = clock.zoned === 0 && (records > 0 || isVlog);
  const isProven = isUtc && !isVlog;
  const name = nameLog(set.path, { service: entry.service, host: entry.host });
  return {
    ...read,
    set,
    survey,
    clock,
    isShared: surveys.length > 1 || read.foreign.size > 0,
    service,
    serviceFrom: name?.service !== service ? 'its lines' : entry.service === service ? 'what was given' : 'its name',
    host,
    hostFrom: hostFrom(set.path, host, name?.host, entry),
    zone: isProven ? 'proven' : isUtc ? 'UTC' : clock.zone.name,
    isProven,
    isUtc,
    isSent: entry.mayBeEmpty === true,
  };
}

function hostFrom(path: string, host: string, named: string | undefined, entry: Entry): string {
  if (hostInName(path) === host) return 'its name';
  if (entry.host === host) return 'what was given';
  if (named === host) return `its folder ${dirname(path)}`;
  if (host !== (entry.fallbackHost ?? NO_HOST)) return 'its lines';
  return entry.fallbackHost === undefined ? 'nothing: name it with --host' : `the configuration (this machine is ${hostname()})`;
}

/** The log has lines, and none could be understood. */
const isUnreadable = (source: Source): boolean => problemsOf(source).length > 0 || (source.survey.records === 0 && source.survey.lines > 0);

/** The least detailed log level of each service, over its logs. */
function levelFloorsOf(sources: readonly Source[]): Map<string, LogLevelFloor> {
  const order: readonly LogLevelFloor[] = ['WARNING', 'INFO', 'DEBUG'];
  const floors = new Map<string, LogLevelFloor>();
  for (const source of sources) {
    // Of a log that cannot be understood nothing is seen.
    const { service, survey } = source;
    if (isUnreadable(source)) continue;
    const own = ownName(service);
    const depth = levelFloorOf(survey) ?? 'INFO';
    const before = floors.get(own);
    if (before === undefined || order.indexOf(depth) < order.indexOf(before)) floors.set(own, depth);
  }
  return floors;
}

function exitCodeOf(problems: readonly Problem[], { config }: CheckOptions): number {
  const about = new Set(problems.map((problem) => problem.about));
  if (about.has('unreadable')) return exitCodes.noInput;
  if (about.has('zone') && config !== undefined) return exitCodes.config;
  return problems.length > 0 ? exitCodes.dataError : exitCodes.ok;
}
