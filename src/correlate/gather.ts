import type { Vif } from '../catalogue/event.js';
import { type ActionInterval, type ClosedAction, type ClosedFragment, followedBy } from '../lifecycle/closed.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Event, Member } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { knownServices } from '../model/services.js';
import { withTurns } from './agent-turns.js';
import type { Builds } from './builds.js';
import type { Candidate } from './candidate.js';
import type { Claim } from './claim.js';
import type { HostLines } from './host-lines.js';
import type { Hosts } from './hosts.js';
import type { Instances } from './instances.js';
import { isOfRoot, membersOf, portsOfInstance } from './members.js';
import { isSame, ownerAt, type Said, triesBefore } from './owner.js';
import type { InstanceState } from './state.js';
import { between, type EventStore } from './store.js';
import { GRACE, LEAD, REACH, SKEW } from './times.js';

/** Everything that an action's lines come from. */
export interface Sources {
  readonly store: EventStore;
  readonly hostLines: HostLines;
  readonly builds: Builds;
  readonly hosts: Hosts;
  readonly instances: Instances;
  readonly count: Count;
}

/** The lines of a claim. */
export interface Gathered {
  readonly members: Member[];
  readonly ports: ReadonlyMap<string, Vif>;
  readonly meanwhile: readonly Event[];
}

/** Finds the lines of a unit that has closed. */
export class Gather {
  readonly #from: Sources;

  constructor(from: Sources) {
    this.#from = from;
  }

