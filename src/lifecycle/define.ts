import type { EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';
import type { Event } from './event.js';
import type { PortBackend } from './wiring.js';

/** nova's own names of instance actions (nova/compute/instance_actions.py). */
export type ActionName =
  | 'create'
  | 'delete'
  | 'rebuild'
  | 'evacuate'
  | 'reboot'
  | 'stop'
  | 'start'
  | 'pause'
  | 'unpause'
  | 'suspend'
  | 'resume'
  | 'resize'
  | 'migrate'
  | 'confirmResize'
  | 'revertResize'
  | 'shelve'
  | 'shelveOffload'
  | 'unshelve'
  | 'rescue'
  | 'unrescue'
  | 'attach_interface'
  | 'detach_interface'
  | 'attach_volume'
  | 'detach_volume'
  | 'live-migration'
  | 'createImage'
  | 'backup';

/** One end of a phase: any of these lines. An edge list is in order of preference. */
export interface Edge {
  readonly kinds: readonly EventKind[];
  /** The line's time minus this field, in seconds: a line that states its own duration gives both ends. */
  readonly less?: string;
  /** The same where the line states it in other words; a line that does not is no such edge. */
  readonly lessStated?: (event: Event) => number | undefined;
  /** The edge is a bound, not the very moment: flagged `derived`. */
  readonly derived?: true;
  /** Which of several: the first (default), the last, or for a `from` the latest before the `to`. */
  readonly pick?: 'last' | 'latest';
  /** Looked for in the whole action instead of the port's own plug cycle. */
  readonly anywhere?: true;
  /**
   * Counts only where such a line follows within so many milliseconds, or later with no build of the host ending in between:
   * else the line waited in a queue.
   */
  readonly followedBy?: { readonly kind: EventKind; readonly within: Millis };
  /** The line stands in for one that is not there: `derived`, and still, unlike a bound, it shows that the work was begun or done. */
  readonly standIn?: true;
  /** Not before the first of these: where one of them is later, it is the edge. Where none is there, the line stands in for it. */
  readonly notBefore?: readonly EventKind[];
  /** Of a `to`: it has the request id of its `from`. The same message may be sent several times, each under an id of its own. */
  readonly sameRequest?: true;
}

export interface PhaseSpec {
  readonly name: string;
  /** Whose work it is; of several services, each has its own span. */
  readonly service: string | readonly string[];
  readonly from: readonly Edge[];
  readonly to: readonly Edge[];
  /** One span per port: of the port's plug cycles, or of the port's own request. */
  readonly per?: 'port' | 'cycle';
  /** Only of ports with one of these backends. */
  readonly backends?: readonly PortBackend[];
  /** The phase, of the same service, that this one is a part of; else the root. */
  readonly within?: string;
  /** The service prints its lines at DEBUG only. */
  readonly debug?: true;
  /** Every pair of lines is a span: it may happen several times. */
  readonly repeats?: true;
  /** From the first line of `from` to the last of `to`, whatever lies between. */
  readonly spread?: true;
  /**
   * What its thread does next: it begins where this ends. The first of these that the table has. Where neither prints a line
   * between them, one span is of both (see `thread.ts`).
   */
  readonly next?: readonly string[];
  /** It begins on another host, and is the work of the action's own. */
  readonly across?: true;
  /** Not part of every such action, so not missed where it is not seen. */
  readonly optional?: true;
  /** Optional, but missed where one of these is seen and a port is wired so: the time-out of a wait for it. */
  readonly missedWith?: { readonly kinds: readonly EventKind[]; readonly backends: readonly PortBackend[] };
  /** Not a part of actions that print one of these: another driver's work is done in another way. */
  readonly unless?: readonly EventKind[];
  /** A span only if a line shows its start. */
  readonly needsFrom?: true;
  /** Lines between its ends that become events of the span, as the progress of a copy. */
  readonly innerEvents?: readonly EventKind[];
  /** Nothing before the root's start: that would be another's work. */
  readonly fromRoot?: true;
  /** At the most so many spans. */
  readonly most?: number;
  /** One line is all of it: a point in time. Of any other phase, one line without a duration is no span. */
  readonly isPoint?: true;
  /** It is an HTTP request, known from the access line of the service that answered it: who sent it. */
  readonly http?: 'user' | 'service';
  /** Its spans are named by the call, as `GET /v2.0/ports`: where phases are listed or counted they are one. */
  readonly namedByCall?: true;
  /** A request that the service sends to another one, as the service itself sees it. */
  readonly calls?: true;
  /** The line in which nova itself reports how long it took, in its field `seconds`. */
  readonly reports?: EventKind;
  /** Where one of these lines ends it, it failed, and its status says why: as is said here, else as the line says it. */
  readonly failsAt?: readonly { readonly kind: EventKind; readonly why?: string }[];
  /** Of lines that other requests print for the same instance too, only those with the action's own id. */
  readonly onlyOwn?: readonly EventKind[];
}

/** When an action ends, how it is known by, and what it consists of. */
export interface ActionSpec {
  readonly name: ActionName;
  /** The function that holds the instance's lock for the whole action: last part of its dotted name. */
  readonly lockedBy: readonly string[];
  /** Lines of which any names the action. */
  readonly namedBy: readonly EventKind[];
  /** The naming line proves it only when its host prints one of these as well: a naming line may be shared by two actions. */
  readonly provenOnHost?: readonly EventKind[];
  /** Lines that must all be there, in this order, to name it where nothing else does; one of each list. */
  readonly namedByAll?: readonly (readonly EventKind[])[];
  /** Lines that name it where nothing else does, unless one of the others is there: another action prints both. */
  readonly namedUnless?: { readonly kinds: readonly EventKind[]; readonly unless: readonly EventKind[] };
  /** After the one line it prints one of the others at once: lines that continue without one are another action's, which shares its claim. */
  readonly followsUp?: { readonly after: EventKind; readonly with: readonly EventKind[] };
  /** Lines that it never prints with its request id: whatever does is another action. */
  readonly notWith?: readonly EventKind[];
  /** The methods of nova-api that begin it, as nova-api prints them at DEBUG, and other lines of nova-api that name it. */
  readonly calls?: readonly string[];
  readonly begunBy?: readonly EventKind[];
  /** nova's task states that only this action goes through: power-sync lines print them, at INFO too. */
  readonly tasks?: readonly string[];
  /** Task states that it goes through as other actions do: while nova prints one of them, the action has not ended. */
  readonly sharedTasks?: readonly string[];
  /** Lines of this action without a request id, because its threads have no context. They start it. */
  readonly startsWithoutRequestId?: readonly EventKind[];
  /**
   * Lines with its request id on a host that takes part and does not write the root, all of one of these lists: a process
   * that reads only that host exports a fragment.
   */
  readonly peerEvidence?: readonly (readonly EventKind[])[];
  /** The root's start, else the first line with the action's request id. */
  readonly starts: readonly Edge[];
  /** Lines that state how long the action has been under way at least: what they say counts where its head is missing. */
  readonly underWay?: readonly Edge[];
  /** The first line of a log that does not print these: a stand-in for the start. Any other first line shows that the head is missing. */
  readonly opensWith?: readonly EventKind[];
  /** Lines without a request id that it may print before its first own: the latest of them is its first, where nothing else is under way. */
  readonly headedBy?: readonly EventKind[];
  /** The start is the first line of any host, where that is before these. */
  readonly startsWithFirst?: true;
  /** The last line of a success. */
  readonly ends: readonly EventKind[];
  /**
   * Lines with its own request id that are the last that it prints when its work is done, at DEBUG: they end it, and say so
   * more exactly than its end lines. Only after its naming line, where it has one.
   */
  readonly provedBy?: readonly EventKind[];
  /** Where the release of its lock ends it, it is a success only with one of these: nothing is logged of some that failed. */
  readonly doneBy?: readonly EventKind[];
  /** No line shows its success: after one of these, silence without a failure is a success. */
  readonly endsQuietly?: readonly EventKind[];
  /** Releases of old print no end line: what is left of the silence at the end of the input need not be waited for. */
  readonly mayEndQuietly?: true;
  /** Lines that are part of the end if they follow it: from 2025.1 on the guest's lifecycle events are late. */
  readonly lateEndEvents?: readonly EventKind[];
  /** Only after one of these: the same end line means something else before it. */
  readonly endsAfter?: readonly EventKind[];
  /** The lock's release, when seen, ends the action rather than the end line. */
  readonly endsWithLock: boolean;
  /** The lock's release without an end line is the end of a success, unless something failed before it or within the grace. */
  readonly lockIsSuccess: boolean;
  /** Any of these: it failed, or is failing. */
  readonly fails: readonly EventKind[];
  /** After one of these nova-compute hands the action back to the conductor, which tries another host or gives up. */
  readonly handsBack?: readonly EventKind[];
  /** But not with one of these: nova-compute itself decided how it ended. */
  readonly decides?: readonly EventKind[];
  /** Nor is it decided by one of the former where one of these comes after it. */
  readonly reopens?: readonly EventKind[];
  /** What the conductor prints when no host is left for it; `alone` where that names it without a line of nova-api. */
  readonly givenUpBy?: { readonly tasks?: readonly string[]; readonly kinds?: readonly EventKind[]; readonly alone?: true };
  /** Failures that count with its own request id only: another action prints such a line when it succeeds. */
  readonly failsByOwn?: readonly EventKind[];
  /** The last of these is the end of a failed one. */
  readonly cleanupEvents: readonly EventKind[];
  readonly deadline: Millis;
  /** nova-api accepts it while the task of another action is pending. */
  readonly ignoresTasks?: true;
  /** Actions that it completes: its trace links to the one that it follows. */
  readonly completes?: readonly ActionName[];
  /** The line in which nova itself reports how long it took, in its field `seconds`. */
  readonly reports?: EventKind;
  /** At DEBUG, how long to wait after a success for the host's next resource audit, which is its last step. */
  readonly postAuditWait?: Millis;
  /** nova does not wait for its ports: how long after a success their chains may go on; where `after` is given, only after one of these. */
  readonly outlivedBy?: { readonly millis: Millis; readonly after?: readonly EventKind[] };
  readonly phases: readonly PhaseSpec[];
}

/** Names the kinds of an edge. */
export const line = (...kinds: readonly EventKind[]): Edge => ({ kinds });
/** The last such line. */
export const last = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'last' });
/** The latest such line, anywhere in the action, before the phase's end. */
export const latest = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'latest', anywhere: true });
/** The latest such line of the same port and plug cycle, before the phase's end. */
export const recent = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'latest' });
/** The line's time minus the duration that it states (`field`, in seconds). */
export const endMinusDuration = (kind: EventKind, field = 'seconds'): Edge => ({ kinds: [kind], less: field });
/** The same where it is not the very moment, but shows that the moment has come, or is near. */
export const standIn = (edge: Edge): Edge => ({ ...edge, standIn: true });
/** A line that is no more than a bound: what lies before it, or after it, is mostly this phase. */
export const about = (...kinds: readonly EventKind[]): Edge => ({ kinds, derived: true, anywhere: true });
/** A line anywhere in the action. */
export const anywhere = (...kinds: readonly EventKind[]): Edge => ({ kinds, anywhere: true });
