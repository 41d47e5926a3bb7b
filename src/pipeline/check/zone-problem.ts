import type { Millis } from '../../model/line.js';
import { ownName } from '../../read/log-reader.js';
import { type ClockEvidence, type ClockFinding, offsetText, zonesAt } from './clock.js';
import type { Problem } from './report.js';

/** A log whose times may have been read in a wrong zone. */
export interface ZonedLog {
  readonly set: { readonly path: string };
  readonly service: string;
  readonly host: string;
  readonly zone: string;
  readonly isUtc: boolean;
  readonly survey: ClockEvidence;
}

/** Times that were read in a wrong zone, and which zone is right: one problem, however many logs it is seen in. */
export function zoneProblem(
  logs: readonly ZonedLog[],
  findings: ReadonlyMap<ZonedLog, ClockFinding | undefined>,
  config: string | undefined,
): (Problem & { readonly zones?: string }) | undefined {
  const local = logs.filter(({ isUtc }) => !isUtc);
  const off = local.filter((log) => findings.get(log)?.verdict === 'off').sort((a, b) => rank(findings.get(a)) - rank(findings.get(b)));
  if (off.length === 0) return undefined;
  const at = off[0]!.survey.last ?? 0;
  const truth = (log: ZonedLog): Millis => log.survey.offset + (findings.get(log)?.offset ?? 0);

  const known = local.filter((log) => (findings.get(log)?.verdict ?? 'unknown') !== 'unknown');
  const groups = new Map<string, ZonedLog[]>();
  for (const log of off) {
    const key = `${offsetText(truth(log))}, but were read as ${log.zone}`;
    groups.set(key, [...(groups.get(key) ?? []), log]);
  }
  const given = config === undefined ? zoneGiven(known, truth, at) : undefined;
  return {
    about: 'zone',
    ...(given?.zones !== undefined && { zones: given.zones }),
    what: [...groups]
      .map(([key, of]) => `times of ${[...new Set(of.map(({ service }) => ownName(service)))].join(', ')} look like ${key}`)
      .join('; '),
    why: off.map((log) => {
      const { offset, by } = findings.get(log)!;
      return `${ownName(log.service)} on ${log.host} is ${hoursText(offset)} ${offset > 0 ? 'ahead' : 'behind'}, by ${by}`;
    }),
    remedy: given?.remedy ?? inConfiguration(known, truth, at, config ?? ''),
  };
}

/** What to give with `--timezone`; no zones where one option cannot say it. */
function zoneGiven(
  known: readonly ZonedLog[],
  truth: (log: ZonedLog) => Millis,
  at: Millis,
): { readonly zones: string | undefined; readonly remedy: string } {
  const byService = new Map<string, Set<Millis>>();
  for (const log of known) {
    const service = ownName(log.service);
    byService.set(service, (byService.get(service) ?? new Set()).add(truth(log)));
  }
  // The zone of what wraps lines is the one that is not a service's.
  const outer = known.find(({ survey }) => survey.isOuter);
  const torn = [...byService].find(([, offsets]) => offsets.size > 1);
  if (torn !== undefined)
    return {
      zones: undefined,
      remedy: `the hosts of ${torn[0]} log in several zones: read them with a configuration that gives each log its timezone`,
    };
  const counts = new Map<Millis, number>();
  for (const [offset = 0] of byService.values()) counts.set(offset, (counts.get(offset) ?? 0) + 1);
  const [[commonest] = [0]] = [...counts].sort(([, a], [, b]) => b - a);
  const general = outer === undefined ? commonest : truth(outer);
  const others = [...byService].filter(([, [offset]]) => offset !== general);
  const given = [...new Set(known.map(({ zone }) => zone))];
  const name = (offset: Millis): string => zonesAt(offset, at, given)[0] ?? offsetText(offset);
  const alternatives = zonesAt(general, at, given).slice(1, 3);
  const zones = [name(general), ...others.map(([service, [offset = 0]]) => `${service}=${name(offset)}`)].join();
  const further =
    alternatives.length === 0 || general === 0
      ? ''
      : ` (or another zone that was at ${offsetText(general)} then, such as ${alternatives.join(' or ')})`;
  return { zones, remedy: `pass --timezone ${zones}${further}` };
}

/** The zone of most logs for all of them, and entries of their own for the others. */
function inConfiguration(known: readonly ZonedLog[], truth: (log: ZonedLog) => Millis, at: Millis, config: string): string {
  const zones = new Map<string, string[]>();
  for (const log of known) {
    const zone = zonesAt(truth(log), at, [log.zone])[0] ?? offsetText(truth(log));
    zones.set(zone, [...(zones.get(zone) ?? []), log.set.path]);
  }
  const [[general] = ['UTC'], ...others] = [...zones].sort(([, a], [, b]) => b.length - a.length);
  return [
    `set \`timezone: ${general}\` in ${config}`,
    ...others.map(([zone, paths]) => `list ${paths.join(', ')} first under \`logs\`, each with \`timezone: ${zone}\``),
  ].join('; ');
}

/** What UTC itself says goes before what follows from it. */
const rank = (finding: ClockFinding | undefined): number => (finding?.by.includes('UTC') ? 0 : 1);

/** `9 h`, `5 h 30 min`, `45 min` */
function hoursText(offset: Millis): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const parts = [...(minutes >= 60 ? [`${Math.floor(minutes / 60)} h`] : []), ...(minutes % 60 === 0 ? [] : [`${minutes % 60} min`])];
  return parts.join(' ');
}
