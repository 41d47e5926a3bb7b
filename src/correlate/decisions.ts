import type { ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';

/** One decision about an action or a line, with its reason. It helps to find out why a trace did not appear. */
export interface Decision {
  readonly decision:
    | 'opened'
    | 'named'
    | 'ended'
    | 'closed'
    | 'left to its compute host'
    | 'no action'
    | 'late line'
    | 'line forgotten'
    | 'given up: too many are open';
  readonly why: string;
  readonly instance: string | undefined;
  readonly request: string | undefined;
  /** nova's name of the action, once a line has shown it */
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly form?: ClosedUnit['form'];
  /** the line that decided */
  readonly line?: Event | undefined;
  /** when the action ended, by its lines; epoch ms */
  readonly end?: Millis | undefined;
  /** the kinds of lines that can end it */
  readonly waitsFor?: readonly string[];
  /** it closes when all logs were read up to this time; epoch ms */
  readonly closesAt?: Millis | undefined;
}

export type Decide = (decision: Decision) => void;

interface Known {
  action: string | undefined;
  outcome: string | undefined;
  end: Millis | undefined;
}

/**
 * Reports decisions about candidates. A candidate may be computed again from all its lines whenever lines arrive, so
 * only differences from the last state are reported.
 */
export class Decisions {
  readonly #decide: Decide;
  readonly #known = new Map<string, Known>();

  constructor(decide: Decide) {
    this.#decide = decide;
  }

  /** Reports the changes after the lines of an instance were processed again. */
  reviewed(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      const known = this.#knownOf(candidate);
      const { spec, end, outcome, closesAt } = candidate;
      if (spec?.name !== known.action) {
        known.action = spec?.name;
        this.#decide({
          ...aboutOf(candidate),
          ...{ decision: 'named', line: lastOf(candidate), waitsFor: spec?.ends ?? [], closesAt: finite(closesAt) },
          why: spec === undefined ? 'a line shows that it is not what its name was' : 'a line shows which action it is',
        });
      }
      if (end !== undefined && (end !== known.end || outcome !== known.outcome)) {
        Object.assign(known, { end, outcome });
        this.#decide({
          ...aboutOf(candidate),
          ...{ decision: 'ended', outcome, end, line: lastOf(candidate), closesAt: finite(closesAt), why: whyEnded(candidate) },
        });
      }
    }
  }

  /** Reports a closed candidate. @param unit undefined if it could not be named */
  closed(candidate: Candidate, unit: ClosedUnit | undefined): void {
    this.#known.delete(keyOf(candidate));
    if (unit === undefined) {
      this.#decide({ ...aboutOf(candidate), decision: 'no action', why: whyNone(candidate) });
      return;
    }
    const { form } = unit;
    this.#decide({
      ...aboutOf(candidate),
      ...{ decision: 'closed', form, end: candidate.end, outcome: candidate.outcome },
      why: form === 'action' ? whyEnded(candidate) : WHY_NO_ROOT[form],
    });
  }

  /** Reports a candidate that is closed early because too many are open. @param most the limit */
  evicted(candidate: Candidate, most: number): void {
    this.#decide({
      ...aboutOf(candidate),
      decision: 'given up: too many are open',
      why: `more than ${most} actions are open, and it is the oldest`,
    });
  }

  /** Reports the result for a request's lines on a controller. */
  ofController(instance: string, request: string, unit: ClosedUnit | undefined, isOfComputeHost: boolean): void {
    if (unit !== undefined) {
      const action = 'spec' in unit ? unit.spec?.name : undefined;
      const why = unit.form === 'action' ? 'nova-conductor gave it up: no compute host writes its root' : WHY_NO_ROOT['fragment'];
      this.#decide({ ...{ decision: 'closed', instance, request, action, form: unit.form, why } });
      return;
    }
    if (isOfComputeHost)
      this.#decide({
        ...{ decision: 'left to its compute host', instance, request },
        why: 'the log of its compute host is read here: these lines are in that trace',
      });
    else this.#decide({ ...{ decision: 'no action', instance, request }, why: 'the lines of the controllers show no action' });
  }

  lateLine(line: Event): void {
    this.#decide({ ...ofLine(line), decision: 'late line', why: 'its action was closed before this line was read: its log was behind' });
  }

  forgotten(line: Event, isEvicted: boolean): void {
    this.#decide({
      ...ofLine(line),
      decision: 'line forgotten',
      why: isEvicted
        ? 'too many lines wait'
        : 'no other line linked it to an action in time: the log with the link is not read, or is behind',
    });
  }

  #knownOf(candidate: Candidate): Known {
    const key = keyOf(candidate);
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const known: Known = { action: undefined, outcome: undefined, end: undefined };
    this.#known.set(key, known);
    this.#decide({
      ...aboutOf(candidate),
      ...{ decision: 'opened', action: undefined, line: candidate.lines.byRequest[0], closesAt: finite(candidate.closesAt) },
      why: 'the first line with this instance and this request',
    });
    return known;
  }
}

const keyOf = ({ instance, request, attempt }: Candidate): string => `${instance} ${request} ${attempt}`;

const aboutOf = ({ instance, request, spec }: Candidate) => ({ instance, request, action: spec?.name });

const ofLine = (line: Event) => ({ instance: line.instance, request: line.requestId, line });

const lastOf = ({ lines: { byRequest: own } }: Candidate): Event | undefined => own.at(-1);

const finite = (moment: Millis): Millis | undefined => (Number.isFinite(moment) ? moment : undefined);

/** Why a unit has no root here. */
const WHY_NO_ROOT: Record<Exclude<ClosedUnit['form'], 'action'>, string> = {
  attempt: 'the compute host handed it back: another host goes on, or nova-conductor gives up',
  fragment: 'lines of an action whose compute host is not read here: the novaspan of that host writes its root',
  'network-ready': 'the network of the guest is ready',
};

function whyEnded({ outcome, verdict }: Candidate): string {
  switch (outcome) {
    case 'succeeded':
      return verdict.isBySilence === true ? 'silence after its last line' : 'a line that ends it';
    case 'failed':
      return 'a line of a failure, and the clean-up or the silence after it';
    case 'interrupted':
      return 'nova-compute was started again';
    case 'timed-out':
      return 'no line ended it within its deadline';
    case 'evicted':
      return 'there was no room for so many open actions';
    case 'unfinished':
    case undefined:
      return 'its lines end without a success or a failure';
    default:
      return outcome satisfies never;
  }
}

const whyNone = ({ lines: { byRequest: own } }: Candidate): string =>
  own.length === 0
    ? 'it has no lines of its own'
    : `none of its ${own.length} lines names an action: the lines that do may be logged at DEBUG only, or be in a log that is not read`;
