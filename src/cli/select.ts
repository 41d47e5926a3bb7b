import { durationOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import { usage } from '../model/errors.js';
import { type FinishedTrace, isError, outcomes } from '../model/span.js';

/** Which of the traces found are wanted. */
export interface Selection {
  /** the beginning of an instance's uuid */
  readonly instance: string | undefined;
  /** only actions that failed, timed out or were interrupted: of an unfinished one nothing is known to be wrong */
  readonly failed: boolean;
  readonly slowest: number | undefined;
}

export function selectionOf(values: {
  readonly instance: string | undefined;
  readonly failed: boolean;
  readonly slowest: string | undefined;
}): Selection {
  const instance = values.instance?.toLowerCase();
  if (instance !== undefined && !/^[0-9a-f][0-9a-f-]{0,35}$/.test(instance))
    throw usage(
      `--instance cannot be '${values.instance}'`,
      'give an instance uuid as `openstack server list` shows it, or its first digits',
    );
  if (values.slowest !== undefined && !/^[1-9][0-9]{0,5}$/.test(values.slowest))
    throw usage(`--slowest cannot be '${values.slowest}'`, 'give a number of actions, such as --slowest 10');
  return { instance, failed: values.failed, slowest: values.slowest === undefined ? undefined : Number(values.slowest) };
}

const FAILURES: ReadonlySet<string> = new Set(outcomes.filter(isError));

export const isWanted = (trace: FinishedTrace, { instance, failed }: Selection): boolean =>
  (instance === undefined || trace.instance.startsWith(instance)) &&
  (!failed || (trace.form === 'action' && FAILURES.has(outcomeOf(trace) ?? '')));

/** The slowest actions, by start again; parts of actions and sequels have no duration to compare. */
export function slowestOf(traces: readonly FinishedTrace[], n: number): FinishedTrace[] {
  const chosen = traces.filter(({ form }) => form === 'action').sort((a, b) => lasting(b) - lasting(a));
  return byStart(chosen.slice(0, n));
}

export const byStart = (traces: readonly FinishedTrace[]): FinishedTrace[] =>
  [...traces].sort((a, b) => startOf(a) - startOf(b) || Number(a.traceId > b.traceId) - Number(a.traceId < b.traceId));

const startOf = (trace: FinishedTrace): number => (rootOf(trace) ?? trace.spans[0])?.start ?? 0;

const lasting = (trace: FinishedTrace): number => {
  const root = rootOf(trace);
  return root === undefined ? 0 : durationOf(root);
};
