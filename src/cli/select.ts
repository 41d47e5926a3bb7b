import { extentOf, kindOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { usage } from '../model/errors.js';
import type { Millis } from '../model/line.js';
import { type FinishedTrace, isError, outcomes } from '../model/span.js';
import { Best } from './best.js';
import { nearest } from './nearest.js';
import { byStart, type Compare, compareBy, durationMs, type SortKey } from './order.js';
import { durationOf, momentOf } from './when.js';

/** One filter, with the option text for messages. */
export interface Filter {
  readonly text: string;
  wants(trace: FinishedTrace): boolean;
}

/** The choice of traces. */
export interface Selection {
  readonly filters: readonly Filter[];
  /** Network-ready traces are chosen by their own name: they are shown without their boot, too. */
  readonly wantsNetworkReady: boolean;
  /** start of a request id, with `req-` */
  readonly request: string | undefined;
  readonly slowest: number | undefined;
  readonly sort: SortKey | undefined;
  readonly limit: number | undefined;
}

interface Values {
  readonly action: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly host: string | undefined;
  readonly instance: string | undefined;
  readonly request: string | undefined;
  readonly failed: boolean;
  readonly 'longer-than': string | undefined;
  readonly slowest: string | undefined;
  readonly sort: SortKey | undefined;
  readonly limit: string | undefined;
}

export interface SelectionContext {
  readonly now: Millis;
  /** zone of local times in options */
  readonly zone: string;
  /** names of all actions */
  readonly actions: readonly string[];
  /** whether a line of a trace has the requested request id */
  readonly hasRequest: (trace: FinishedTrace) => boolean;
}

/** Parses the options that choose actions. @throws OperatorError USAGE */
export function selectionOf(values: Values, context: SelectionContext): Selection {
  const request = values.request === undefined ? undefined : requestOf(values.request);
  const filters = [
    filterOf('action', values.action, (names) => byAction(names, context.actions)),
    ...byPeriod(values, context),
    filterOf('host', values.host, byHost),
    filterOf('instance', values.instance, byInstance),
    filterOf('request', values.request, () => (trace) => context.hasRequest(trace) || trace.request?.startsWith(request ?? '') === true),
    filterOf('longer-than', values['longer-than'], (text) => {
      const least = durationOf('longer-than', text);
      return (trace) => durationMs(trace) > least;
    }),
    ...(values.failed ? [{ text: '--failed', wants: hasFailed }] : []),
  ].filter((filter) => filter !== undefined);
  return {
    filters,
    wantsNetworkReady: values.action !== undefined && listOf(values.action).some((name) => folded(name) === folded(NETWORK_READY)),
    request,
    slowest: countOf('slowest', values.slowest),
    sort: values.sort,
    limit: countOf('limit', values.limit),
  };
}

function filterOf(option: string, text: string | undefined, make: (text: string) => Filter['wants']): Filter | undefined {
  return text === undefined ? undefined : { text: `--${option} ${/\s/.test(text) ? `'${text}'` : text}`, wants: make(text) };
}

const FAILURES: ReadonlySet<string> = new Set(outcomes.filter(isError));

/** Whether an action failed, timed out or was interrupted. */
export const hasFailed = (trace: FinishedTrace): boolean => trace.form === 'action' && FAILURES.has(outcomeOf(trace) ?? '');

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const NETWORK_READY = 'network-ready';

/** Action names are compared without case, `-` and `_`. */
const folded = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');

function byAction(text: string, actions: readonly string[]): Filter['wants'] {
  const known = [...actions, NETWORK_READY];
  const wanted = new Set(
    listOf(text).map((name) => {
      const found = known.find((one) => folded(one) === folded(name));
      if (found !== undefined) return found;
      const meant = nearest(name, known);
      throw usage(
        `there is no action '${name}'`,
        `${meant === undefined ? '' : `did you mean ${meant}? `}actions: ${[...known].sort().join(', ')}`,
      );
    }),
  );
  if (wanted.size === 0) throw usage(`--action cannot be '${text}'`, 'give the name of an action, such as --action create');
  return (trace) => {
    const kind = kindOf(trace);
    return kind !== undefined && wanted.has(kind);
  };
}

function byPeriod({ since, until }: Values, context: SelectionContext): (Filter | undefined)[] {
  const from = since === undefined ? undefined : momentOf('since', since, context);
  const to = until === undefined ? undefined : momentOf('until', until, context);
  if (from !== undefined && to !== undefined && to <= from)
    throw usage(`--until '${until}' is not after --since '${since}'`, 'give a period whose end is after its beginning');
  return [
    filterOf('since', since, () => (trace) => extentOf(trace).end >= from!),
    filterOf('until', until, () => (trace) => extentOf(trace).start < to!),
  ];
}

function byHost(text: string): Filter['wants'] {
  const wanted = new Set(listOf(text.toLowerCase()));
  if (wanted.size === 0) throw usage(`--host cannot be '${text}'`, 'give the name of a host, such as --host cmp1');
  return ({ spans }) =>
    spans.some(({ host }) => {
      const low = host.toLowerCase();
      return wanted.has(low) || wanted.has(low.split('.')[0]!);
    });
}

function byInstance(text: string): Filter['wants'] {
  const instance = text.toLowerCase();
  if (!/^[0-9a-f][0-9a-f-]{0,35}$/.test(instance))
    throw usage(`--instance cannot be '${text}'`, 'give an instance uuid as `openstack server list` shows it, or its first digits');
  return (trace) => trace.instance.startsWith(instance);
}

function requestOf(text: string): string {
  const id = text.trim().toLowerCase().replace(/^req-/, '');
  if (!/^[0-9a-f][0-9a-f-]{7,35}$/.test(id))
    throw usage(`--request cannot be '${text}'`, 'give a request id as the logs have it, req-… and 8 of its digits at least');
  return `req-${id}`;
}

function countOf(option: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9][0-9]{0,5}$/.test(text))
    throw usage(`--${option} cannot be '${text}'`, `give a number of actions, such as --${option} 10`);
  return text === undefined ? undefined : Number(text);
}

