import type { Millis } from '../model/line.js';
import type { WrongZone } from '../model/wrong-zone.js';
import { ownName } from '../read/log-reader.js';
import type { ClockEvidence, ClockFinding } from './judge.js';
import { offsetText, type Sample, ZoneNames } from './names.js';

/** A log whose times may have been read in a wrong zone. */
export interface ZonedLog {
  readonly set: { readonly path: string };
  readonly service: string;
  readonly host: string;
  readonly zone: string;
  readonly isUtc: boolean;
  /** it is received, and kept in the state folder */
  readonly isSent?: boolean;
  readonly clock: ClockEvidence;
}

/** A log with a known clock, and the zone it was read in. */
interface KnownLog extends ZonedLog {
  readonly finding: ClockFinding;
  /** local minus UTC, at its last line */
  readonly offset: Millis;
  readonly samples: readonly Sample[];
}

/** Zones as one option: one for all, and those of single services. */
interface ZonesGiven {
  /** undefined if one option cannot express them */
  readonly zones: string | undefined;
  readonly remedy: string;
}

/** A wrong zone, as a problem of `check`. */
export interface ZoneProblem extends WrongZone {
  readonly about: 'zone';
  readonly why: readonly string[];
  /** the logs with the error, and by how much their times are ahead */
  readonly logs: readonly { readonly path: string; readonly service: string; readonly host: string; readonly offset: Millis }[];
}

/** One problem for all logs with wrong times, and the right zone. */
export function zoneProblem(
  logs: readonly ZonedLog[],
  findings: ReadonlyMap<ZonedLog, ClockFinding | undefined>,
  config: string | undefined,
): ZoneProblem | undefined {
  const known = logs.flatMap((log) => knownLog(log, findings.get(log)));
  const off = known.filter(({ finding }) => finding.verdict === 'off').sort((a, b) => rank(a.finding) - rank(b.finding));
  if (off.length === 0) return undefined;
  const names = new ZoneNames(known.map(({ zone }) => zone));
  const groups = new Map<string, string[]>();
  for (const log of off) {
    const { service, zone } = log;
    // Where summer time was seen to begin or end, one offset does not say it.
    const isSteady = log.samples.every(({ offset }) => offset === log.offset);
    const key = `${isSteady ? offsetText(log.offset) : nameOf([log], names)}, but were read as ${zone}`;
    groups.set(key, [...(groups.get(key) ?? []), ownName(service)]);
  }
  const given = config === undefined ? zonesGiven(known, names) : undefined;
  return {
    about: 'zone',
    ...(given?.zones !== undefined && { zones: given.zones }),
    what: [...groups].map(([key, services]) => `times of ${[...new Set(services)].join(', ')} look like ${key}`).join('; '),
    why: off.map(({ service, host, finding: { offset, by } }) => {
      return `${ownName(service)} on ${host} is ${hoursText(offset)} ${offset > 0 ? 'ahead' : 'behind'}, by ${by}`;
    }),
    logs: off.map(({ set: { path }, service, host, finding: { offset } }) => ({ path, service, host, offset })),
    remedy: given?.remedy ?? inConfiguration(known, names, config ?? ''),
  };
}

function knownLog(log: ZonedLog, finding: ClockFinding | undefined): KnownLog[] {
  if (log.isUtc || finding === undefined || finding.verdict === 'unknown') return [];
  const { clock } = log;
  const at = (clock.last ?? 0) - finding.offset;
  const last = finding.samples.reduce<Sample | undefined>(
    (best, sample) => (best === undefined || sample.at > best.at ? sample : best),
    undefined,
  );
  const offset = last?.offset ?? clock.offsetAt(clock.last ?? 0) + finding.offset;
  return [{ ...log, finding, offset, samples: last === undefined ? [{ at, offset, weight: 1 }] : finding.samples }];
}

/** Zone of each log with a known clock, for logs whose zones one option cannot express. */
export function zonesOfLogs(
  logs: readonly ZonedLog[],
  findings: ReadonlyMap<ZonedLog, ClockFinding | undefined>,
): (ZonedLog & { readonly right: string })[] {
  const known = logs.flatMap((log) => knownLog(log, findings.get(log)));
  const names = new ZoneNames(known.map(({ zone }) => zone));
  return known.map((log) => ({ ...log, right: nameOf([log], names) }));
}

