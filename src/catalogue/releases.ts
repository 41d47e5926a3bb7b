import type { Level } from '../model/record.js';
import type { Family } from '../model/service.js';
import type { MessageSpec } from './define.js';
import type { EventKind } from './event.js';
import { tables } from './tables.js';

export type { Family } from '../model/service.js';
export { familyOf } from '../model/services.js';

/** A release of OpenStack, with the facts that identify it in logs. */
export interface Release {
  readonly name: string;
  /** the major version of nova: nova 26.2.2 is Zed */
  readonly nova: number;
  readonly neutron: number;
  /** the number of request ids in the brackets of a line: since Zed the caller's id is before the request's own */
  readonly ids: 1 | 2;
}

const NAMES = [
  ...['Ocata', 'Pike', 'Queens', 'Rocky', 'Stein', 'Train', 'Ussuri', 'Victoria', 'Wallaby', 'Xena', 'Yoga', 'Zed'],
  ...['2023.1', '2023.2', '2024.1', '2024.2', '2025.1', '2025.2', '2026.1', '2026.2'],
];
const TWO_IDS_SINCE = NAMES.indexOf('Zed');
const NOVA_OF_OCATA = 15;
const NEUTRON_OF_OCATA = 10;

/** All releases in the catalogue, oldest first. */
export const releases: readonly Release[] = NAMES.map((name, i) => ({
  name,
  nova: NOVA_OF_OCATA + i,
  neutron: NEUTRON_OF_OCATA + i,
  ids: i < TWO_IDS_SINCE ? 1 : 2,
}));

/** All releases of OVN in the catalogue, oldest first. Up to 2.12 it was part of Open vSwitch. */
export const ovnReleases: readonly string[] = [
  ...['2.12', '20.03', '20.06', '20.09', '20.12', '21.03', '21.06', '21.09', '21.12', '22.03', '22.06', '22.09', '22.12'],
  ...['23.03', '23.06', '23.09', '24.03', '24.09', '25.03', '25.09', '26.03'],
];

export const releaseNames = (family: Family): readonly string[] => (family === 'ovn' ? ovnReleases : NAMES);

/** A range of releases, both ends included, as indexes in the list of their family. */
export interface Range {
  readonly since: number;
  readonly until: number;
}

/**
 * The index of a release in the list of its family, by its name (`Zed`, `OVN 22.09`).
 *
 * @returns -1 if it is not in the list
 */
export const placeOf = (family: Family, name: string): number => releaseNames(family).indexOf(name.replace(/^OVN /, ''));

export const everyRelease = (family: Family): Range => ({ since: 0, until: releaseNames(family).length - 1 });

/** The releases that log a message. */
export function printedIn({ since, until }: Pick<MessageSpec, 'since' | 'until'>, family: Family): Range {
  const every = everyRelease(family);
  const from = since === undefined ? every.since : placeOf(family, since);
  const to = until === undefined ? every.until : placeOf(family, until);
  return { since: from === -1 ? every.since : from, until: to === -1 ? every.until : to };
}

export const overlap = (a: Range, b: Range): Range | undefined => {
  const since = Math.max(a.since, b.since);
  const until = Math.min(a.until, b.until);
  return since <= until ? { since, until } : undefined;
};

/**
 * A range in words: `Zed or later`, `Yoga or before`, `Rocky to Train`, `Zed`. The oldest release includes all before
 * it.
 */
export function rangeText(range: Range, family: Family): string {
  const names = releaseNames(family);
  const label = (place: number): string => (family === 'ovn' ? `OVN ${names[place]}` : names[place]!);
  const every = everyRelease(family);
  if (range.since === range.until) return `${label(range.since)}${range.since === every.since ? ' or before' : ''}`;
  if (range.since === every.since && range.until === every.until) return 'any release';
  if (range.until === every.until) return `${label(range.since)} or later`;
  if (range.since === every.since) return `${label(range.until)} or before`;
  return `${label(range.since)} to ${names[range.until]}`;
}

/** A kind of message in one table. */
export interface Known {
  readonly services: readonly string[];
  readonly spec: MessageSpec;
}

const known = new Map<string, Known[]>();
for (const { services, messages } of tables) {
  for (const [kind, spec] of Object.entries<MessageSpec>(messages)) {
    const places = known.get(kind);
    if (places === undefined) known.set(kind, [{ services, spec }]);
    else places.push({ services, spec });
  }
}

/** The entries of a kind: nearly always one. */
export const knownAs = (kind: EventKind): readonly Known[] => known.get(kind) ?? [];

export const isKind = (text: string): text is EventKind => known.has(text);

/** The usual level of a message. Further levels are those of other releases, or of other places in the code. */
export const usualLevel = ({ level }: Pick<MessageSpec, 'level'>): Level => (typeof level === 'string' ? level : level[0]!);

/** Whether services that log at INFO, the default, log the message. */
export const isPrintedAtInfo = (spec: Pick<MessageSpec, 'level'>): boolean => !['DEBUG', 'TRACE'].includes(usualLevel(spec));
