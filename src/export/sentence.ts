import { askedAt } from '../model/asked.js';
import { type Certainty, keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome, SpanData } from '../model/span.js';
import { CUT_SHORT, type Step, stepsOf } from './steps.js';
import { causesOf } from './terminal/causes.js';
import { certaintyOf, errorOf, extentOf, outcomeOf, rootOf } from './terminal/reading.js';
import { nameOf } from './terminal/rows.js';
import { shortHost, tame } from './terminal/text.js';

/** The usual names of actions, if different from nova's. */
const NAMES: Readonly<Record<string, string>> = { create: 'boot' };

const ENDS: Readonly<Record<Outcome, (seconds: string) => string>> = {
  succeeded: (seconds) => `took ${seconds}`,
  failed: (seconds) => `failed after ${seconds}`,
  'timed-out': (seconds) => `timed out after ${seconds}`,
  interrupted: (seconds) => `was interrupted after ${seconds}`,
  unfinished: (seconds) => `had not ended after ${seconds}, where its lines end`,
  evicted: (seconds) => `was not followed to its end: memory was full after ${seconds}`,
};

/** Of an action with lines of one moment only: they show no length. */
const ENDS_AT_ONCE: Readonly<Record<Outcome, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  'timed-out': 'timed out',
  interrupted: 'was interrupted',
  unfinished: 'has lines of one moment only, and none shows its end',
  evicted: 'was not followed to its end: memory was full',
};

/** At most so many parts are listed, and only parts with at least this share of the whole. */
const MOST_PARTS = 3;
const LEAST_SHARE = 0.08;
/** The parts of a part are listed if they have at least this share of it. */
const LEAST_SHARE_OF_PART = 0.15;
/** A step with at least this share of the step above replaces it. */
const MOST_OF_PART = 0.8;
/** Longer messages (characters) are cut, because the error has its own line in every view. */
const MOST_MESSAGE = 100;

/**
 * An action in one sentence: how it ended, and how its time was spent.
 *
 *     boot of 96d0768a on cmp7 took 41.7 s: 27.0 s network allocate (port update 11.5, port create 4.4), 9.4 s vif-plugged wait
 *     (neutron event queue 9.1); 7 other builds at once
 *
 * The parts are those that gated the end, the longest first. Joined phases are listed together, with the work of other
 * services in that time, which does not prove what nova waited for.
 *
 * @param steps the gating chain of the trace, if it was computed before
 */
export function sentenceOf(trace: FinishedTrace, steps: readonly Step[] = stepsOf(trace)): string {
  const { start, end } = extentOf(trace);
  const root = rootOf(trace);
  const length = `${inTenths(end - start)} s`;
  // If its start is not in the logs, it may have lasted longer.
  const isCut = root !== undefined && trace.form === 'action' && certaintyOf(root, 'start') === 'unobserved';
  const took = isCut ? `at least ${length}` : length;
  const instance = trace.instance.slice(0, 8);
  if (root === undefined) return ofFragment(trace, end === start ? '' : `, over ${took}`);
  if (trace.form === 'network-ready') {
    return certaintyOf(root, 'end') === 'unobserved'
      ? `network of ${instance}, followed for ${took} after its guest resumed: no line says that it was ready`
      : `network of ${instance} was ready ${took} after its guest resumed`;
  }
  const outcome = outcomeOf(trace);
  const subject = `${NAMES[trace.action ?? ''] ?? trace.action ?? root.name} of ${instance} on ${shortHost(root.host)}`;
  const ending =
    outcome !== undefined && isOutcome(outcome)
      ? endingOf(outcome, isCut && end === start ? undefined : took, certaintyOf(root, 'end'))
      : `took ${took}`;
  const { parts, underWay } = partsOf(trace, steps, root);
  const error = errorOf(root);
  const why = error === undefined ? '' : `: ${shortened(withoutModule(error))}`;
  return [
    `${subject} ${ending}${sinceRequest(trace, root)}${why}${parts.length === 0 ? '' : `${why === '' ? ':' : ';'} ${parts.join(', ')}`}`,
    ...(underWay.length > 0 && CUT_SHORT.has(outcome ?? '') ? [`under way then: ${underWay.join(', ')}`] : []),
    ...besides(root),
  ].join('; ');
}

/** The sentence on the trace's root; if it has none, a new one. */
export function summaryOf(trace: FinishedTrace): string {
  const summary = rootOf(trace)?.attributes[keys.summary];
  return typeof summary === 'string' ? summary : sentenceOf(trace);
}

/** The part of a sentence after the duration. In a list, other columns contain the rest. */
export function detailsOf({ form }: Pick<FinishedTrace, 'form'>, sentence: string): string {
  const colon = sentence.indexOf(': ');
  return form !== 'action' ? sentence : colon === -1 ? '' : sentence.slice(colon + 2);
}

