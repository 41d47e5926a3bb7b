import type { Vif } from '../catalogue/event.js';
import { type ActionInterval, type ClosedAction, type ClosedFragment, followedBy } from '../lifecycle/closed.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Event, Member } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import { knownServices } from '../model/services.js';
import { withAgentLoops } from './agent-loops.js';
import type { Builds } from './builds.js';
import type { Candidate } from './candidate.js';
import type { Claim } from './claim.js';
import type { HostLines } from './host-lines.js';
import type { Hosts } from './hosts.js';
import type { Instances } from './instances.js';
import { isOfRoot, membersOf, portsOfInstance } from './members.js';
import { attemptsBefore, isSame, ownerAt, type UnattributedLine } from './owner.js';
import type { InstanceState } from './state.js';
import { between, type EventStore } from './store.js';
import { GRACE, LEAD, REACH, SKEW } from './times.js';

/** The stores from which the lines of an action come. */
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
  readonly hostEvents: readonly Event[];
}

/** Finds the lines of a unit when it closes. */
export class Gather {
  readonly #from: Sources;

  constructor(from: Sources) {
    this.#from = from;
  }

  /** The action of a compute host, with its lines of all services. */
  action(candidate: Candidate, state: InstanceState, spec: ActionSpec): ClosedAction {
    const { instance, request, rescheduled, host, start, end, until, closesAt } = candidate;
    const others = [...state.past, ...state.candidates];
    const next = end === undefined ? Number.POSITIVE_INFINITY : openedAfter(others, end);
    // Its ports and its guest have no line before a start that a line shows. The clocks of two hosts differ a little.
    const since = candidate.seen.start.is === 'observed' ? start - SKEW : Number.NEGATIVE_INFINITY;
    const owns = (at: Millis, line?: UnattributedLine): boolean => {
      if (at < since && at < candidate.opened) return false;
      const owner = ownerAt<ActionInterval>(others, at, line);
      // Work on its ports continues for a while, until the next action starts.
      return owner === undefined ? at > until && at < next : isSame(owner, candidate);
    };
    // An earlier action of the same request that was not rescheduled is not an attempt of this one.
    const before = attemptsBefore(candidate, state.past);
    const attempts = [...before, ...state.candidates.filter((each) => each.request === request)];
    // The work of nova-api and nova-scheduler before the first attempt belongs to the root.
    const from = rescheduled ? start : Math.min(start, ...attempts.map((each) => each.start));
    const reach = spec.portWait === undefined ? until : closesAt;
    const claim = { ...this.claimOf(instance, request, from - LEAD, reach, owns), callsUntil: callsUntil(candidate) };
    const known = portsOfInstance(this.#from.store, { ...claim, to: until }, () => this.#from.count('ports_truncated'));
    const all = this.membersOf(claim, known);
    // The control plane's lines belong to the root only: an attempt has none.
    const ofAttempt = attempts.length > 1 || rescheduled ? all.filter((member) => isOfAttempt(member, candidate, from, owns)) : all;
    const members = spec.peerEvidence === undefined ? onOneHost(ofAttempt, host) : ofAttempt;
    if (spec.postAuditWait !== undefined && end !== undefined) members.push(...this.#auditAfter(host, end, closesAt));
    this.noteInTrace(members);
    return {
      form: 'action',
      instance,
      request,
      spec,
      outcome: candidate.outcome ?? 'timed-out',
      // The action started with its first attempt.
      startIs: from < start ? 'derived' : candidate.seen.start.is,
      endIs: candidate.verdict.endIs,
      start: from,
      // An action without an end line ends with its last line: it lasted at least as long as its phases.
      end: Math.max(from, end ?? lastOf(members, start)),
      began: candidate.opened,
      until,
      host,
      service: 'nova-compute',
      members,
      ports: attempts.length > 1 ? portsNamed(known, ofAttempt) : known,
      hostEvents: this.#hostEventsOf(members, claim),
      attempts: rescheduled ? [] : before.map(intervalOf),
      ...this.#buildsBeside(candidate),
      // Older actions may or may not be in memory any more, so they never count.
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

  /** The part of an action on this host, if another process reads the host that writes the root. */
  part({ instance, request, opened, lines }: Candidate, state: InstanceState, spec: ActionSpec): ClosedFragment {
    const others = [...state.past, ...state.candidates];
    const start = lines.byRequest[0]!.at;
    const end = lines.byRequest[lines.byRequest.length - 1]!.at;
    const claim = this.claimOf(instance, request, start - LEAD, end + GRACE, (at) => ownerAt<ActionInterval>(others, at) === undefined);
    const gathered = this.ofClaim(claim);
    this.noteInTrace(gathered.members);
    return { form: 'fragment', instance, request, start, end, began: opened, ...gathered, spec };
  }

  ofClaim(claim: Claim): Gathered {
    const ports = portsOfInstance(this.#from.store, claim);
    const members = this.membersOf(claim, ports);
    return { members, ports, hostEvents: this.#hostEventsOf(members, claim) };
  }

  /** The lines of a claim, and the lines of agents on its hosts that are about its ports without naming them. */
  membersOf(claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
    return withAgentLoops(membersOf(this.#from.store, claim, ports), this.#from.hostLines, claim);
  }

  /** Notes which lines are part of a trace, so that they do not count as orphans. */
  noteInTrace(members: readonly Member[]): void {
    for (const { event } of members) if (isPhaseLine(event)) this.#from.store.noteInTrace(event);
  }

  /** The lines in which daemons on the members' hosts report their own stalls. */
  #hostEventsOf(members: readonly Member[], { from, to }: Claim): readonly Event[] {
    const hosts = new Set<string>();
    for (const { event } of members) hosts.add(event.host);
    return this.#from.hostLines.ofDaemons(hosts, from, to);
  }

  /** The claim of a request on an instance. @param owns whether the request owns the instance at a time */
  claimOf(instance: string, request: string, from: Millis, to: Millis, owns: (at: Millis) => boolean): Claim {
    const { store, instances } = this.#from;
    const aliases = new Set([request]);
    for (const { event } of store.find('request', request)) {
      // The client's own id, which other services log instead of nova's.
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
      isOtherRequest: (id) => others.some((each) => each.request === id),
    };
  }
}

/**
 * Whether lines of the window name another instance under the request. Lines of neutron come before those of the other
 * compute hosts, or are the only ones that this process reads of them. A line of placement does not count: the name in
 * it may be a migration of the same instance.
 */
function isSharedByLines(store: EventStore, instance: string, request: string, from: Millis, to: Millis): boolean {
  const own = store.named('instance', instance);
  return between(store.find('request', request), from, to).some(
    ({ event, links }) => event.service !== 'placement' && links.instance !== undefined && links.instance !== own,
  );
}

/** When the first action with a name opened after a time. */
function openedAfter(actions: readonly ActionInterval[], moment: Millis): Millis {
  let first = Number.POSITIVE_INFINITY;
  for (const { spec, opened } of actions) if (spec !== undefined && opened > moment && opened < first) first = opened;
  return first;
}

/** Start and end of an action, in epoch ms. */
export const intervalOf = ({ start, end, until }: ActionInterval): { start: Millis; end: Millis } => ({ start, end: end ?? until });
/**
 * nova waits for neutron's answers, so an action makes no calls after its success. A failed action may still clean up.
 */
const callsUntil = ({ outcome, end, until }: Candidate): Millis =>
  end === undefined ? until : outcome === 'succeeded' ? end : Math.min(until, end + GRACE);

/** Whether a line belongs to this one of several build attempts of one request. */
function isOfAttempt({ event }: Member, { rescheduled, request, lines }: Candidate, from: Millis, owns: (at: Millis) => boolean): boolean {
  // Work before the first attempt belongs to the action as a whole.
  if (isOfRoot(event) || (event.at < from && event.service !== 'nova-compute')) return !rescheduled;
  if (event.service === 'nova-compute' && event.requestId === request && event.instance !== undefined)
    return lines.byRequest.includes(event);
  return owns(event.at);
}

const lastOf = (members: readonly Member[], start: Millis): Millis =>
  members.reduce((last, { event: { at } }) => Math.max(last, at), start);

/** The ports that these lines name: each attempt creates its own. */
function portsNamed(known: ReadonlyMap<string, Vif>, members: readonly Member[]): ReadonlyMap<string, Vif> {
  const named = new Set(members.flatMap(({ ports }) => ports));
  return new Map([...known].filter(([port]) => named.has(port)));
}

/**
 * Whether a line may bound a phase but has no request id: without another line that links it, it belongs to no action.
 */
export const isPhaseLine = (event: Event): boolean => event.requestId === undefined && event.fields['port'] !== undefined;

/** The daemons of a hypervisor. Their lines are only about their own host. */
const HYPERVISOR = new Set(knownServices.ofPart('hypervisor'));

/**
 * The lines of an action on one host, without the work of another compute host on the same ports, such as the removal
 * of an instance that was evacuated from it.
 */
function onOneHost(members: Member[], host: string): Member[] {
  const others = new Set<string>();
  for (const { event } of members) if (event.service === 'nova-compute' && event.host !== host) others.add(event.host);
  return others.size === 0 ? members : members.filter(({ event }) => !others.has(event.host) || !HYPERVISOR.has(event.service));
}
