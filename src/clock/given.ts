import type { ProvenZones } from '../model/wrong-zone.js';
import { parseZones } from '../read/zones.js';
import type { LogSet } from '../tail/discover.js';
import type { Zones } from './hint.js';
import { type KeptInput, type ProveOptions, proveZones } from './prove.js';

export interface GivenZones {
  /** value of `--timezone`, also `auto` */
  readonly zone: string;
  /** False if `zone` is only the zone of this machine: then the zone of a sosreport takes precedence. */
  readonly isZoneGiven?: boolean | undefined;
  readonly onZone?: ((zone: string, host: string | undefined) => void) | undefined;
  readonly onProven?: ((proven: ProvenZones) => void) | undefined;
}

/**
 * The zones for reading the logs: those given, else those of sosreports; with `auto`, those that the logs prove.
 * @param begun receives inputs that were opened and must be read on, by file
 */
export async function zonesFor(
  sets: readonly LogSet[],
  { zone: asked, isZoneGiven, onZone, onProven }: GivenZones,
  proving: Omit<ProveOptions, 'zones'>,
  begun: Map<string, KeptInput>,
): Promise<(set: LogSet) => Zones> {
  const isAuto = asked === 'auto';
  const given = parseZones(isAuto ? 'UTC' : asked);
  const reports = isAuto || isZoneGiven === false ? sets.flatMap(({ zone, host }) => (zone === undefined ? [] : [{ zone, host }])) : [];
  const ofReports = new Map(reports.map(({ zone }) => [zone, parseZones(zone)]));
  const zonesOf = ({ zone }: LogSet): Zones => (zone === undefined ? undefined : ofReports.get(zone)) ?? given;
  if (isAuto) {
    const { zones, zonesOf: ofLogs, ...proof } = await proveZones(sets, { ...proving, zones: zonesOf }, begun);
    if (zones !== undefined || reports.length === 0) onProven?.({ ...proof, zones: zones ?? 'UTC' });
    if (ofLogs !== undefined) return ofLogs;
    const proven = zones === undefined ? undefined : parseZones(zones);
    if (proven !== undefined) return () => proven;
  }
  for (const [zone, host] of new Map(reports.map(({ zone, host }) => [zone, host]))) onZone?.(zone, host);
  return zonesOf;
}
