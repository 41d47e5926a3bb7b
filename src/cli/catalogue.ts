import type { MessageSpec, Messages, Table } from '../catalogue/define.js';
import { isKind, overlap, placeOf, printedIn, rangeText, releases } from '../catalogue/releases.js';
import type { ActionSpec, Edge, PhaseSpec } from '../lifecycle/define.js';
import { exitCodes, usage } from '../model/errors.js';
import { defineCommand, write } from './command.js';
import { nearest } from './nearest.js';

/** `catalogue`: lists the messages and the phases. */
export const catalogue = defineCommand({
  name: 'catalogue',
  summary: 'list every message and every phase that novaspan knows',
  operands: '',
  takes: { least: 0, most: 0 },
  about: [
    'First the messages: what each service may log, at which level, in which wordings. Then the actions: which messages name, begin and end them and each of their phases. A message that your logs hold and this list does not can be added with six lines (docs/catalogue.md is the first list).',
    'The options leave only what fits all of them. With --action, the messages are those that the action is made of.',
  ],
  options: {
    service: { type: 'string', value: 'SERVICE', about: 'only messages of this service' },
    action: { type: 'string', value: 'ACTION', about: 'only this action, such as create or live-migration' },
    kind: { type: 'string', value: 'TEXT', about: 'only kinds of messages with this in their name, such as lport or lport.claimed' },
    release: { type: 'string', value: 'RELEASE', about: 'only messages that this release prints, such as Yoga or 2025.1' },
    markdown: { type: 'boolean', about: 'the messages as Markdown tables (docs/catalogue.md)' },
    actions: { type: 'boolean', about: 'the actions and their phases, as Markdown tables (docs/actions.md)' },
    phases: {
      type: 'boolean',
      about: 'what each phase is, and the lines that prove its ends, as a Markdown table (docs/tracing-model.md)',
    },
    releases: { type: 'boolean', about: 'what each release shows, as Markdown tables (docs/releases.md)' },
  },
  examples: [
    { says: 'which lines show a flow installation', command: 'novaspan catalogue | grep -i installed' },
    { says: 'what a boot consists of', command: 'novaspan catalogue --action create' },
    { says: "what Yoga's nova-compute prints that novaspan reads", command: 'novaspan catalogue --service nova-compute --release Yoga' },
  ],

  async run({ values }, { engine, stdout }) {
    const { messages, actions, markdown, pages } = await engine.catalogue();
    const page = values.releases
      ? pages.releases
      : values.actions
        ? pages.actions
        : values.phases
          ? pages.phases
          : values.markdown
            ? markdown
            : undefined;
    if (page !== undefined) {
      await write(stdout, page);
      return exitCodes.ok;
    }
    await write(stdout, inText(messages, actions, filterOf(values, messages, actions)));
    return exitCodes.ok;
  },
});

interface Filter {
  readonly service: string | undefined;
  readonly action: ActionSpec | undefined;
  readonly kind: string | undefined;
  /** index in the list of releases */
  readonly release: number | undefined;
}

function filterOf(
  { service, action, kind, release }: Readonly<Record<'service' | 'action' | 'kind' | 'release', string | undefined>>,
  tables: readonly Table<Messages>[],
  actions: readonly ActionSpec[],
): Filter {
  const one = (option: string, given: string | undefined, known: readonly string[]): string | undefined => {
    if (given === undefined) return undefined;
    const found = known.find((name) => name.toLowerCase() === given.toLowerCase());
    if (found !== undefined) return found;
    const meant = nearest(given, known);
    throw usage(
      `--${option} cannot be '${given}'`,
      `${meant === undefined ? '' : `did you mean ${meant}? `}there are: ${known.join(', ')}`,
    );
  };
  const services = [...new Set(tables.flatMap((table) => table.services))].sort();
  const named = one(
    'action',
    action,
    actions.map(({ name }) => name),
  );
  const of = one(
    'release',
    release,
    releases.map(({ name }) => name),
  );
  return {
    service: one('service', service, services),
    action: actions.find(({ name }) => name === named),
    kind,
    release: of === undefined ? undefined : placeOf('openstack', of),
  };
}

