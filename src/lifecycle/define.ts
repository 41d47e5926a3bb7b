import type { EventKind } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';
import type { Event } from './event.js';
import type { PortBackend } from './port-backend.js';

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

/** One end of a phase: a line of any of these kinds. Lists of edges are in order of preference. */
export interface Edge {
  readonly kinds: readonly EventKind[];
  /** The edge is the line's time minus this field of it, in seconds: a line that states a duration gives both ends. */
  readonly less?: string;
  /**
   * As `less`, for a duration that is not a field: reads it from the line, in seconds. Undefined: the line is no edge.
   */
  readonly lessStated?: (event: Event) => number | undefined;
  /** The edge is only a bound of the end: its evidence is `derived`. */
  readonly derived?: true;
  /** Which of several lines: the first (default), the last, or for a `from` the latest before the `to`. */
  readonly pick?: 'last' | 'latest';
  /** Searched in the whole action, not only in the port's own plug cycle. */
  readonly anywhere?: true;
  /**
   * The edge counts only if a line of this kind follows within so many ms, or follows later and no other build on the
   * host ended in between. Otherwise the action waited in a queue between the two lines.
   */
  readonly followedBy?: { readonly kind: EventKind; readonly within: Millis };
  /**
   * Used if the better line is missing. Its evidence is `derived`, but unlike a bound it proves that the work was done.
   */
  readonly standIn?: true;
  /**
   * If the first line of one of these kinds is later than the edge's line, that line is the edge. If there is no such
   * line, the edge is `derived`.
   */
  readonly notBefore?: readonly EventKind[];
  /** Of a `to`: it has the request id of its `from`. One message may be sent several times, each with its own id. */
  readonly sameRequest?: true;
}

/** One row of an action's table of phases. A span shows each phase that the lines prove. */
export interface PhaseSpec {
  readonly name: string;
  /** The service that does the work. With several services, each has its own span. */
  readonly service: string | readonly string[];
  readonly from: readonly Edge[];
  readonly to: readonly Edge[];
  /** One span per port, or one per plug cycle of each port. */
  readonly per?: 'port' | 'cycle';
  /** Only for ports with one of these backends. */
  readonly backends?: readonly PortBackend[];
  /** The name of the phase that this one is a part of, on the same host; otherwise it is a part of the root. */
  readonly within?: string;
  /** The service logs its lines only at DEBUG. */
  readonly debug?: true;
  /** It may happen several times: each pair of lines is a span. */
  readonly repeats?: true;
  /** It lasts from the first line of `from` to the last line of `to`. */
  readonly firstToLast?: true;
  /**
   * The phase that follows on the same thread, and starts where this one ends: the first of these names that the table
   * has. If no line separates the two, one span has both names (see `thread.ts`).
   */
  readonly next?: readonly string[];
  /** It starts with a line of another host, but its span is on the action's own host. */
  readonly across?: true;
  /** Not every such action has it, so it is never reported as missing. */
  readonly optional?: true;
  /**
   * Optional, but reported as missing if a line of these kinds shows a time-out and a port has one of these backends.
   */
  readonly missedWith?: { readonly kinds: readonly EventKind[]; readonly backends: readonly PortBackend[] };
  /** Not part of actions that log one of these: another driver does this work in another way. */
  readonly unless?: readonly EventKind[];
  /** No span without a line that shows its start. */
  readonly requireStart?: true;
  /** Lines between its ends that become events of the span, such as the progress of a copy. */
  readonly innerEvents?: readonly EventKind[];
  /** No span if it starts before the root: that would be the work of another action. */
  readonly notBeforeRoot?: true;
  /** At most so many spans. */
  readonly maxSpans?: number;
  /** A single line is the whole phase: a point in time. For other phases, one line without a duration gives no span. */
  readonly isPoint?: true;
  /** It is an HTTP request, known from the access line of the service that answered it. The value is the sender. */
  readonly http?: 'user' | 'service';
  /** Its spans are named by the call, such as `GET /v2.0/ports`. In lists and counts they are one phase. */
  readonly namedByCall?: true;
  /** A request to another service, as the sender logs it: the span's kind is `client`. */
  readonly calls?: true;
  /** The line in which nova itself reports the duration, in its field `seconds`. */
  readonly reports?: EventKind;
  /** If one of these lines ends it, it failed. The span's status is `why`, otherwise the text of the line. */
  readonly failsAt?: readonly { readonly kind: EventKind; readonly why?: string }[];
  /** Lines of these kinds count only with the action's own request id: other requests of the instance log them, too. */
  readonly onlyOwn?: readonly EventKind[];
}

