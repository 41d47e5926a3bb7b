import type { EventKind } from '../catalogue/event.js';
import { tables } from '../catalogue/index.js';
import type { ActionSpec, Edge, PhaseSpec } from './define.js';
import { actions } from './name.js';

/**
 * The text of docs/actions.md: how each action is recognised, when it ends, and its phases with the lines that bound
 * them.
 */
export const actionsMarkdown = (): string => `${HEAD}\n${actions.map(section).join('\n')}`;

const HEAD = `# The actions

Generated from \`src/lifecycle\` by \`npm run docs\`; do not edit. What the columns mean, and how the times of a span are known, is in
[tracing-model.md](tracing-model.md); every wording is in [catalogue.md](catalogue.md).

Of several lines the first that was printed counts: they are in the order of preference. *less N*: so many seconds before the line as it says
itself. *about*: not the very moment, the end of the span is marked \`derived\`. Marks of a phase: **D** needs the service at DEBUG; **p** one span per
port; **c** one per port and plug cycle; **o** not every such action has it; **r** may come several times.
`;

function section(spec: ActionSpec): string {
  const known = [
    ...(spec.lockedBy.length > 0 ? [`holds the instance's lock as ${spec.lockedBy.map(code).join(', ')} (DEBUG)`] : []),
    ...(spec.namedBy.length > 0 ? [`prints ${wordingsOf(spec.namedBy)}`] : []),
    ...(spec.calls === undefined ? [] : [`nova-api calls ${spec.calls.map(code).join(', ')} (DEBUG)`]),
    ...(spec.apiLines === undefined ? [] : [`nova-api prints ${wordingsOf(spec.apiLines)}`]),
    ...(spec.tasks === undefined ? [] : [`power synchronization finds the task state ${spec.tasks.map(code).join(', ')}`]),
    ...(spec.namedByAll === undefined ? [] : [`prints, in this order, ${spec.namedByAll.map(wordingsOf).join(', then ')}`]),
  ];
  return [
    `## ${spec.name}`,
    '',
    '| | |',
    '| --- | --- |',
    `| known by | ${known.join('<br>')} |`,
    ...(spec.notWith === undefined ? [] : [`| but not with | ${wordingsOf(spec.notWith)} |`]),
    `| begins | ${[...spec.starts.map(edge), spec.startsWithFirst === true ? 'or its first line, if that is earlier' : 'else its first line'].join('<br>')} |`,
    `| succeeds | ${endOf(spec)} |`,
    `| fails | ${wordingsOf(spec.fails)} |`,
    `| given up | after ${spec.deadline / 60_000} minutes |`,
    '',
    '| phase | service | from | to | marks |',
    '| --- | --- | --- | --- | --- |',
    ...spec.phases.map(row),
    '',
  ].join('\n');
}

function endOf({ ends, endsWithLock, endsQuietly, endsAfter, lateEndEvents }: ActionSpec): string {
  return [
    ...(ends.length > 0 ? [wordingsOf(ends) + (endsAfter === undefined ? '' : ` after ${wordingsOf(endsAfter)}`)] : []),
    ...(lateEndEvents === undefined ? [] : [`confirmed by ${wordingsOf(lateEndEvents)}`]),
    ...(endsWithLock ? ['at DEBUG the release of the lock after it'] : []),
    ...(endsQuietly === undefined ? [] : [`30 s without a failure after ${wordingsOf(endsQuietly)}`]),
  ].join('<br>');
}

const row = (phase: PhaseSpec): string =>
  `| ${phase.within === undefined ? '' : `${phase.within} ↳ `}\`${phase.name}\` | ${[phase.service].flat()[0]} | ${phase.from.map(edge).join('<br>')} | ${phase.to.map(edge).join('<br>')} | ${flagsOf(phase)} |`;

const flagsOf = ({ debug, per, optional, repeats }: PhaseSpec): string =>
  [debug === true && 'D', per === 'port' && 'p', per === 'cycle' && 'c', optional === true && 'o', repeats === true && 'r']
    .filter((flag) => flag !== false)
    .join(' ');

/** One end of a phase as Markdown, with the newest wording of its lines. */
export const edge = ({ kinds, less, derived, standIn, notBefore, pick }: Edge): string =>
  `${derived === true || standIn === true ? 'about ' : ''}${pick === 'last' ? 'the last ' : pick === 'latest' ? 'the latest ' : ''}${wordingsOf(kinds)}${less === undefined ? '' : ` less ${less === 'waited' ? 'the wait' : 'N'}`}${notBefore === undefined ? '' : `, not before ${wordingsOf(notBefore)}`}`;

const wordings = new Map<EventKind, string>(
  tables.flatMap(({ messages }) =>
    Object.entries<{ readonly says: readonly string[] }>(messages).map(([kind, { says }]) => [kind as EventKind, says.at(-1)!] as const),
  ),
);

/** Lines by their newest wording; placeholders are shown by their names in capitals. */
const wordingsOf = (kinds: readonly EventKind[]): string => kinds.map((kind) => quoted(wordings.get(kind) ?? kind)).join(' or ');

/** Longer wordings are cut (characters). docs/catalogue.md has them in full. */
const LONGEST = 70;

function quoted(wording: string): string {
  const text = wording.replace(/\{(\w+):\w+\}/g, (_, name: string) => name.toUpperCase()).replaceAll('|', '\\|');
  return `“${text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text}”`;
}

const code = (text: string): string => `\`${text}\``;
