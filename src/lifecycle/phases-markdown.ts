import type { ActionSpec, PhaseSpec } from './define.js';
import { glossary } from './glossary.js';
import { edge } from './markdown.js';
import { networkReadyPhases } from './network-ready.js';

/**
 * The table of phases in docs/tracing-model.md: each phase in plain words, and the lines at its ends. If actions
 * differ, the table shows the first of them; docs/actions.md has each action separately.
 */
export function phasesMarkdown(actions: readonly ActionSpec[]): string {
  const byName = new Map<string, PhaseSpec[]>();
  for (const phase of [...actions.flatMap(({ phases }) => phases), ...networkReadyPhases]) {
    const same = byName.get(phase.name) ?? [];
    // The tables of actions share rows: a row counts once for each service.
    if (!same.some(({ service }) => nameOf(service) === nameOf(phase.service))) byName.set(phase.name, [...same, phase]);
  }
  const rows = Object.entries(glossary).flatMap(([name, means]) => (byName.get(name) ?? []).map((phase) => row(phase, means)));
  return ['| phase | service | what it is | begins | ends |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
}

const nameOf = (service: PhaseSpec['service']): string => [service].flat()[0] ?? '';

const row = ({ name, service, from, to }: PhaseSpec, means: string): string =>
  `| \`${name}\` | ${nameOf(service)} | ${means} | ${from.map(edge).join('<br>')} | ${to.map(edge).join('<br>')} |`;