function inText(tables: readonly Table<Messages>[], actions: readonly ActionSpec[], filter: Filter): string {
  const lines: string[] = [];
  const used = filter.action === undefined ? undefined : new Set(kindsIn(filter.action));
  for (const [services, all] of byServices(
    tables.filter((table) => filter.service === undefined || table.services.includes(filter.service)),
  )) {
    const messages = all.filter(
      ([kind, spec]) =>
        (filter.kind === undefined || kind.includes(filter.kind)) &&
        (used === undefined || used.has(kind)) &&
        isPrintedBy(filter.release, spec),
    );
    if (messages.length === 0) continue;
    lines.push(`messages of ${services}`);
    const width = Math.max(0, ...messages.map(([kind]) => kind.length));
    for (const [kind, spec] of messages) {
      for (const says of spec.says) lines.push(`  ${kind.padEnd(width)}  ${levels(spec).padEnd(11)}  ${says}${when(spec)}`);
    }
    lines.push('');
  }
  // A request for messages of one service or kind does not list all actions.
  const isNarrow = filter.service !== undefined || filter.kind !== undefined || filter.release !== undefined;
  const shown = filter.action === undefined ? (isNarrow ? [] : actions) : [filter.action];
  for (const action of shown) lines.push(...actionText(action), '');
  return lines.length === 0 ? 'nothing fits all of these options\n' : lines.join('\n');
}

function actionText({ name, namedBy, lockedBy, starts, ends, fails, phases }: ActionSpec): string[] {
  const width = Math.max(0, ...phases.map((phase) => phase.name.length));
  return [
    `action ${name}`,
    ...[
      ['locked by', lockedBy.join(' or ')],
      ['named by', namedBy.join(' or ')],
      ['begins with', edges(starts)],
      ['ends with', ends.join(' or ')],
      ['fails with', fails.join(' or ')],
    ]
      .filter(([, text]) => text !== '')
      .map(([title, text]) => `  ${title!.padEnd(11)}  ${text}`),
    `phases of ${name}`,
    ...phases.map((phase) => {
      const marks = marksOf(phase);
      const needs = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
      return `  ${phase.name.padEnd(width)}  ${[phase.service].flat().join(', ')}${needs}: ${edges(phase.from)} -> ${edges(phase.to)}`;
    }),
  ];
}

/** OVN has its own releases: a filter by an OpenStack release keeps OVN's messages. */
const isPrintedBy = (release: number | undefined, spec: MessageSpec): boolean =>
  release === undefined || overlap(printedIn(spec, 'openstack'), { since: release, until: release }) !== undefined;

function when(spec: MessageSpec): string {
  if (spec.since === undefined && spec.until === undefined) return '';
  const family = `${spec.since}${spec.until}`.includes('OVN') ? 'ovn' : 'openstack';
  return `  (${rangeText(printedIn(spec, family), family)})`;
}

/** All kinds in an action's table, at any depth. */
function kindsIn(value: unknown): string[] {
  if (typeof value === 'string') return isKind(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(kindsIn) : [];
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

const marksOf = ({ debug, per, optional }: PhaseSpec): string[] => [
  ...(debug ? ['DEBUG'] : []),
  ...(per === undefined ? [] : ['per port']),
  ...(optional ? ['not always'] : []),
];

const edges = (all: readonly Edge[]): string => all.map(edge).join(', else ');

const edge = ({ kinds, less, derived, pick }: Edge): string =>
  [
    ...(pick === undefined ? [] : [pick]),
    kinds.join(' or '),
    ...(less === undefined ? [] : [`less its ${less}`]),
    ...(derived ? ['(about)'] : []),
  ].join(' ');
