import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Event } from '../../src/lifecycle/event.js';
import { actions, namesakesOf } from '../../src/lifecycle/name.js';
import { keys } from '../../src/model/attributes.js';
import { BUILD_ATTEMPT, type FinishedTrace } from '../../src/model/span.js';
import { buildTrace } from '../../src/trace/build.js';
import { counting, coverageOf, GOLDEN, type Log, logsOf, scenarios } from '../support/scenario.js';
import { sized } from '../support/size.js';

/** What a root, or a build that was handed back, says. */
interface Outcome {
  readonly action: string;
  readonly outcome: string;
  readonly start: number;
  readonly end: number;
}

/** The traces of logs that end where their last line is. */
function tracesOf(logs: readonly Log[]): FinishedTrace[] {
  const correlator = new Correlator(counting().count);
  const events = logs.flatMap((log) => log.events);
  for (const event of events) correlator.accept(event);
  const last = events.reduce((latest, { at }) => Math.max(latest, at), 0);
  const reads = coverageOf(logs);
  return correlator.finish(last).map((closed) => buildTrace(closed, { lines: 'off', reads }));
}

function outcomeOf({ form, action, spans }: FinishedTrace): Outcome | undefined {
  const [root] = spans;
  if (root === undefined) return undefined;
  const { start, end } = root;
  if (form === 'action' && action !== undefined) return { action, outcome: String(root.attributes[keys.outcome]), start, end };
  return root.name === BUILD_ATTEMPT ? { action: 'create', outcome: 'failed', start, end } : undefined;
}

/** Where no line names a request, the action has the time of its first line for one: a cut changes it. */
const keyOf = ({ instance, request }: FinishedTrace): string => `${instance} ${request?.startsWith('@') ? '@' : request}`;

function outcomesOf(traces: readonly FinishedTrace[]): Map<string, Outcome[]> {
  const all = new Map<string, Outcome[]>();
  for (const trace of traces) {
    const outcome = outcomeOf(trace);
    if (outcome === undefined) continue;
    for (const key of [keyOf(trace), `${trace.instance} @`]) all.set(key, [...(all.get(key) ?? []), outcome]);
  }
  return all;
}

/** What is left of logs, and what was done to them. */
interface Cut {
  readonly how: string;
  readonly logs: readonly Log[];
}

/** At how many moments, and by how many instances and requests, logs are cut. */
const PLACES = sized({ fast: 2, long: 12 });

const isCompute = ({ service }: Log): boolean => service === 'nova-compute';
const isNotDebug = ({ level }: Event): boolean => level !== 'DEBUG';
const isWarning = ({ level }: Event): boolean => level !== 'DEBUG' && level !== 'INFO';
const kept = (logs: readonly Log[], keep: (event: Event, log: Log) => boolean): Log[] =>
  logs.map((log) => ({ ...log, events: log.events.filter((event) => keep(event, log)) }));
const someOf = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values)].filter((value) => value !== undefined).slice(0, PLACES);

function* cutsOf(logs: readonly Log[]): Generator<Cut> {
  const events = logs.flatMap((log) => log.events);
  const times = events.map(({ at }) => at).sort((a, b) => a - b);
  const timeAt = (part: number): number => times[Math.min(times.length - 1, Math.floor((times.length * part) / (PLACES + 1)))]!;
  for (let place = 1; place <= PLACES; place++) {
    const from = timeAt(place);
    const to = timeAt(place + 1);
    yield { how: `head ${place}`, logs: kept(logs, ({ at }) => at >= from) };
    yield { how: `tail ${place}`, logs: kept(logs, ({ at }) => at < from) };
    yield { how: `tail of nova-compute ${place}`, logs: kept(logs, ({ at }, log) => !isCompute(log) || at < from) };
    yield { how: `middle ${place}`, logs: kept(logs, ({ at }) => at < from || at >= to) };
    yield { how: `middle of nova-compute ${place}`, logs: kept(logs, ({ at }, log) => !isCompute(log) || at < from || at >= to) };
  }
  for (const one of new Set(logs.map(({ service }) => service))) {
    yield { how: `only ${one}`, logs: logs.filter(({ service }) => service === one) };
    yield { how: `without ${one}`, logs: logs.filter(({ service }) => service !== one) };
  }
  for (const one of new Set(logs.map(({ host }) => host))) yield { how: `only ${one}`, logs: logs.filter(({ host }) => host === one) };
  for (const one of someOf(events.map(({ requestId }) => requestId)))
    yield { how: `grep ${one}`, logs: kept(logs, ({ requestId }) => requestId === one) };
  for (const one of someOf(events.map(({ instance }) => instance)))
    yield { how: `grep ${one}`, logs: kept(logs, ({ instance, text }) => instance === one || text.includes(one)) };
  yield { how: 'INFO and above', logs: kept(logs, isNotDebug) };
  yield { how: 'WARNING and above', logs: kept(logs, isWarning) };
  yield { how: 'without WARNING and above', logs: kept(logs, (event) => !isWarning(event)) };
}