/** @param took how long it was, if its lines show a length. Of an unfinished action they may show only that it was over. */
function endingOf(outcome: Outcome, took: string | undefined, end: Certainty): string {
  if (took === undefined) return ENDS_AT_ONCE[outcome];
  return outcome === 'unfinished' && end !== 'unobserved' ? `was over after ${took}, and no line shows how it ended` : ENDS[outcome](took);
}

const isOutcome = (outcome: string): outcome is Outcome => Object.hasOwn(ENDS, outcome);

/** @param over how long it is, if it has more than one moment */
function ofFragment(trace: FinishedTrace, over: string): string {
  const services = [...new Set(trace.spans.map(({ service }) => service))].sort().join(', ');
  const what = trace.partOf === undefined ? 'an action' : `a ${trace.partOf.map((name) => NAMES[name] ?? name).join(' or ')}`;
  return `part of ${what} of ${trace.instance.slice(0, 8)}${over}, as ${services} logged it; its root is not in these logs`;
}

/**
 * The duration since the API request, in words. The root is only nova-compute's part, but the user waits from the
 * request.
 */
function sinceRequest(trace: FinishedTrace, root: SpanData): string {
  const asked = askedAt(trace.spans, root);
  if (asked === undefined) return '';
  const before = root.start - asked;
  return before < 0.05 * (root.end - asked) ? '' : ` (${inTenths(root.end - asked)} s from the API request)`;
}

/** The kind of a line before its text. */
const KIND = /^[a-z]+(?:\.[a-z]+)+: (?=.)/;

/** The error with only the last part of the exception's name. The trace contains its module. */
function withoutModule(error: string): string {
  // A failure without an exception is named by the kind of its line.
  const kind = KIND.exec(error);
  if (kind !== null) return error.slice(kind[0].length);
  const end = error.search(/[^\w.]/);
  const dot = error.lastIndexOf('.', end === -1 ? error.length : end);
  return /^[A-Za-z_]/.test(error.slice(dot + 1)) ? error.slice(dot + 1) : error;
}

const shortened = (message: string): string =>
  message.length > MOST_MESSAGE ? `${message.slice(0, MOST_MESSAGE - 3)}...` : message.replace(/\.$/, '');

const besides = ({ attributes }: SpanData): string[] => {
  const builds = attributes[keys.builds];
  return typeof builds === 'number' && builds > 0 ? [`${builds} other ${builds === 1 ? 'build' : 'builds'} at once`] : [];
};

/** A step of the gating chain with the steps below it. */
interface Part {
  readonly step: Step;
  readonly millis: number;
  readonly parts: Part[];
}

function partsOf(trace: FinishedTrace, steps: readonly Step[], root: SpanData): { readonly parts: string[]; readonly underWay: string[] } {
  const whole = root.end - root.start;
  const all = flattened(treeOf(steps, root), whole).filter(({ millis }) => millis > 0);
  const ended = all.filter(({ step }) => step.end !== undefined);
  const unexplained = ended.filter(isGap).reduce((sum, { millis }) => sum + millis, 0);
  const named = ended.filter((part) => !isGap(part)).map((part) => ({ millis: part.millis, text: () => inWords(part, trace) }));
  // If there is nothing else to list, the sentence already contains the duration.
  const gaps = named.length === 0 ? [] : [{ millis: unexplained, text: () => `${inTenths(unexplained)} s ${whyUnexplained(root)}` }];
  const parts = [...named, ...gaps]
    .filter(({ millis }) => millis >= LEAST_SHARE * whole && millis > 0)
    .toSorted((a, b) => b.millis - a.millis)
    .slice(0, MOST_PARTS)
    .map(({ text }) => text());
  return { parts, underWay: [...new Set(all.filter(({ step }) => step.end === undefined).map(({ step }) => nameOf(step.spans)))] };
}

/** At most so many names are listed in brackets. */
const MOST_NAMES = 2;

/**
 * Why the logs do not show what happened in time outside of all phases. It is called unexplained only if all logs are
 * read and all services log at DEBUG.
 */
function whyUnexplained(root: SpanData): string {
  const { service, attributes } = root;
  if (service !== 'nova-compute') return `in no line of ${service} (the compute hosts' part is in their own spans)`;
  const level = attributes[keys.leastLevel];
  if (typeof level === 'string' && level !== 'DEBUG' && level !== 'TRACE')
    return `in no line at ${level} (${service} at DEBUG may show it)`;
  const unread = [...new Set(namesOf(root, keys.missing).flatMap((entry) => /\((\S+) not read\)$/.exec(entry)?.[1] ?? []))];
  if (unread.length > 0) return `in no line of these logs (no log of ${fewOf(unread)})`;
  const notLogged = namesOf(root, keys.notLogged);
  if (notLogged.length > 0) return `in no line at these levels (not logged: ${fewOf(notLogged)})`;
  return 'unexplained';
}

