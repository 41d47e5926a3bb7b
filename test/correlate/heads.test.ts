import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILD_ATTEMPT, type FinishedTrace } from '../../src/model/span.js';
import { correlate, GOLDEN, type Log, logsOf, scenarios } from '../support/scenario.js';
import { isLong } from '../support/size.js';

/** The names that the actions of each instance have, by request; those of the instance where no line names a request. */
function namesOf(traces: readonly FinishedTrace[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { form, instance, request, action, spans } of traces) {
    const name = action ?? (spans.some((span) => span.name === BUILD_ATTEMPT) ? 'create' : undefined);
    if (name === undefined || form === 'network-ready') continue;
    for (const key of [`${instance} ${request}`, `${instance} @`]) names.set(key, (names.get(key) ?? new Set()).add(name));
  }
  return names;
}

/** Where no line names a request, the action has the time of its first line for one: a cut changes it. */
const keyOf = ({ instance, request }: FinishedTrace): string => `${instance} ${request?.startsWith('@') ? '@' : request}`;

/** The actions to which a cut gives a name that the whole logs do not give them. */
const wrongIn = (cut: readonly FinishedTrace[], whole: ReadonlyMap<string, ReadonlySet<string>>): string[] =>
  cut.flatMap((trace) =>
    trace.form !== 'action' || whole.get(keyOf(trace))?.has(trace.action ?? '') === true
      ? []
      : [`${trace.action}, not ${[...(whole.get(keyOf(trace)) ?? [])].join()}, of ${keyOf(trace)}`],
  );

/**
 * Names that a cut at just this place cannot but give: what is left is line by line what that action prints, and nothing before it
 * shows that it is another.
 */
const UNAVOIDABLE: readonly { readonly scenario: string; readonly whole: string; readonly cut: string; readonly why: string }[] = [
  {
    scenario: 'shelve-succeeds-offloaded-at-once-unshelve-info',
    whole: 'shelve',
    cut: 'shelveOffload',
    why: 'cut before "Shelve offloading", with which an offload begins',
  },
  {
    scenario: 'create-fails-vif-plug-timeout-ml2-ovs-agent-down-info',
    whole: 'create',
    cut: 'delete',
    why: 'cut behind "Instance failed to spawn", the last line of the build in this log; from Rocky on nova prints another behind it',
  },
];

const isCompute = ({ service }: Log): boolean => service === 'nova-compute';

/** The log without what lies before its event at this index. */
const cutAt = (log: Log, first: number): Log => ({ ...log, events: log.events.slice(first) });

/** Where to cut: at each line in long mode, else at some twenty of them. */
function* cutsOf(log: Log): Generator<number> {
  const step = isLong ? 1 : Math.max(1, Math.ceil(log.events.length / 20));
  for (let first = 1; first < log.events.length; first += step) yield first;
}

describe.each(scenarios())('the head of nova-compute in %s', (scenario) => {
  it.each([
    ['alone', isCompute],
    ['beside all others', () => true],
  ] as const)('gives no name that the whole log does not give, %s', async (_case, isRead) => {
    const logs = (await logsOf(join(GOLDEN, scenario))).filter(isRead);
    const whole = namesOf(correlate(logs));
    const wrong = new Set<string>();
    for (const log of logs.filter(isCompute)) {
      for (const first of cutsOf(log)) {
        const cut = logs.map((each) => (each === log ? cutAt(log, first) : each));
        const known = UNAVOIDABLE.filter((each) => each.scenario === scenario).map((each) => `${each.cut}, not ${each.whole}, of `);
        const found = wrongIn(correlate(cut), whole).filter((each) => !known.some((start) => each.startsWith(start)));
        for (const each of found) wrong.add(`${log.host} cut before "${log.events[first]?.text}": ${each}`);
      }
    }
    expect([...wrong]).toEqual([]);
  });
});