/** The value to give with `--timezone`. */
function zonesGiven(known: readonly KnownLog[], names: ZoneNames): ZonesGiven {
  const byService = new Map<string, KnownLog[]>();
  for (const log of known) byService.set(ownName(log.service), [...(byService.get(ownName(log.service)) ?? []), log]);
  const torn = [...byService].find(([, logs]) => logs.some((log) => !isIn(nameOf(logs, names), log, names)));
  if (torn !== undefined)
    return {
      zones: undefined,
      remedy: `the hosts of ${torn[0]} log in several zones: pass --timezone auto to replay, which reads each log in its own`,
    };
  // The zone of what wraps lines is the one that is not a service's.
  const outer = known.filter(({ clock }) => clock.isOuter);
  const candidates = [...new Set((outer.length > 0 ? [outer] : [...byService.values()]).map((logs) => nameOf(logs, names)))];
  const servicesIn = (zone: string): number => [...byService.values()].filter((logs) => logs.every((log) => isIn(zone, log, names))).length;
  const general = candidates.reduce((best, zone) => (servicesIn(zone) > servicesIn(best) ? zone : best));
  const others = [...byService].filter(([, logs]) => !logs.every((log) => isIn(general, log, names)));
  const zones = [general, ...others.map(([service, logs]) => `${service}=${nameOf(logs, names)}`)].join();
  return {
    zones,
    remedy: `pass --timezone ${zones}${otherNames(
      known.filter((log) => isIn(general, log, names)),
      general,
      names,
    )}`,
  };
}

/** Other zones that fit: the offset is known, the zone is not. */
function otherNames(logs: readonly KnownLog[], general: string, names: ZoneNames): string {
  const [first] = logs;
  if (first === undefined || general === 'UTC') return '';
  const others = names.of(logs.flatMap(({ samples }) => samples)).filter((name) => name !== general && name !== 'UTC');
  return others.length === 0
    ? ''
    : ` (or another zone that was at ${offsetText(first.offset)} then, such as ${others.slice(0, 2).join(' or ')})`;
}

const nameOf = (logs: readonly KnownLog[], names: ZoneNames): string => {
  const [name] = names.of(
    logs.flatMap(({ samples }) => samples),
    1,
  );
  return name ?? offsetText(logs[0]!.offset);
};

/** Whether a zone fits the observed offsets of a log as well as any zone. */
function isIn(zone: string, { samples }: KnownLog, names: ZoneNames): boolean {
  const [best] = names.of(samples, 1);
  return best !== undefined && names.shown(zone, samples) >= names.shown(best, samples);
}

/** The zone of most logs as the general one, and single entries for the others. */
function inConfiguration(known: readonly KnownLog[], names: ZoneNames, config: string): string {
  // What a log is read as is kept where it is right.
  const zoneOf = (log: KnownLog): string => (isIn(log.zone, log, names) ? log.zone : nameOf([log], names));
  const written = known.filter(({ isSent }) => isSent !== true);
  const zones = new Map<string, string[]>();
  for (const log of written) zones.set(zoneOf(log), [...(zones.get(zoneOf(log)) ?? []), log.set.path]);
  const [general, ...others] = [...zones].sort(([, a], [, b]) => b.length - a.length);
  const hosts = new Map(known.filter((log) => log.isSent && log.finding.verdict === 'off').map((log) => [log.host, zoneOf(log)]));
  return [
    ...(general === undefined || written.every(({ finding }) => finding.verdict !== 'off')
      ? []
      : [`set \`timezone: ${general[0]}\` in ${config}`]),
    ...others.map(([zone, paths]) => `list ${paths.join(', ')} first under \`logs\`, each with \`timezone: ${zone}\``),
    ...(hosts.size === 0
      ? []
      : [`set \`receive.timezones: { ${[...hosts].map(([host, zone]) => `${host}: ${zone}`).join(', ')} }\` in ${config}`]),
  ].join('; ');
}

/** Findings by UTC logs come before derived ones. */
const rank = (finding: ClockFinding | undefined): number => (finding?.by.includes('UTC') ? 0 : 1);

/** `9 h`, `5 h 30 min`, `45 min` */
function hoursText(offset: Millis): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const parts = [...(minutes >= 60 ? [`${Math.floor(minutes / 60)} h`] : []), ...(minutes % 60 === 0 ? [] : [`${minutes % 60} min`])];
  return parts.join(' ');
}