/** So much later or earlier may a bound lie that other lines show: a request's own time, a guest's event. */
const NEAR = 600;

/** What speaks against a trace of a cut: undefined where nothing does. */
function contradiction(how: string, { action, outcome, start, end }: Outcome, whole: readonly Outcome[]): string | undefined {
  const spec = actions.find(({ name }) => name === action)!;
  const names: readonly string[] = namesakesOf(spec);
  const same = whole.filter((each) => names.includes(each.action));
  if (same.length === 0) return `${action} ${outcome}, not ${whole.map((each) => each.action).join() || 'any'}`;
  // The end is not among the lines, or nothing says so.
  if (outcome === 'unfinished') return undefined;
  const alike = same.filter((each) => each.outcome === outcome);
  if (alike.length === 0) return `${action} ${outcome}, not ${same.map((each) => each.outcome).join()}`;
  // A gap may hold the end of one action and the head of the next.
  if (how.startsWith('middle')) return undefined;
  return alike.some((each) => start >= each.start - NEAR && end <= each.end + NEAR) ? undefined : `${action} ${outcome} at other times`;
}

/** What a cut at just this place cannot but say: what is left is line by line what that action prints. */
const UNAVOIDABLE: readonly { readonly scenario: string; readonly how: RegExp; readonly says: RegExp; readonly why: string }[] = [
  {
    scenario: 'backup-succeeds-rotating-debug',
    how: /^(tail|middle|INFO)/,
    says: /^createImage (unfinished|succeeded), not backup$/,
    why: 'what a backup alone prints comes last, at DEBUG',
  },
  {
    scenario: 'evacuate-succeeds-queens-info',
    how: /^(tail|middle)/,
    says: /^rebuild (unfinished|succeeded), not evacuate$/,
    why: 'up to Queens both begin with "Rebuilding instance"; the lines that part them come after the cut, or lie in it',
  },
  {
    scenario: 'create-fails-vif-plug-timeout-ml2-ovs-agent-down-info',
    how: /^head/,
    says: /^delete succeeded, not create$/,
    why: 'cut behind "Instance failed to spawn", the last line of the build in this log; from Rocky on nova prints another behind it',
  },
  {
    scenario: 'create-interrupted-compute-terminated-info',
    how: /^(tail|middle|grep)/,
    says: /^create failed, not interrupted$/,
    why: 'nova-compute prints that the guest did not start, and then ends: the line of its next start is of no instance, and cut off',
  },
  {
    scenario: 'evacuate-succeeds-guest-not-fenced-debug',
    how: /^middle/,
    says: /^create interrupted, not succeeded$/,
    why: 'the end of the build lies in the gap, and the next start of nova-compute behind it',
  },
  {
    scenario: 'seed-rebuild-newton',
    how: /^tail/,
    says: /^stop succeeded, not rebuild$/,
    why: 'without a head, and cut just behind "Instance destroyed successfully.", with which a stop ends',
  },
];

describe('logs of which a part is missing', () => {
  it.each(scenarios())('never contradict the whole: %s', async (scenario) => {
    const logs = await logsOf(join(GOLDEN, scenario));
    const whole = outcomesOf(tracesOf(logs));
    const wrong: string[] = [];
    for (const { how, logs: cut } of cutsOf(logs)) {
      for (const trace of tracesOf(cut)) {
        const outcome = trace.form === 'action' ? outcomeOf(trace) : undefined;
        const said = outcome && contradiction(how, outcome, whole.get(keyOf(trace)) ?? []);
        if (said === undefined) continue;
        const isKnown = UNAVOIDABLE.some((each) => each.scenario === scenario && each.how.test(how) && each.says.test(said));
        if (!isKnown) wrong.push(`${how}: ${said}, of ${keyOf(trace)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