/** How an action is recognised, when it starts and ends, and which phases it has. */
export interface ActionSpec {
  readonly name: ActionName;
  /**
   * The functions of nova-compute that hold the instance's lock for the whole action: the last part of the dotted name.
   */
  readonly lockedBy: readonly string[];
  /** Each line of these kinds names the action. */
  readonly namedBy: readonly EventKind[];
  /** Two actions share the naming line: it names this one if its host also logs one of these. */
  readonly provenOnHost?: readonly EventKind[];
  /** If nothing else names it: one line of each list, in this order, names it. */
  readonly namedByAll?: readonly (readonly EventKind[])[];
  /**
   * If nothing else names it: a line of `kinds` names it, unless there is a line of `unless` (another action logs
   * both).
   */
  readonly namedUnless?: { readonly kinds: readonly EventKind[]; readonly unless: readonly EventKind[] };
  /** After a line of `after` it always logs one of `with`. Lines that continue without it belong to another action. */
  readonly requiredNext?: { readonly after: EventKind; readonly with: readonly EventKind[] };
  /** Lines that it never logs with its request id: they rule it out. */
  readonly notWith?: readonly EventKind[];
  /** The methods of nova-api that start it, as nova-api logs them at DEBUG. */
  readonly calls?: readonly string[];
  /** Other lines of nova-api that name it. */
  readonly apiLines?: readonly EventKind[];
  /** Task states of nova that only this action passes through. Power-sync lines show them, also at INFO. */
  readonly tasks?: readonly string[];
  /** Task states that other actions pass through as well. While nova logs one of them, the action has not ended. */
  readonly sharedTasks?: readonly string[];
  /** Lines of this action without a request id, because their thread has no request context. They open it. */
  readonly startsWithoutRequestId?: readonly EventKind[];
  /**
   * Lines with its request id on the other host of the action, which does not write the root: all lines of one of these
   * lists. A process that reads only that host exports a fragment.
   */
  readonly peerEvidence?: readonly (readonly EventKind[])[];
  /** The edges of the root's start. Without one, it starts with the first line with its request id. */
  readonly starts: readonly Edge[];
  /** Lines that state how long the action has been in progress at least. Used if its first lines are missing. */
  readonly underWay?: readonly Edge[];
  /**
   * If the log has no start edge, a first line of these kinds stands in for it (`derived`). After any other first line
   * the start is `unobserved`: the lines before it are missing.
   */
  readonly opensWith?: readonly EventKind[];
  /**
   * Lines without a request id that may come before its first own line. The latest is its first line if nothing else is
   * in progress.
   */
  readonly precededBy?: readonly EventKind[];
  /** It starts with the first line of any host, if that is before the edges of `starts`. */
  readonly startsWithFirst?: true;
  /** The last line of a success. */
  readonly ends: readonly EventKind[];
  /**
   * At DEBUG: its last lines with its own request id. They end it more exactly than `ends`. They count only after its
   * naming line, if it has one.
   */
  readonly provedBy?: readonly EventKind[];
  /**
   * Where the release of its lock ends it, it succeeded only with one of these: nova logs nothing of some that failed.
   */
  readonly doneBy?: readonly EventKind[];
  /** No line shows its success: after one of these, silence without a failure means success. */
  readonly endsQuietly?: readonly EventKind[];
  /** Old releases log no end line: at the end of the input the rest of the silence is not waited for. */
  readonly mayEndQuietly?: true;
  /** Lines after the end line that move the end: since 2025.1 the guest's lifecycle events come late. */
  readonly lateEndEvents?: readonly EventKind[];
  /** An end line counts only after one of these: before that it means something else. */
  readonly endsAfter?: readonly EventKind[];
  /** The release of the lock, if logged, is the end, and not the end line. */
  readonly endsWithLock: boolean;
  /** A released lock without an end line means success, unless something failed before it or within the grace. */
  readonly lockIsSuccess: boolean;
  /** Any of these shows a failure. */
  readonly fails: readonly EventKind[];
  /** After one of these nova-compute hands the action back to nova-conductor, which tries another host or gives up. */
  readonly handsBack?: readonly EventKind[];
  /** With one of these, nova-compute itself decided the outcome: the action is not handed back. */
  readonly decides?: readonly EventKind[];
  /** After one of these, an earlier line of `decides` no longer counts. */
  readonly reopens?: readonly EventKind[];
  /**
   * Lines and tasks that nova-conductor logs when no host is left. With `alone` they name the action without a line of
   * nova-api.
   */
  readonly givenUpBy?: { readonly tasks?: readonly string[]; readonly kinds?: readonly EventKind[]; readonly alone?: true };
  /** Failures that count only with its own request id: another action logs such a line when it succeeds. */
  readonly failsWithOwnId?: readonly EventKind[];
  /** The last of these is the end of a failed action. */
  readonly cleanupEvents: readonly EventKind[];
  /** An action without an end for this long (ms) is `timed-out`. */
  readonly deadline: Millis;
  /** nova-api accepts it while the task of another action has not ended. */
  readonly ignoresTasks?: true;
  /** Actions that it completes: its trace links to the latest of them. */
  readonly completes?: readonly ActionName[];
  /** The line in which nova itself reports the duration, in its field `seconds`. */
  readonly reports?: EventKind;
  /** At DEBUG: how long (ms) to wait after a success for the host's next resource audit, which is its last step. */
  readonly postAuditWait?: Millis;
  /**
   * nova does not wait for the ports: how long (ms) after a success their chains may continue. With `after`, only after
   * one of these.
   */
  readonly portWait?: { readonly millis: Millis; readonly after?: readonly EventKind[] };
  readonly phases: readonly PhaseSpec[];
}

/** An edge at the first line of one of these kinds. */
export const line = (...kinds: readonly EventKind[]): Edge => ({ kinds });
/** An edge at the last such line. */
export const last = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'last' });
/** The latest such line, anywhere in the action, before the phase's end. */
export const latest = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'latest', anywhere: true });
/** The latest such line of the same port and plug cycle, before the phase's end. */
export const inCycle = (...kinds: readonly EventKind[]): Edge => ({ kinds, pick: 'latest' });
/** The line's time minus the duration that it states in `field`, in seconds. */
export const endMinusDuration = (kind: EventKind, field = 'seconds'): Edge => ({ kinds: [kind], less: field });
/** Marks an edge as a substitute for a better line: see `Edge.standIn`. */
export const standIn = (edge: Edge): Edge => ({ ...edge, standIn: true });
/** A line, anywhere in the action, that only bounds the phase: see `Edge.derived`. */
export const bound = (...kinds: readonly EventKind[]): Edge => ({ kinds, derived: true, anywhere: true });
/** A line anywhere in the action. */
export const anywhere = (...kinds: readonly EventKind[]): Edge => ({ kinds, anywhere: true });
