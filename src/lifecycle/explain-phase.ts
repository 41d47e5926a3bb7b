import type { EventKind } from '../catalogue/event.js';
import { isPrintedAtInfo, knownAs } from '../catalogue/releases.js';
import { causesKnownOf } from './causes.js';
import type { Edge, PhaseSpec } from './define.js';
import { glossary } from './glossary.js';
import { edge } from './markdown.js';
import { actions } from './name.js';
import { networkReadyPhases } from './network-ready.js';
import { levelsByRelease } from './releases.js';

/** Phases that wait for other phases, and which: a long wait has its cause in one of these. */
const waitsFor: Readonly<Record<string, readonly string[]>> = {
  'network wait': ['network allocate', 'port create', 'port update', 'network info'],
  'guest paused': ['vif-plugged wait'],
  'vif-plugged wait': [
    'ovs interface add',
    'lport claim',
    'flow install',
    'lport up',
    'port status up',
    'neutron port activate',
    'agent port scan',
    'agent port details',
    'agent port wire',
    'agent port filter',
    'agent device up',
    'port provision',
    'event deliver',
  ],
  'port provision': ['agent device up', 'dhcp configure'],
};

/** One fact about a phase. */
export interface PhaseNote {
  readonly name: string;
  readonly text: string;
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter((word) => word !== '');

/**
 * The phases that a text names: by the whole name, else by its first words, else by any words. `_`, `-` and space are
 * equal.
 */
export function phasesCalled(text: string): readonly string[] {
  const asked = wordsOf(text);
  if (asked.length === 0) return [];
  const all = Object.keys(glossary).map((name) => ({ name, words: wordsOf(name) }));
  const readings: readonly ((words: readonly string[]) => boolean)[] = [
    (words) => words.join() === asked.join(),
    (words) => `${words.join()},`.startsWith(`${asked.join()},`),
    (words) => asked.every((word) => words.includes(word)),
  ];
  for (const isMeant of readings) {
    const found = all.filter(({ words }) => isMeant(words));
    if (found.length > 0) return found.map(({ name }) => name);
  }
  return [];
}

/** A row of the tables of phases, and the actions that share it. */
interface Row {
  readonly phase: PhaseSpec;
  readonly actions: string[];
}

function rowsOf(name: string): Row[] {
  const rows = new Map<string, Row>();
  const tables = [...actions, { name: 'network-ready', phases: networkReadyPhases }];
  for (const { name: action, phases } of tables)
    for (const phase of phases.filter((each) => each.name === name)) {
      const key = JSON.stringify([phase.service, phase.from, phase.to]);
      const row = rows.get(key) ?? { phase, actions: [] };
      row.actions.push(action);
      rows.set(key, row);
    }
  return [...rows.values()];
}

/** Explains the phase that a text names. If it names several, lists their names; undefined if it names none. */
export function explainPhase(text: string): readonly PhaseNote[] | undefined {
  const names = phasesCalled(text);
  if (names.length > 1) return names.map((name) => ({ name, text: glossary[name] ?? '' }));
  const [name] = names;
  if (name === undefined) return undefined;
  const rows = rowsOf(name);
  const parents = unique(rows.flatMap(({ phase }) => phase.within ?? []));
  const parts = unique(actions.flatMap(({ phases }) => phases.filter(({ within }) => within === name).map((part) => part.name)));
  return [
    { name: 'phase', text: name },
    { name: 'is', text: glossary[name] ?? '' },
    { name: 'part of', text: parents.length === 0 ? 'the action' : parents.join(', ') },
    ...rows.flatMap((row) => notesOfRow(row)),
    ...(parts.length === 0 ? [] : [{ name: 'parts', text: parts.join(', ') }]),
    { name: 'slow when', text: whyLong(name, parts) },
  ];
}

function notesOfRow({ phase, actions: of }: Row): PhaseNote[] {
  const { service, from, to } = phase;
  return [
    { name: 'service', text: [service].flat().join(', ') },
    { name: 'actions', text: of.join(', ') },
    { name: 'begins', text: from.length === 0 ? 'with the line that ends it' : from.map(lineOf).join('; else ') },
    { name: 'ends', text: to.map(lineOf).join('; else ') },
    {
      name: 'seen at',
      text: levelsByRelease(phase)
        .map(({ releases, level }) => `${level === '–' ? 'no level' : level}: ${releases}`)
        .join('; '),
    },
  ];
}

/** `“Creating image(s)” (nova.virt.libvirt.driver, INFO)` */
const lineOf = (one: Edge): string => `${edge(one).replaceAll('\\|', '|')} (${unique(one.kinds.flatMap(printedBy)).join('; ')})`;

const printedBy = (kind: EventKind): string[] =>
  knownAs(kind).map(({ spec }) => `${[spec.logger].flat().join(' or ')}, ${isPrintedAtInfo(spec) ? [spec.level].flat()[0] : 'DEBUG'}`);

function whyLong(name: string, parts: readonly string[]): string {
  const why = [
    ...(waitsFor[name] === undefined ? [] : [`it waits for: ${waitsFor[name].join(', ')}`]),
    ...causesKnownOf(name),
    ...(parts.length === 0 ? [] : ['one of its parts is slow']),
  ];
  return why.length > 0
    ? why.join('; ')
    : 'no line of a log shows a cause: compare it with the same phase on other hosts and at other times';
}

const unique = <T>(all: readonly T[]): T[] => [...new Set(all)];
