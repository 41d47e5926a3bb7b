import type { EventKind } from '../../catalogue/event.js';
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
  releaseNames,
  releases,
} from '../../catalogue/releases.js';

/** Something in a line that only some releases print. */
export interface Evidence {
  readonly family: Family;
  /** what was seen, to be shown */
  readonly says: string;
  readonly range: Range;
}

/** Which releases may have written the logs, and by what that is told. */
export interface ReleaseFinding {
  readonly family: Family;
  /** undefined where the evidence contradicts itself: logs of several releases, or lines that were backported */
  readonly range: Range | undefined;
  readonly text: string;
  /** what narrows it down */
  readonly evidence: readonly string[];
}

interface Wording {
  readonly logger: string;
  readonly says: RegExp;
  readonly shown: string;
  readonly since?: string;
  readonly until?: string;
}

/** Wordings of one message that differ by release: of whole messages the catalogue itself says which releases print them. */
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

/** What one line tells of the release that wrote it. Each thing is told once. */
export class ReleaseClues {
  readonly #found = new Map<string, Evidence>();
  readonly #kinds = new Set<string>();
  readonly #loggers = new Set<string>();
  readonly #service: string;
  readonly #family: Family;

  constructor(service: string) {
    this.#service = service;
    this.#family = familyOf(service);
  }

  get evidence(): readonly Evidence[] {
    return [...this.#found.values()];
  }

  /** The brackets of oslo.log: two request ids since Zed. */
  context(context: string): void {
    if (!context.includes('req-')) return;
    const [first = '', second = ''] = context.split(' ', 2);
    const two = first === '' || first === 'None' || second.startsWith('req-');
    if (two) this.#add('two request ids in the brackets', { since: 'Zed' });
    else if (first.startsWith('req-')) this.#add('one request id in the brackets', { until: 'Yoga' });
  }

  message(logger: string, message: string): void {
    if (!this.#loggers.has(logger)) {
      this.#loggers.add(logger);
      for (const { logger: name, shown, since, until } of LOGGERS) if (name.test(logger)) this.#add(shown, { since, until });
    }
    for (const { says, shown, since, until } of byLogger.get(logger) ?? []) {
      if (!this.#found.has(shown) && says.test(message)) this.#add(shown, { since, until });
    }
    if (logger === 'nova.service') this.#version('nova', NOVA_STARTED.exec(message)?.groups?.['major']);
    else if (logger === 'neutron.common.config') this.#version('neutron', NEUTRON_STARTED.exec(message)?.groups?.['major']);
    else if (logger === 'main') {
      const version = OVN_STARTED.exec(message)?.groups?.['version'];
      if (version !== undefined) this.#add(`"OVN internal version ${version}"`, { since: `OVN ${version}`, until: `OVN ${version}` });
    }
  }

  /** A message of the catalogue that not all releases have. */
  kind(kind: EventKind, logger: string): void {
    const key = `${kind} ${logger}`;
    if (this.#kinds.has(key)) return;
    this.#kinds.add(key);
    for (const { services, spec } of knownAs(kind)) {
      if (!services.includes(this.#service) || (spec.since === undefined && spec.until === undefined)) continue;
      const says = spec.says[0] ?? kind;
      // A wording that begins with a hole is hard to know again.
      this.#add(says.startsWith('{') ? `lines of the kind ${kind}` : `"${says.replace(/\{\w+:\w+\}/g, '…')}"`, spec);
    }
  }

  #version(of: 'nova' | 'neutron', major: string | undefined): void {
    const release = releases.find((each) => each[of] === Number(major));
    if (release !== undefined) this.#add(`${of} ${major}`, { since: release.name, until: release.name });
  }

  #add(says: string, { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined }): void {
    if (this.#found.has(says)) return;
    if ([since, until].some((name) => name !== undefined && placeOf(this.#family, name) === -1)) return;
    const spec = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
    this.#found.set(says, { family: this.#family, says, range: printedIn(spec, this.#family) });
  }
}

/** The releases that could have written all of it. */
export function findRelease(family: Family, all: readonly Evidence[]): ReleaseFinding {
  const evidence = all.filter((each) => each.family === family);
  let range: Range | undefined = everyRelease(family);
  for (const each of evidence) range = range === undefined ? undefined : overlap(range, each.range);
  if (range === undefined) return contradiction(family, evidence);
  const { since, until } = range;
  const every = everyRelease(family);
  const telling = evidence.filter(
    (each) => (since > every.since && each.range.since === since) || (until < every.until && each.range.until === until),
  );
  return { family, range, text: rangeText(range, family), evidence: [...new Set(telling.map(({ says }) => says))] };
}

function contradiction(family: Family, evidence: readonly Evidence[]): ReleaseFinding {
  const latest = evidence.reduce((a, b) => (b.range.since > a.range.since ? b : a));
  const oldest = evidence.reduce((a, b) => (b.range.until < a.range.until ? b : a));
  const names = releaseNames(family);
  return {
    family,
    range: undefined,
    text: `several: ${names[oldest.range.until]} or before, and ${names[latest.range.since]} or later`,
    evidence: [oldest.says, latest.says],
  };
}
