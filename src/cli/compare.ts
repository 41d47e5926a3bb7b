import { asHtml } from '../compare/as-html.js';
import { asMarkdown } from '../compare/as-markdown.js';
import { asText } from '../compare/as-text.js';
import { compareSets } from '../compare/comparison.js';
import { comparisonCsv, comparisonJson } from '../compare/comparison-data.js';
import { comparisonPage, type Named } from '../compare/comparison-pages.js';
import type { Comparison } from '../compare/differences.js';
import { type Checked, type Condition, check, GRAMMAR, readCondition } from '../compare/fail-if.js';
import { LogSet } from '../compare/log-set.js';
import { WHOLE } from '../compare/phase.js';
import { extentOf, rootOf } from '../export/terminal/reading.js';
import { shortHost } from '../export/terminal/text.js';
import { exitCodes, OperatorError, usage } from '../model/errors.js';
import { defineCommand, type Io, write } from './command.js';
import { lookOf } from './look.js';
import { nearest } from './nearest.js';
import { Overview } from './overview.js';
import { listOf, pageOptions } from './page.js';
import { readSet } from './read-set.js';
import { createChooser, type Filter, selectionOf } from './select.js';
import { selectOptions } from './select-options.js';
import { openSink } from './sink.js';
import { durationIn, momentOf } from './when.js';

/** Exit code if a condition of --fail-if is broken. */
const BROKEN = 1;

const moment = (side: string) => ({ type: 'string', value: 'TIME', about: `only actions of ${side} that began at TIME or later` }) as const;
const end = (side: string) => ({ type: 'string', value: 'TIME', about: `only actions of ${side} that began before TIME` }) as const;
const host = (side: string) =>
  ({
    type: 'string',
    value: 'HOST',
    about: `only actions of ${side} on this host, as its root span has it (several with commas)`,
  }) as const;

const sides = {
  'a-since': moment('A'),
  'a-until': end('A'),
  'a-host': host('A'),
  'b-since': moment('B'),
  'b-until': end('B'),
  'b-host': host('B'),
} as const;
type SideValues = { readonly [Name in keyof typeof sides]: string | undefined };

