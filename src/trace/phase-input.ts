import type { ClosedUnit } from '../lifecycle/closed.js';
import type { ActionSpec, PhaseSpec } from '../lifecycle/define.js';
import type { PhaseInput } from '../lifecycle/phase.js';
import type { Count } from '../model/counters.js';
import type { ShownLines } from './line-events.js';

/** Options for building traces. */
export interface BuildOptions {
  readonly lines: ShownLines;
  /** returns an action's phases; set if users added some to its table */
  readonly phasesOf?: ((spec: ActionSpec) => readonly PhaseSpec[]) | undefined;
  /** whether this process reads the log of a service, on this host if one is given */
  readonly reads: (service: string, host?: string) => boolean;
  readonly count?: Count;
}

/** The table of phases of an action, with those that users added. */
export const tableOf = (spec: ActionSpec, { phasesOf: added }: BuildOptions): readonly PhaseSpec[] => added?.(spec) ?? spec.phases;

/**
 * The input from which the phases of a closed unit are computed.
 *
 * @param host the compute host; undefined for a fragment
 */
export function phaseInputOf(closed: ClosedUnit, host: string | undefined, options: BuildOptions): PhaseInput {
  const { request, start, end, members } = closed;
  return { request, start, end, members, ports: [...closed.ports.keys()].sort(), host, reads: options.reads };
}

const unplugged = new Map<readonly PhaseSpec[], readonly PhaseSpec[]>();
/** A table for logs without plugs: per port instead of per plug cycle. Cached, because every table is compiled once. */
export function withoutPlugs(specs: readonly PhaseSpec[]): readonly PhaseSpec[] {
  const known = unplugged.get(specs);
  if (known !== undefined) return known;
  const made = specs.map((spec): PhaseSpec => (spec.per === 'cycle' ? { ...spec, per: 'port' } : spec));
  unplugged.set(specs, made);
  return made;
}