function namesOf({ attributes }: SpanData, key: string): readonly string[] {
  const value = attributes[key];
  return Array.isArray(value) ? value.map(String) : [];
}

const fewOf = (names: readonly string[]): string =>
  names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more` : names.join(', ');

const isGap = ({ step }: Part): boolean => step.spans.length === 0;

/** The steps below the root as a tree. Only the time of a step within the step above it counts. */
function treeOf(steps: readonly Step[], root: SpanData): Part[] {
  const top: Part[] = [];
  const open: { depth: number; parts: Part[]; start: number; end: number }[] = [{ depth: 0, parts: top, start: root.start, end: root.end }];
  for (const step of steps) {
    if (step.depth === 0) continue;
    while (open.length > 1 && open.at(-1)!.depth >= step.depth) open.pop();
    const above = open.at(-1)!;
    const [start, end] = [Math.max(step.start, above.depth === 0 ? root.start : -Infinity), Math.min(step.end ?? above.end, above.end)];
    const part: Part = { step, millis: Math.max(0, end - start), parts: [] };
    above.parts.push(part);
    open.push({ depth: step.depth, parts: part.parts, start, end });
  }
  return top;
}

/**
 * Replaces steps such as `spawn` by their parts, because the parts are more exact: if the parts have parts of their
 * own, or if the step is most of the whole and contains joined phases. A wait for other services is never replaced.
 */
function flattened(parts: readonly Part[], whole: number): Part[] {
  return parts.flatMap((part) => {
    const service = part.step.spans[0]?.service;
    const own = part.parts.filter(({ step }) => step.spans[0] !== undefined && step.spans[0].service === service);
    const isWhole =
      own.some(({ parts: theirs }) => theirs.length > 0) || (2 * part.millis > whole && own.some(({ step }) => isMerged(step)));
    return isWhole ? flattened(part.parts, whole) : [part];
  });
}

const namesIn = ({ spans }: Step): string[] => nameOf(spans).split(' + ');
const isMerged = (step: Step): boolean => namesIn(step).length > 1;

function inWords({ step, millis, parts }: Part, trace: FinishedTrace): string {
  const { spans } = step;
  const phases = namesIn(step);
  const details = [
    ...(phases.length > 1 ? ['not separate in these logs'] : []),
    ...spans.flatMap(({ error }) => (error === undefined || error === '' ? [] : [shortened(tame(error))])),
    ...parts
      .filter((part) => !isGap(part) && part.millis >= LEAST_SHARE_OF_PART * millis)
      .map(mostOf)
      .toSorted((a, b) => b.millis - a.millis)
      .map(({ step: { spans: own, end }, millis: took }) =>
        end === undefined ? `no end of ${nameOf(own)} in the logs` : `${nameOf(own)} ${inTenths(took)}`,
      ),
    ...(phases.length > 1 ? meanwhile(step, trace) : []),
    ...spans.flatMap(causesOf).filter((cause) => !cause.startsWith('had requests')),
  ];
  const about = spans.some((span) => certaintyOf(span, 'start') !== 'observed' || certaintyOf(span, 'end') !== 'observed') ? 'about ' : '';
  const name = phases.length === 1 ? phases[0] : `${phases.slice(0, -1).join(', ')} and ${phases.at(-1)}`;
  return `${about}${inTenths(millis)} s ${name}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

/** The part that took nearly all of the time, if there is one: it is more exact than the step itself. */
function mostOf(part: Part): Part {
  const most = part.parts.find((each) => !isGap(each) && each.millis >= MOST_OF_PART * part.millis);
  return most === undefined ? part : mostOf(most);
}

/** The work of other services during joined phases of nova. */
function meanwhile({ spans: [span], start, end }: Step, { spans }: FinishedTrace): string[] {
  if (span === undefined || end === undefined) return [];
  const others = spans
    .filter(
      (other) =>
        other.service !== span.service &&
        other.start >= start &&
        other.end <= end &&
        other.end - other.start >= LEAST_SHARE_OF_PART * (end - start),
    )
    .toSorted((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, 2);
  return others.length === 0
    ? []
    : [`meanwhile ${others.map((other) => `${other.name} ${inTenths(other.end - other.start)}`).join(' and ')}`];
}

/** Seconds, with two decimals below one second and one above: `41.7`, `0.35`. */
const inTenths = (millis: number): string => (millis < 950 ? (millis / 1000).toFixed(2) : (millis / 1000).toFixed(1));