/** `compare A B`: what takes longer, fails more often, appeared or vanished, and whether this is more than noise. */
export const compare = defineCommand({
  name: 'compare',
  summary: 'compare two sets of logs, periods, hosts or releases phase by phase',
  operands: 'A [B]',
  takes: { least: 1, most: 2 },
  about: [
    'Reads two sets of logs, as `replay` does, and compares their actions. For each phase it shows the count, p50, p95, the difference of the medians with its 95 % interval, and whether this is more than noise; then the failures with their causes, and the phases that appeared or vanished. A set is a file, folder, archive or glob, or several of them with commas between: `old/nova,old/neutron`. One set can be compared with itself by period or host: give `--a-…` and `--b-…`.',
    'A phase is compared only with the phase of the same service, name and action, from logs of the same level, whose ends are known in the same way. Where INFO does not separate some phases, their joined span counts as one phase. Failed actions are counted, but their times are not used. Each action counts once for each phase, with the time in which the phase was under way.',
    'A difference is more than noise if two sets of the same kind would show it in fewer than one of 1,000 comparisons, over all phases together (Holm): in the ranks of the times (Mann-Whitney) or in the share of the longest tenth (Fisher). It must be at least 5 ms and 2 %. Sets with the same actions, such as the same logs read twice, are compared action by action (signed ranks). A phase that grew only because another phase grew is listed separately. Busy hours differ from quiet ones: compare periods with a similar load.',
    'Nothing is sent anywhere and nothing is changed.',
  ],
  options: {
    ...sides,
    action: selectOptions.action,
    since: { ...selectOptions.since, about: `of both: ${selectOptions.since.about}` },
    until: { ...selectOptions.until, about: `of both: ${selectOptions.until.about}` },
    host: { ...selectOptions.host, about: `of both: ${selectOptions.host.about}` },
    'fail-if': {
      type: 'string',
      value: 'CONDITION',
      isRepeatable: true,
      about:
        "exit with 1 if B breaks this condition: 'spawn p95 +20%', 'create neutron port update p50 +500ms', 'create p95 60s' (of B alone), 'failed +5%' (percentage points), 'slower' (any phase, by more than noise). A growth that may be noise (a chance of 5 % or more) is reported and does not fail. Can be given several times",
    },
    ...pageOptions,
  },
  groups: [
    {
      title: 'Which actions',
      options: ['a-since', 'a-until', 'a-host', 'b-since', 'b-until', 'b-host', 'action', 'since', 'until', 'host'],
    },
    { title: 'The result', options: ['fail-if', 'format', 'output', 'all', 'quiet', 'no-color'] },
    { title: 'How the logs are read', options: ['timezone', 'service', 'log-form', 'rules'] },
  ],
  examples: [
    { says: 'the logs of two releases', command: 'novaspan compare logs-zed logs-epoxy' },
    {
      says: 'before and after a change at six, from the same logs',
      command: "novaspan compare --a-until '06:00' --b-since '06:00' --action create /var/log/nova,/var/log/neutron",
    },
    { says: 'two hosts', command: 'novaspan compare --a-host cmp1 --b-host cmp2 /srv/logs' },
    {
      says: 'in CI: fail where boots got slower, or fail more often',
      command: "novaspan compare --fail-if 'create p95 +20%' --fail-if 'create failed +5%' main.tar.gz branch.tar.gz",
    },
    { says: 'a page for the ticket', command: 'novaspan compare --format html --output compare.html before.tar.xz after.tar.xz' },
    {
      says: 'what got slower, for a script',
      command: `novaspan compare --format json before after | jq -r '.phases[] | select(.judgement == "slower") | [.phase, .differenceSeconds] | @tsv'`,
    },
  ],
  exits: [
    { code: BROKEN, means: 'a condition of --fail-if is broken, or cannot be checked' },
    { code: 130, means: 'interrupted: nothing is shown' },
  ],

  async run({ positionals, values }, io) {
    const actions = await io.engine.actionNames();
    const conditions = values['fail-if'].map((text) => conditionOf(text, actions));
    const [a, b] = sidesOf(positionals, values);
    const sink = await openSink(io, values.output);
    const chosen = [a, b].map((side) => ({ side, set: new LogSet(), overview: new Overview() }));
    const isOne = b.operand === a.operand;
    for (const operand of isOne ? [a.operand] : [a.operand, b.operand]) {
      const mine = chosen.filter(({ side }) => side.operand === operand);
      let choosers: ReturnType<typeof createChooser>[] = [];
      const read = await readSet(
        io,
        {
          name: isOne ? undefined : operand,
          paths: listOf(operand),
          onZone: (zone) => {
            choosers = mine.map(({ side, set, overview }) =>
              createChooser(selectionIn({ values, side: side.key, zone, actions, now: io.clock.now() }), (trace) => {
                set.add(trace);
                overview.add(trace);
              }),
            );
          },
          take: (trace) => {
            for (const chooser of choosers) chooser.add(trace);
          },
        },
        values,
      );
      if (typeof read === 'number') return read;
      for (const { side, set } of mine) if (set.traces === 0) throw emptySet(side, read);
    }
    const [inA, inB] = chosen;
    if (inA === undefined || inB === undefined) return exitCodes.software;
    const comparison = compareSets(inA.set, inB.set);
    const checks = conditions.map((condition) => known(check(condition, comparison), comparison));
    const named: Named = {
      a: { name: a.name, holds: inA.overview.line },
      b: { name: b.name, holds: inB.overview.line },
      checks,
      isFull: values.all || values.format === 'markdown' || values.format === 'html',
    };
    await sink.write(rendered(comparison, named, values, io));
    await sink.close();
    return await verdictOn(checks, values.quiet, io);
  },
});

interface Side {
  readonly key: 'a' | 'b';
  readonly operand: string;
  readonly name: string;
}

/** @throws OperatorError USAGE if the two sides are the same */
function sidesOf([first = '', second]: readonly string[], values: SideValues): readonly [Side, Side] {
  const optionsOf = (key: 'a' | 'b'): string =>
    (['since', 'until', 'host'] as const)
      .flatMap((name) => {
        const value = values[`${key}-${name}`];
        return value === undefined ? [] : [`${name === 'host' ? 'on' : name} ${value}`];
      })
      .join(' ');
  const [ofA, ofB] = [optionsOf('a'), optionsOf('b')];
  if (second === undefined && (ofA === '' || ofB === ''))
    throw usage(
      'compare needs two sets: no option separates the actions of A and B',
      "give two sets (novaspan compare before after), or a part of one for each side (--a-until '06:00' --b-since '06:00', --a-host cmp1 --b-host cmp2)",
    );
  const nameOf = (operand: string, parts: string): string =>
    parts === '' ? operand : second === undefined ? parts : `${operand} ${parts}`;
  return [
    { key: 'a', operand: first, name: nameOf(first, ofA) },
    { key: 'b', operand: second ?? first, name: nameOf(second ?? first, ofB) },
  ];
}

