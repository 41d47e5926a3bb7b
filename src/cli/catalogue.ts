import type { MessageSpec, Messages, Table } from '../catalogue/define.js';
import type { ActionSpec, Edge, PhaseSpec } from '../lifecycle/define.js';
import { exitCodes } from '../model/errors.js';
import { defineCommand, write } from './command.js';

/** `catalogue`: the two tables that novaspan is made of. */
export const catalogue = defineCommand({
  name: 'catalogue',
  summary: 'list every message and every phase that novaspan knows',
  operands: '',
  takes: { least: 0, most: 0 },
  about: [
    'First the messages: what each service may log, at which level, in which wordings. Then the actions: which messages begin and end each phase. A message that your logs hold and this list does not can be added with six lines (docs/catalogue.md is the first list).',
  ],
  options: { markdown: { type: 'boolean', about: 'the messages as Markdown tables (docs/catalogue.md)' } },
  examples: [{ says: 'which lines tell of a flow installation', command: 'novaspan catalogue | grep -i installed' }],

  async run({ values }, { engine, stdout }) {
    const { messages, actions, markdown } = await engine.catalogue();
    await write(stdout, values.markdown ? markdown : inText(messages, actions));
    return exitCodes.ok;
  },
});

function inText(tables: readonly Table<Messages>[], actions: readonly ActionSpec[]): string {
  const lines: string[] = [];
  for (const [services, messages] of byServices(tables)) {
    lines.push(`messages of ${services}`);
    const width = Math.max(0, ...messages.map(([kind]) => kind.length));
    for (const [kind, spec] of messages) {
      for (const says of spec.says) lines.push(`  ${kind.padEnd(width)}  ${levels(spec).padEnd(11)}  ${says}`);
    }
    lines.push('');
  }
  for (const action of actions) {
    lines.push(`phases of ${action.name}`);
    const width = Math.max(0, ...action.phases.map(({ name }) => name.length));
    for (const phase of action.phases) {
      lines.push(`  ${phase.name.padEnd(width)}  ${whose(phase)}${needs(phase)}: ${edges(phase.from)} -> ${edges(phase.to)}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

/** A service with many messages has several tables. */
function byServices(tables: readonly Table<Messages>[]): Map<string, (readonly [string, MessageSpec])[]> {
  const all = new Map<string, (readonly [string, MessageSpec])[]>();
  for (const { services, messages } of tables) {
    const of = services.join(', ');
    all.set(of, [...(all.get(of) ?? []), ...Object.entries(messages)]);
  }
  return all;
}

const levels = ({ level }: MessageSpec): string => [level].flat().join('/');

const whose = ({ service }: PhaseSpec): string => [service].flat().join(', ');

const needs = ({ debug, per, optional }: PhaseSpec): string => {
  const marks = [...(debug ? ['DEBUG'] : []), ...(per === undefined ? [] : ['per port']), ...(optional ? ['not always'] : [])];
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`;
};

const edges = (all: readonly Edge[]): string => all.map(edge).join(', else ');

const edge = ({ kinds, less, derived, pick }: Edge): string =>
  [
    ...(pick === undefined ? [] : [pick]),
    kinds.join(' or '),
    ...(less === undefined ? [] : [`less its ${less}`]),
    ...(derived ? ['(about)'] : []),
  ].join(' ');