  /** A compute host's action, with its lines in all services. */
  action(candidate: Candidate, state: InstanceState, spec: ActionSpec): ClosedAction {
    const { instance, request, rescheduled, host, start, end, until, closesAt } = candidate;
    const others = [...state.past, ...state.candidates];
    const next = end === undefined ? Number.POSITIVE_INFINITY : openedAfter(others, end);
    // Nothing of its ports and its guest lies before a start that a line shows. Clocks of hosts differ a little.
    const since = candidate.seen.start.is === 'observed' ? start - SKEW : Number.NEGATIVE_INFINITY;
    const owns = (at: Millis, line?: Said): boolean => {
      if (at < since && at < candidate.opened) return false;
      const owner = ownerAt<ActionInterval>(others, at, line);
      // Work on its ports continues for a while, until the next action begins.
      return owner === undefined ? at > until && at < next : isSame(owner, candidate);
    };
    // An earlier action of the same request that was not passed to another host is no try at this one.
    const before = triesBefore(candidate, state.past);
    const tries = [...before, ...state.candidates.filter((each) => each.request === request)];
    // The API and the scheduler worked before the first try. That belongs to the root.
    const from = rescheduled ? start : Math.min(start, ...tries.map((each) => each.start));
    const reach = spec.outlivedBy === undefined ? until : closesAt;
    const claim = { ...this.claimOf(instance, request, from - LEAD, reach, owns), callsUntil: callsUntil(candidate) };
    const known = portsOfInstance(this.#from.store, { ...claim, to: until }, () => this.#from.count('ports_truncated'));
    const all = this.membersOf(claim, known);
    // The control plane's lines belong to the root only: an attempt has none.
    const ofTry = tries.length > 1 || rescheduled ? all.filter((member) => isOfTry(member, candidate, from, owns)) : all;
    const members = spec.peerEvidence === undefined ? onOneHost(ofTry, host) : ofTry;
    if (spec.postAuditWait !== undefined && end !== undefined) members.push(...this.#auditAfter(host, end, closesAt));
    this.place(members);
    return {
      form: 'action',
      instance,
      request,
      spec,
      outcome: candidate.outcome ?? 'timed-out',
      // The action has been under way since its first attempt.
      startIs: from < start ? 'derived' : candidate.seen.start.is,
      endIs: candidate.verdict.endIs,
      start: from,
      // An action without a line for its end reaches to its last line: it lasted at least as long as its phases.
      end: Math.max(from, end ?? lastOf(members, start)),
      began: candidate.opened,
      until,
      host,
      service: 'nova-compute',
      members,
      ports: tries.length > 1 ? portsNamed(known, ofTry) : known,
      hostEvents: this.#hostEventsOf(members, claim),
      attempts: rescheduled ? [] : before.map(intervalOf),
      ...this.#buildsBeside(candidate),
      // Actions that ended earlier may or may not be forgotten already, so they do not count.
      follows: followedBy(spec, state.past, candidate.opened, closesAt - REACH),
    };
  }

  /** The action's last step is the first audit of its host after the end. */
  #auditAfter(host: string, end: Millis, closesAt: Millis): Member[] {
    const audit = this.#from.store
      .find('host', host)
      .find(({ event: { kind, at } }) => kind === 'resources.audited' && at > end && at <= closesAt);
    return audit === undefined ? [] : [{ event: audit.event, ports: [] }];
  }

  #buildsBeside({ host, instance, start, end, lines }: Candidate): { builds: number } | undefined {
    const { byRequest } = lines;
    if (!byRequest.some(({ kind }) => kind === 'instance.claimed')) return undefined;
    const last = Math.max(start, end ?? byRequest[byRequest.length - 1]!.at);
    return { builds: this.#from.builds.others(host, instance, { start, end: last }, this.#from.hosts.restarts.of(host)) };
  }

  /** The part on this host, where another process reads the host that writes the root. */
  part({ instance, request, opened, lines }: Candidate, state: InstanceState, spec: ActionSpec): ClosedFragment {
    const others = [...state.past, ...state.candidates];
    const start = lines.byRequest[0]!.at;
    const end = lines.byRequest[lines.byRequest.length - 1]!.at;
    const claim = this.claimOf(instance, request, start - LEAD, end + GRACE, (at) => ownerAt<ActionInterval>(others, at) === undefined);
    const gathered = this.ofClaim(claim);
    this.place(gathered.members);
    return { form: 'fragment', instance, request, start, end, began: opened, ...gathered, spec };
  }

  ofClaim(claim: Claim): Gathered {
    const ports = portsOfInstance(this.#from.store, claim);
    const members = this.membersOf(claim, ports);
    return { members, ports, meanwhile: this.#hostEventsOf(members, claim) };
  }

  /** Its lines, and those of its hosts' daemons that concern its ports without naming them. */
  membersOf(claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
    return withTurns(membersOf(this.#from.store, claim, ports), this.#from.hostLines, claim);
  }

  /** Notes which lines are part of a trace. Only for lines that would otherwise count as orphans. */
  place(members: readonly Member[]): void {
    for (const { event } of members) if (isPhaseLine(event)) this.#from.store.place(event);
  }

  /** The lines of its hosts' daemons about themselves. */
  #hostEventsOf(members: readonly Member[], { from, to }: Claim): readonly Event[] {
    const hosts = new Set<string>();
    for (const { event } of members) hosts.add(event.host);
    return this.#from.hostLines.meanwhile(hosts, from, to);
  }

  claimOf(instance: string, request: string, from: Millis, to: Millis, owns: (at: Millis) => boolean): Claim {
    const { store, instances } = this.#from;
    const aliases = new Set([request]);
    for (const { event } of store.find('request', request)) {
      // The client's own id, which the other services print in place of nova's.
      if (event.globalRequestId !== undefined && event.service.startsWith('nova-') && event.requestId === request)
        aliases.add(event.globalRequestId);
    }
    const others = instances.intervalsOf(instance).filter((each) => each.request !== request);
    return {
      instance,
      aliases,
      from,
      to,
      isShared: instances.isShared(request, to) || isSharedByLines(store, instance, request, from, to),
      owns,
      callsUntil: to,
      isOther: (id) => others.some((each) => each.request === id),
    };
  }
}

/**
 * Whether lines of the window name another instance under the request. Those of neutron come before those of the other compute
 * hosts, or are all that this process reads of them. What placement names may be a migration of the same instance.
 */
function isSharedByLines(store: EventStore, instance: string, request: string, from: Millis, to: Millis): boolean {
  const own = store.named('instance', instance);
  return between(store.find('request', request), from, to).some(
    ({ event, links }) => event.service !== 'placement' && links.instance !== undefined && links.instance !== own,
  );
}

/** When the first of some actions that have a name began after a moment. */
function openedAfter(actions: readonly ActionInterval[], moment: Millis): Millis {
  let first = Number.POSITIVE_INFINITY;
  for (const { spec, opened } of actions) if (spec !== undefined && opened > moment && opened < first) first = opened;
  return first;
}

export const intervalOf = ({ start, end, until }: ActionInterval): { start: Millis; end: Millis } => ({ start, end: end ?? until });
/**
 * nova waits for neutron's answers, so an action that succeeded makes no more calls. One that failed may still clean
 * up.
 */
const callsUntil = ({ outcome, end, until }: Candidate): Millis =>
  end === undefined ? until : outcome === 'succeeded' ? end : Math.min(until, end + GRACE);

/** Whether a line belongs to this one of several tries at a build under one request. */
function isOfTry({ event }: Member, { rescheduled, request, lines }: Candidate, from: Millis, owns: (at: Millis) => boolean): boolean {
  // Work before the first attempt was done for the action as a whole.
  if (isOfRoot(event) || (event.at < from && event.service !== 'nova-compute')) return !rescheduled;
  if (event.service === 'nova-compute' && event.requestId === request && event.instance !== undefined)
    return lines.byRequest.includes(event);
  return owns(event.at);
}

const lastOf = (members: readonly Member[], start: Millis): Millis =>
  members.reduce((last, { event: { at } }) => Math.max(last, at), start);

/** The ports that these lines name: every try makes its own. */
function portsNamed(known: ReadonlyMap<string, Vif>, members: readonly Member[]): ReadonlyMap<string, Vif> {
  const named = new Set(members.flatMap(({ ports }) => ports));
  return new Map([...known].filter(([port]) => named.has(port)));
}

/**
 * Lines that could begin or end a phase and name no request. Without a line that links them, they belong to nothing.
 */
export const isPhaseLine = (event: Event): boolean => event.requestId === undefined && event.fields['port'] !== undefined;

/** The daemons of a hypervisor. Their lines are about their own host. */
const HYPERVISOR = new Set(knownServices.ofPart('hypervisor'));

/**
 * The lines of an action that one host does, without what another compute host does with the same ports, such as
 * removing an instance that was evacuated from it.
 */
function onOneHost(members: Member[], host: string): Member[] {
  const others = new Set<string>();
  for (const { event } of members) if (event.service === 'nova-compute' && event.host !== host) others.add(event.host);
  return others.size === 0 ? members : members.filter(({ event }) => !others.has(event.host) || !HYPERVISOR.has(event.service));
}