interface SideContext {
  readonly values: SideValues & { readonly [Name in 'action' | 'since' | 'until' | 'host']: string | undefined };
  readonly side: 'a' | 'b';
  readonly zone: string;
  readonly actions: readonly string[];
  readonly now: number;
}

function selectionIn({ values, side, zone, actions, now }: SideContext) {
  const none = { instance: undefined, request: undefined, failed: false, 'longer-than': undefined } as const;
  const unlimited = { slowest: undefined, sort: undefined, limit: undefined } as const;
  const around = { now, zone, actions, hasRequest: () => false };
  const { action, host, since, until } = values;
  const both = selectionOf({ ...none, ...unlimited, action, host, since, until }, around);
  const filters: Filter[] = [...both.filters];
  const onHost = values[`${side}-host`];
  // A controller takes part in all of them.
  if (onHost !== undefined) {
    const wanted = new Set(listOf(onHost.toLowerCase()));
    const isWanted = (name: string): boolean => wanted.has(name) || wanted.has(shortHost(name));
    filters.push({ text: `--${side}-host`, wants: (trace) => isWanted((rootOf(trace) ?? trace.spans[0])?.host.toLowerCase() ?? '') });
  }
  // By their beginning, so that an action that was under way at the border of two periods is in one of them.
  const from = values[`${side}-since`];
  const to = values[`${side}-until`];
  if (from !== undefined) {
    const at = momentOf(`${side}-since`, from, around);
    filters.push({ text: `--${side}-since`, wants: (trace) => extentOf(trace).start >= at });
  }
  if (to !== undefined) {
    const at = momentOf(`${side}-until`, to, around);
    filters.push({ text: `--${side}-until`, wants: (trace) => extentOf(trace).start < at });
  }
  return { ...both, filters };
}

const emptySet = ({ key, name }: Side, all: Overview): OperatorError =>
  new OperatorError('NOTHING_READ', `${key.toUpperCase()} (${name}) has no action: there is nothing to compare`, {
    remedy: all.isEmpty ? 'run `novaspan replay` on these logs: it says why' : `these logs hold ${all.line}: choose some of those`,
  });

function conditionOf(text: string, actions: readonly string[]): Condition {
  const read = readCondition(text, { actions, durationIn });
  if (typeof read === 'string') throw usage(`--fail-if cannot be '${text}': ${read}`, GRAMMAR);
  return read;
}

/** Checks that a phase of a condition exists: a name that neither set has is usually misspelled. */
function known(checked: Checked, { phases }: Comparison): Checked {
  const { condition } = checked;
  if (checked.finding !== 'unknown' || condition.about !== 'phase') return checked;
  const names = [...new Set(phases.map(({ phase: { name } }) => name).filter((name) => name !== WHOLE))];
  const meant = nearest(condition.phase, names);
  return meant === undefined ? checked : { ...checked, because: [...checked.because, `did you mean ${meant}?`] };
}

function rendered(comparison: Comparison, named: Named, values: { readonly [key: string]: unknown }, io: Io): string {
  switch (values['format']) {
    case 'json':
      return comparisonJson(comparison, named);
    case 'csv':
      return comparisonCsv(comparison);
    case 'markdown':
      return asMarkdown(comparisonPage(comparison, named));
    case 'html':
      return asHtml(comparisonPage(comparison, named));
    default: {
      const look = lookOf(io, { color: values['no-color'] !== true, toFile: values['output'] !== undefined });
      return asText(comparisonPage(comparison, named), look);
    }
  }
}

/** Prints to stderr what decides the exit code, as the result may go to a file. */
async function verdictOn(checks: readonly Checked[], isQuiet: boolean, { stderr }: Io): Promise<number> {
  const isBroken = checks.some(({ finding }) => finding === 'broken' || finding === 'unknown');
  const words = { broken: 'broken', unknown: 'cannot be checked', unclear: 'not broken' };
  for (const { condition, finding, because } of checks) {
    if (finding === 'kept' || (isQuiet && finding === 'unclear')) continue;
    await write(stderr, `--fail-if '${condition.text}' ${words[finding]}: ${because.join('; ')}\n`);
  }
  return isBroken ? BROKEN : exitCodes.ok;
}
