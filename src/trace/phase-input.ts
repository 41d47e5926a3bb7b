import type { ClosedUnit } from '../lifecycle/closed.js';
import type { ActionSpec, PhaseSpec } from '../lifecycle/define.js';
import type { PhaseInput } from '../lifecycle/phase.js';
import type { Count } from '../model/counters.js';
import type { ShownLines } from './line-events.js';

export interface BuildOptions {
  readonly lines: ShownLines;
  /** an action's phases, if users added some to its table */
  readonly phasesOf?: ((spec: ActionSpec) => readonly PhaseSpec[]) | undefined;
  /** whether this process reads the log of a service, on a host where one is given */
  readonly reads: (service: string, host?: string) => boolean;
  readonly count?: Count;
}

export const tableOf = (spec: ActionSpec, { phasesOf: added }: BuildOptions): readonly PhaseSpec[] => added?.(spec) ?? spec.phases;

export function phaseInputOf(closed: ClosedUnit, host: string | undefined, options: BuildOptions): PhaseInput {
  const { request, start, end, members } = closed;
  return { request, start, end, members, ports: [...closed.ports.keys()].sort(), host, reads: options.reads };
}

/** The same table for logs without plugs. Made once per table, because every table is compiled to a plan. */
const unplugged = new Map<readonly PhaseSpec[], readonly PhaseSpec[]>();
export function withoutPlugs(specs: readonly PhaseSpec[]): readonly PhaseSpec[] {
  const known = unplugged.get(specs);
  if (known !== undefined) return known;
  const made = specs.map((spec): PhaseSpec => (spec.per === 'cycle' ? { ...spec, per: 'port' } : spec));
  unplugged.set(specs, made);
  return made;
}
