import type { EventKind } from '../catalogue/event.js';
import {
  everyRelease,
  type Family,
  familyOf,
  knownAs,
  overlap,
  placeOf,
  printedIn,
  type Range,
  rangeText,
  releases,
} from '../catalogue/releases.js';
import type { Millis } from '../model/line.js';

/** A detail in a line that only some releases print. */
export interface Evidence {
  readonly family: Family;
  /** description of the detail, for the report */
  readonly says: string;
  readonly range: Range;
  /** time of the first and the last line with the detail, and the number of such lines */
  readonly first: Millis;
  readonly last: Millis;
  readonly count: number;
  /** the line states the version itself; backports do not change that */
  readonly isStated?: true | undefined;
}

/** The releases that may have written the logs, with the evidence. */
export interface ReleaseFinding {
  readonly family: Family;
  /**
   * the possible releases. If the evidence contradicts itself, those that most of it allows; after an upgrade, the
   * later release
   */
  readonly range: Range;
  readonly text: string;
  /** the evidence that narrows the range */
  readonly evidence: readonly string[];
}

/** First and last release that print a detail, by name. */
interface Span {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

interface Wording {
  readonly logger: string;
  readonly says: RegExp;
  readonly shown: string;
  readonly since?: string;
  readonly until?: string;
}

/** Details within messages that differ by release. For whole messages, the catalogue has the releases. */
const WORDINGS: readonly Wording[] = [
  { logger: 'nova.virt.libvirt.driver', says: /^Creating image\(s\)$/, shown: '"Creating image(s)"', since: 'Zed' },
  { logger: 'nova.virt.libvirt.driver', says: /^Creating image$/, shown: '"Creating image"', until: 'Yoga' },
  { logger: 'nova.compute.claims', says: /^Claim successful on node /, shown: '"Claim successful on node"', since: 'Pike' },
  { logger: 'nova.compute.claims', says: /^Claim successful$/, shown: '"Claim successful" without a node', until: 'Ocata' },
  { logger: 'nova.compute.claims', says: /^Attempting claim on node /, shown: '"Attempting claim on node"', since: 'Pike', until: 'Stein' },
  { logger: 'nova.compute.claims', says: /^Attempting claim: /, shown: '"Attempting claim:"', until: 'Ocata' },
  { logger: 'oslo_concurrency.lockutils', says: /^Lock "[^"]*" "\w+" by /, shown: 'the quoted "released" of locks', since: 'Yoga' },
  { logger: 'oslo_concurrency.lockutils', says: /^Lock "[^"]*" released by /, shown: 'the unquoted released of locks', until: 'Xena' },
  { logger: 'oslo_concurrency.lockutils', says: /^Acquiring lock "[^"]*" by /, shown: '"Acquiring lock … by"', since: 'Zed' },
  {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    says: /^Running txn command\(/,
    shown: 'ovsdbapp\'s "Running txn command"',
    until: 'Queens',
  },
  {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    says: /^Running txn n=/,
    shown: 'ovsdbapp\'s "Running txn n="',
    since: 'Rocky',
    until: '2026.1',
  },
  {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    says: /^Running txn [0-9a-f]{8} n=/,
    shown: "ovsdbapp's transaction ids",
    since: '2026.2',
  },
  { logger: 'ovsdbapp.backend.ovs_idl.transaction', says: /\(_result=/, shown: 'ovsdbapp\'s "_result="', since: '2023.1' },
  { logger: 'neutron.wsgi', says: /" status: \d/, shown: 'access lines of neutron.wsgi', until: '2025.1' },
  { logger: 'neutron.notifiers.nova', says: /^Nova event matching \[/, shown: '"Nova event matching"', since: 'Victoria' },
  // 17.2 still says so; a later 17 does not.
  { logger: 'neutron.notifiers.nova', says: /^Nova event response: /, shown: '"Nova event response"', until: 'Victoria' },
  {
    logger: 'binding',
    says: /^Releasing lport \S+ from this chassis \(sb_readonly=/,
    shown: '"Releasing lport … (sb_readonly=0)"',
    since: 'OVN 22.09',
  },
  {
    logger: 'binding',
    says: /^Releasing lport \S+ from this chassis\.$/,
    shown: '"Releasing lport … from this chassis."',
    until: 'OVN 22.06',
  },
];

const LOGGERS: readonly { readonly logger: RegExp; readonly shown: string; readonly since?: string; readonly until?: string }[] = [
  { logger: /^nova\.network\.(?:neutronv2|base_api)\b/, shown: 'the logger nova.network.neutronv2', until: 'Train' },
  { logger: /^nova\.network\.neutron$/, shown: 'the logger nova.network.neutron', since: 'Ussuri' },
  { logger: /^networking_ovn\./, shown: 'the logger networking_ovn', until: 'Train' },
];

const byLogger = new Map<string, Wording[]>();
for (const wording of WORDINGS) byLogger.set(wording.logger, [...(byLogger.get(wording.logger) ?? []), wording]);

const NOVA_STARTED = /^Starting \w+ node \(version (?<major>\d+)\./;
const NEUTRON_STARTED = /neutron-[\w-]+ version (?<major>\d+)\.\d/;
const OVN_STARTED = /^OVN internal version is : \[(?<version>\d\d\.\d\d)\./;

/** Number of words in DevStack's brackets: user and project. oslo.log's default format has three or four more. */
const DEVSTACK_WORDS = 2;

/** Collects the release details of a service's lines. */
export class ReleaseClues {
  readonly #found = new Map<string, { -readonly [K in keyof Evidence]: Evidence[K] }>();
  readonly #kinds = new Map<string, readonly (readonly [says: string, spec: Span])[]>();
  readonly #loggers = new Map<string, readonly (readonly [says: string, spec: Span])[]>();
  readonly #service: string;
  readonly #family: Family;
  #now: Millis = Number.NaN;
  /** the current line has a detail that says more than its kind */
  #isWorded = false;

  constructor(service: string) {
    this.#service = service;
    this.#family = familyOf(service);
  }

  get evidence(): readonly Evidence[] {
    return [...this.#found.values()];
  }

  /** Sets the time of the next line. */
  at(moment: Millis): void {
    this.#now = moment;
  }

  /**
   * Notes the form of oslo.log's brackets. They hold two request ids since Zed; DevStack's format has had two since
   * Pike.
   */
  context(context: string): void {
    if (!context.includes('req-')) return;
    const [first = '', second = '', ...rest] = context.split(' ');
    const isTwo = first === '' || first === 'None' || second.startsWith('req-');
    if (isTwo && rest.length === DEVSTACK_WORDS) this.#add("two request ids in DevStack's brackets", { since: 'Pike' });
    else if (isTwo) this.#add('two request ids in the brackets', { since: 'Zed' });
    else if (first.startsWith('req-')) this.#add('one request id in the brackets', { until: 'Yoga' });
  }

  message(logger: string, message: string): void {
    let known = this.#loggers.get(logger);
    if (known === undefined) {
      known = LOGGERS.flatMap((each) => (each.logger.test(logger) ? [[each.shown, each] as const] : []));
      this.#loggers.set(logger, known);
    }
    for (const [says, spec] of known) this.#add(says, spec);
    this.#isWorded = false;
    for (const wording of byLogger.get(logger) ?? []) {
      if (!wording.says.test(message)) continue;
      this.#isWorded = true;
      this.#add(wording.shown, wording);
    }
    if (logger === 'nova.service') this.#version('nova', NOVA_STARTED.exec(message)?.groups?.['major']);
    else if (logger === 'neutron.common.config') this.#version('neutron', NEUTRON_STARTED.exec(message)?.groups?.['major']);
    else if (logger === 'main') {
      const version = OVN_STARTED.exec(message)?.groups?.['version'];
      if (version !== undefined) this.#add(`"OVN internal version ${version}"`, { since: `OVN ${version}`, until: `OVN ${version}` }, true);
    }
  }

  /** Notes a message that not all releases have. It belongs to the line of the last call of `message`. */
  kind(kind: EventKind, logger: string): void {
    if (this.#isWorded) return;
    const key = `${kind} ${logger}`;
    let known = this.#kinds.get(key);
    if (known === undefined) {
      known = knownAs(kind).flatMap(({ services, spec }) =>
        services.includes(this.#service) && (spec.since !== undefined || spec.until !== undefined)
          ? [[shownAs(kind, spec), spec] as const]
          : [],
      );
      this.#kinds.set(key, known);
    }
    for (const [says, spec] of known) this.#add(says, spec);
  }

  #version(of: 'nova' | 'neutron', major: string | undefined): void {
    if (major === undefined) return;
    const release = releases.find((each) => each[of] === Number(major));
    const oldest = releases[0]!;
    if (release !== undefined) this.#add(`${of} ${major}`, { since: release.name, until: release.name }, true);
    // Up to Kilo versions were dates: 2015.1.
    else if (Number(major) < oldest[of] || Number(major) > 2000) this.#add(`${of} ${major}`, { until: oldest.name }, true);
  }

  #add(says: string, { since, until }: Span, isStated?: true): void {
    const before = this.#found.get(says);
    if (before !== undefined) {
      before.count++;
      if (this.#now < before.first) before.first = this.#now;
      if (this.#now > before.last) before.last = this.#now;
      return;
    }
    if ([since, until].some((name) => name !== undefined && placeOf(this.#family, name) === -1)) return;
    const spec = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
    const range = printedIn(spec, this.#family);
    this.#found.set(says, { family: this.#family, says, range, first: this.#now, last: this.#now, count: 1, isStated });
  }
}

/** The wording as evidence text. A wording that starts with a variable part is replaced by its kind. */
function shownAs(kind: EventKind, { says: [says = kind] }: { readonly says: readonly string[] }): string {
  return says.startsWith('{') ? `lines of the kind ${kind}` : `"${says.replace(/\{\w+:\w+\}/g, '…')}"`;
}

/** The releases that could have written all lines; after an upgrade, the lines since then; else most of the lines. */
export function findRelease(family: Family, all: readonly Evidence[]): ReleaseFinding {
  const evidence = all.filter((each) => each.family === family);
  const whole = overlapOf(family, evidence);
  if (whole !== undefined) return { family, range: whole, text: rangeText(whole, family), evidence: boundsOf(family, whole, evidence) };
  const upgrade = upgradeIn(family, evidence);
  if (upgrade !== undefined) return upgrade;
  const range = favoured(family, evidence);
  return { family, range, text: rangeText(range, family), evidence: boundsOf(family, range, evidence) };
}

function overlapOf(family: Family, evidence: readonly Evidence[]): Range | undefined {
  let range: Range | undefined = everyRelease(family);
  for (const each of evidence) range = range === undefined ? undefined : overlap(range, each.range);
  return range;
}

/** The evidence that bounds the range, each item once. */
function boundsOf(family: Family, { since, until }: Range, evidence: readonly Evidence[]): string[] {
  const every = everyRelease(family);
  const telling = evidence.filter(
    ({ range }) =>
      overlap(range, { since, until }) !== undefined &&
      ((since > every.since && range.since === since) || (until < every.until && range.until === until)),
  );
  return [...new Set(telling.map(({ says }) => says))];
}

/** So many lines of one release are no coincidence. */
const ENOUGH = 3;

/** An upgrade: all lines before one moment are of an older release than all lines after it. */
function upgradeIn(family: Family, evidence: readonly Evidence[]): ReleaseFinding | undefined {
  for (const at of [...new Set(evidence.map(({ first }) => first))].sort((a, b) => a - b)) {
    const [old, young] = [evidence.filter(({ first }) => first < at), evidence.filter(({ last }) => last >= at)];
    const [from, to] = [overlapOf(family, old), overlapOf(family, young)];
    if (from === undefined || to === undefined || from.until >= to.since) continue;
    const proved = [boundsOf(family, from, old), boundsOf(family, to, young)];
    const isProved = ([says, all]: readonly [readonly string[], readonly Evidence[]]): boolean =>
      all.some((each) => says.includes(each.says) && (each.isStated === true || each.count >= ENOUGH));
    if (!isProved([proved[0]!, old]) || !isProved([proved[1]!, young])) continue;
    const moment = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    const text = `from ${rangeText(from, family)} to ${rangeText(to, family)} at ${moment} UTC`;
    return { family, range: to, text, evidence: proved.flat() };
  }
  return undefined;
}

/** Weight of a stated version against details that may have been backported. */
const STATED = 4;

/**
 * The releases that most of the evidence allows. On a tie, those with more lines, then the older ones, as messages are
 * backported.
 */
function favoured(family: Family, evidence: readonly Evidence[]): Range {
  const { since, until } = everyRelease(family);
  const allowed = (place: number): Evidence[] => evidence.filter(({ range }) => range.since <= place && place <= range.until);
  let best: { readonly by: readonly Evidence[]; readonly weight: number; readonly lines: number } | undefined;
  let range: Range = { since, until };
  for (let place = since; place <= until; place++) {
    const by = allowed(place);
    const stated = new Set(by.filter(({ isStated }) => isStated === true).map(({ says }) => says));
    const weight = new Set(by.map(({ says }) => says)).size + (STATED - 1) * stated.size;
    const lines = by.reduce((sum, { count }) => sum + count, 0);
    if (best !== undefined && range.until === place - 1 && by.length === best.by.length && by.every((each, i) => each === best?.by[i]))
      range = { since: range.since, until: place };
    else if (best === undefined || weight > best.weight || (weight === best.weight && lines > best.lines)) {
      best = { by, weight, lines };
      range = { since: place, until: place };
    }
  }
  return range;
}
