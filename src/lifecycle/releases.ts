import { everyRelease, type Family, familyOf, ovnReleases, type Range, rangeText, releaseNames, releases } from '../catalogue/releases.js';
import type { ActionSpec, PhaseSpec } from './define.js';
import { actionVisibility, everything, type Logging, visibilityOf } from './visible.js';

/** Actions that have a table of their phases. Other actions have few phases, or the same ones. */
const SHOWN_WHOLE = ['create', 'delete', 'rebuild'];

/** The text of docs/releases.md: which actions and phases each release logs, computed from the tables. */
export function releasesMarkdown(actions: readonly ActionSpec[]): string {
  return [
    HEAD,
    '## Actions',
    '',
    'Whether an action can be distinguished from others, and whether the lines of its start and its end are printed. Where the start is not printed, the root begins with the first line that has its request id.',
    '',
    "The logs of all services are meant. At INFO start, confirmResize and attach_interface are named only with nova-api's log beside that of nova-compute, which says whose request it is; a resize to another host is named migrate, and a backup createImage.",
    '',
    ...table(
      'OpenStack',
      releases.map(({ name }) => name),
      actions.map(({ name }) => ({ title: name, cell: (at) => actionCell(actions.find((action) => action.name === name)!, at) })),
      'openstack',
    ),
    ...actions.filter(({ name }) => SHOWN_WHOLE.includes(name)).flatMap(phasesOf),
  ].join('\n');
}

const HEAD = `# What each release shows

Generated from the tables in \`src/catalogue\` and \`src/lifecycle\` by \`npm run docs\`; do not edit. A test reads every wording of
every message behind these tables in the form that each of these releases prints it.

- **INFO**: seen in logs at the default level. **DEBUG**: only where the service logs at DEBUG.
- **end at INFO**: only the line that ends it is printed at that level, so that it is shown as an instant.
- **–**: this release prints no such line.

What nova-compute prints with libvirt is meant, and ML2/OVN. Whether a phase occurs at all is another question: an instance without ports has no plug. OpenStack's
and OVN's releases are independent of each other: each has tables of its own. Brackets hold one request id up to Yoga and two since Zed.
\`novaspan check\` says the same of your own logs.
`;

interface Column {
  readonly title: string;
  cell(releaseOf: Logging['releaseOf']): string;
}

function phasesOf(action: ActionSpec): string[] {
  const heading = (which: string): string[] => [`## Phases of ${action.name}: ${which}`, ''];
  const columns = (family: Family): Column[] =>
    action.phases
      .filter((phase) => familyOfPhase(phase) === family)
      .map((phase) => ({ title: titleOf(phase, action), cell: (at) => phaseCell(phase, at) }));
  const openstack = columns('openstack');
  const ovn = columns('ovn');
  return [
    ...heading("OpenStack's services"),
    ...table(
      'OpenStack',
      releases.map(({ name }) => name),
      openstack,
      'openstack',
    ),
    ...(ovn.length === 0 ? [] : [...heading('OVS and OVN'), ...table('OVN', ovnReleases, ovn, 'ovn')]),
  ];
}

const familyOfPhase = ({ service }: PhaseSpec): Family => familyOf([service].flat()[0]!);

/** If several phases have one name (each service has its own span for scheduling), the title contains the service. */
function titleOf({ name, service }: PhaseSpec, { phases }: ActionSpec): string {
  return phases.filter((other) => other.name === name).length > 1 ? `${name} (${[service].flat()[0]})` : name;
}

/** A Markdown table. Consecutive releases with the same cells share a row. */
function table(corner: string, names: readonly string[], columns: readonly Column[], family: Family): string[] {
  const rows: { names: string[]; cells: string }[] = [];
  for (const [place, name] of names.entries()) {
    const cells = columns.map(({ cell }) => cell(only(family, place))).join(' | ');
    const before = rows.at(-1);
    if (before?.cells === cells) before.names.push(name);
    else rows.push({ names: [name], cells });
  }
  return [
    `| ${[corner, ...columns.map(({ title }) => title)].join(' | ')} |`,
    `| ${['---', ...columns.map(() => '---')].join(' | ')} |`,
    ...rows.map((row) => `| ${row.names.join(', ')} | ${row.cells} |`),
    '',
  ];
}

/** One release of a family, together with every release of the other family. */
const only =
  (family: Family, place: number): Logging['releaseOf'] =>
  (which): Range =>
    which === family ? { since: place, until: place } : everyRelease(which);

/** The log level at which each release shows a phase. Consecutive releases with the same level are one row. */
export function levelsByRelease(phase: PhaseSpec): { readonly releases: string; readonly level: string }[] {
  const family = familyOfPhase(phase);
  const rows: { range: Range; level: string }[] = [];
  for (const place of releaseNames(family).keys()) {
    const level = phaseCell(phase, only(family, place));
    const before = rows.at(-1);
    if (before?.level === level) before.range = { ...before.range, until: place };
    else rows.push({ range: { since: place, until: place }, level });
  }
  return rows.map(({ range, level }) => ({ releases: rangeText(range, family), level }));
}

function phaseCell(phase: PhaseSpec, releaseOf: Logging['releaseOf']): string {
  const atInfo = visibilityOf(phase, everything('INFO', releaseOf));
  if (atInfo.seen === 'whole') return 'INFO';
  const ends = atInfo.seen === 'end' || (atInfo.seen === 'needs-debug' && atInfo.ends);
  const atDebug = visibilityOf(phase, everything('DEBUG', releaseOf)).seen;
  if (atDebug === 'whole') return ends ? 'DEBUG, end at INFO' : 'DEBUG';
  return ends ? 'end at INFO' : atDebug === 'end' ? 'end at DEBUG' : '–';
}

function actionCell(action: ActionSpec, releaseOf: Logging['releaseOf']): string {
  const [info, debug] = (['INFO', 'DEBUG'] as const).map((depth) => actionVisibility(action, everything(depth, releaseOf)));
  const level = (part: 'named' | 'start' | 'end'): string =>
    info?.[part].seen === 'whole' ? 'INFO' : debug?.[part].seen === 'whole' ? 'DEBUG' : '–';
  // An action that cannot be named at INFO is not shown at INFO, whatever it logs.
  const named = level('named');
  if (named !== 'INFO') return named;
  const [start, end] = [level('start'), level('end')];
  return start === end ? start : `${start} to ${end}`;
}