/** Chooses among traces as they arrive. */
export interface Chooser {
  /**
   * @returns the traces that are now certain to pass the filters: an action with the traces that waited for it; none
   * while a trace waits
   */
  add(trace: FinishedTrace): readonly FinishedTrace[];
  /** the chosen traces in order, without those passed to `onReady` */
  all(): FinishedTrace[];
}

/**
 * Sorts the traces that pass the filters. If the order is the order of arrival, each is passed to `onReady` at once. A
 * network-ready trace goes with its action.
 */
export function createChooser(
  { filters, wantsNetworkReady, slowest, sort, limit }: Selection,
  onReady: ((trace: FinishedTrace) => void) | undefined,
): Chooser {
  const isStream = onReady !== undefined && slowest === undefined && sort === undefined && limit === undefined;
  const longest: Compare = compareBy('-duration');
  // The slowest are few, and are put in order and cut again at the end.
  const best = slowest === undefined ? new Best(compareBy(sort ?? 'start'), limit) : new Best(longest, slowest);
  const decided = new Map<string, boolean>();
  const isAsked = filters.length > 0 || sort !== undefined || limit !== undefined;
  const passes = (trace: FinishedTrace): boolean => filters.every(({ wants }) => wants(trace));
  // An action at DEBUG may be kept open for longer than its network takes.
  const early = new Map<string, FinishedTrace[]>();

  const choose = (trace: FinishedTrace): void => {
    if (isStream) onReady(trace);
    else if (slowest === undefined || trace.form === 'action') best.add(trace);
  };
  const accompany = (trace: FinishedTrace, of: string): void => {
    if (isStream) onReady(trace);
    else if (slowest === undefined) best.addCompanion(trace, of);
  };

  return {
    add(trace) {
      const of = isAsked ? actionBefore(trace) : undefined;
      const before = of === undefined ? undefined : decided.get(of);
      if (of !== undefined && before === undefined) {
        early.set(of, [...(early.get(of) ?? []), trace]);
        return [];
      }
      if (of !== undefined && before === true) {
        accompany(trace, of);
        return [trace];
      }
      const isChosen = passes(trace) && (of === undefined || wantsNetworkReady);
      if (isChosen) choose(trace);
      if (!isAsked || trace.form !== 'action') return isChosen ? [trace] : [];
      decided.set(trace.traceId, isChosen);
      const waited = early.get(trace.traceId) ?? [];
      early.delete(trace.traceId);
      if (isChosen) for (const each of waited) accompany(each, trace.traceId);
      const alone = isChosen || !wantsNetworkReady ? [] : waited.filter(passes);
      for (const each of alone) choose(each);
      return isChosen ? [trace, ...waited] : alone;
    },
    all() {
      // The logs may end before their actions do.
      for (const waited of early.values()) for (const trace of waited) if (passes(trace)) best.add(trace);
      early.clear();
      const found = best.all();
      if (slowest !== undefined) {
        return found.sort(compareBy(sort ?? 'start')).slice(0, limit);
      }
      return sort === undefined ? byStart(found) : found;
    },
  };
}

/** Trace id of the action that a network-ready trace belongs to. */
const actionBefore = (trace: FinishedTrace): string | undefined =>
  trace.form === 'network-ready' ? rootOf(trace)?.links[0]?.traceId : undefined;
