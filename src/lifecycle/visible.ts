import type { EventKind } from '../catalogue/event.js';
import {
  everyRelease,
  type Family,
  familyOf,
  isPrintedAtInfo,
  knownAs,
  overlap,
  printedIn,
  type Range,
  usualLevel,
} from '../catalogue/releases.js';
import type { ActionSpec, Edge, PhaseSpec } from './define.js';

/** How much a service is told to log: INFO is the default of all of them. */
export type Depth = 'DEBUG' | 'INFO' | 'WARNING';

/** Which logs there are: at which level each service logs, and which releases it may be of. */
export interface Logging {
  /** undefined for a service whose log is not read */
  readonly depthOf: (service: string) => Depth | undefined;
  readonly releaseOf: (family: Family) => Range;
}

/** Every service, all of one level and of any release. */
export const everything = (depth: Depth, releaseOf: Logging['releaseOf'] = everyRelease): Logging => ({ depthOf: () => depth, releaseOf });

/** Why a phase is not seen, and of which services' logs that is said. */
export type Sight =
  | { readonly seen: 'whole' | 'end' }
  /** at this level its lines are not printed, but perhaps the one that `ends` it; `loggers` print them at DEBUG */
  | { readonly seen: 'needs-debug'; readonly ends: boolean; readonly services: readonly string[]; readonly loggers: readonly string[] }
  /** any of these services' logs would show it, some only at DEBUG */
  | { readonly seen: 'no-log'; readonly services: readonly string[]; readonly atDebug: boolean }
  /** releases of this age print no such line */
  | { readonly seen: 'not-printed' };

export interface PhaseSight {
  readonly phase: PhaseSpec;
  readonly sight: Sight;
}

/** What logs show of an action. */
export interface ActionSight {
  readonly action: ActionSpec;
  /** how it is told from others; without that, nothing of it becomes a trace */
  readonly named: Sight;
  readonly start: Sight;
  readonly end: Sight;
  readonly phases: readonly PhaseSight[];
}

const LOCKS: readonly EventKind[] = ['instance.lock.acquired', 'interface.lock.acquired'];

const kindsOf = (edges: readonly Edge[]): readonly EventKind[] => edges.flatMap(({ kinds }) => kinds);
const unique = <T>(all: readonly T[]): T[] => [...new Set(all)];
const servicesOf = (kinds: readonly EventKind[]): string[] =>
  unique(kinds.flatMap((kind) => knownAs(kind).flatMap(({ services }) => services)));

/** Whether some service prints such a line into a log that is read. */
export function isPrinted(kind: EventKind, logging: Logging): boolean {
  return knownAs(kind).some(({ services, spec }) =>
    services.some((service) => {
      const depth = logging.depthOf(service);
      const family = familyOf(service);
      return depth !== undefined && reaches(depth, spec) && overlap(printedIn(spec, family), logging.releaseOf(family)) !== undefined;
    }),
  );
}

function reaches(depth: Depth, spec: Parameters<typeof isPrintedAtInfo>[0]): boolean {
  if (depth === 'DEBUG') return true;
  if (depth === 'INFO') return isPrintedAtInfo(spec);
  return ['WARNING', 'ERROR', 'CRITICAL'].includes(usualLevel(spec));
}

/** What is seen of a phase, of which both ends are wanted. */
export function sightOf(phase: PhaseSpec, logging: Logging): Sight {
  const owners = [phase.service].flat();
  const needsDebug = phase.debug === true && !owners.some((service) => logging.depthOf(service) === 'DEBUG');
  const seen = needsDebug ? undefined : endsOf(phase, logging);
  if (seen === 'whole') return { seen };
  const better = betterSight(
    kindsOf([...phase.from, ...phase.to]),
    owners,
    logging,
    (given) => endsOf(phase, given) === 'whole',
    needsDebug,
  );
  if (seen !== 'end') return better;
  return better.seen === 'needs-debug' ? { ...better, ends: true } : { seen };
}

/** An end that is seen without its beginning becomes an instant. */
function endsOf({ from, to }: PhaseSpec, logging: Logging): 'whole' | 'end' | undefined {
  const seen = (edges: readonly Edge[]): boolean => kindsOf(edges).some((kind) => isPrinted(kind, logging));
  if (!seen(to)) return undefined;
  return from.length === 0 || seen(from) ? 'whole' : 'end';
}

/** What would have to change for a thing to be seen: the fewest services whose level, or whose log, would do. */
function betterSight(
  kinds: readonly EventKind[],
  owners: readonly string[],
  logging: Logging,
  isSeen: (logging: Logging) => boolean,
  needsDebug = false,
): Sight {
  const { depthOf, releaseOf } = logging;
  const withDepth = (changed: readonly string[], depth: Depth): Logging => ({
    depthOf: (service) => (changed.includes(service) ? depth : depthOf(service)),
    releaseOf,
  });
  const isRead = (service: string): boolean => depthOf(service) !== undefined;
  if (!isSeen(everything('DEBUG', releaseOf))) return { seen: 'not-printed' };

  const quiet = kinds.filter((kind) => !isPrinted(kind, logging));
  const candidates = unique([...owners, ...servicesOf(quiet)]);
  if (owners.some(isRead)) {
    const shy = candidates.filter(
      (service) => isRead(service) && depthOf(service) !== 'DEBUG' && (!needsDebug || owners.includes(service)),
    );
    const alone = shy.filter((service) => isSeen(withDepth([service], 'DEBUG'))).slice(0, 1);
    const services = alone.length > 0 ? alone : shy;
    if (isSeen(withDepth(services, 'DEBUG'))) return { seen: 'needs-debug', ends: false, services, loggers: loggersOf(quiet, services) };
  }
  const missing = candidates.filter((service) => !isRead(service) && (owners.some(isRead) || owners.includes(service)));
  const isEnough = (added: readonly string[], depth: Depth): boolean => isSeen(withDepth(added, depth));
  const atInfo = needsDebug ? [] : missing.filter((service) => isEnough([service], 'INFO'));
  const atDebug = missing.filter((service) => isEnough([service], 'DEBUG'));
  const services = atInfo.length > 0 ? atInfo : atDebug.length > 0 ? atDebug : owners.some(isRead) ? missing : owners;
  // Where it takes several logs, each is asked for at the level that all of them need.
  const inDepth =
    needsDebug ||
    (atInfo.length === 0 &&
      (atDebug.length > 0 ||
        !isEnough(
          candidates.filter((each) => !isRead(each)),
          'INFO',
        )));
  return { seen: 'no-log', services, atDebug: inDepth };
}

const loggersOf = (kinds: readonly EventKind[], of: readonly string[]): string[] =>
  unique(
    kinds.flatMap((kind) =>
      knownAs(kind)
        .filter(({ services }) => services.some((service) => of.includes(service)))
        .flatMap(({ spec }) => spec.logger),
    ),
  ).filter((name) => name !== '*');

/** What is seen of an action: how it is told from others, its ends and its phases. */
export function actionSight(action: ActionSpec, logging: Logging): ActionSight {
  const { namedBy, namedByAll = [], lockedBy, starts, ends, endsWithLock } = action;
  const locks = lockedBy.length > 0 ? LOCKS : [];
  const steps = namedByAll.map((step) => [step].flat());
  const isNamed = (given: Logging): boolean =>
    [...namedBy, ...locks].some((kind) => isPrinted(kind, given)) ||
    (steps.length > 0 && steps.every((step) => step.some((kind) => isPrinted(kind, given))));
  const sight = (kinds: readonly EventKind[], isSeen: (given: Logging) => boolean): Sight =>
    isSeen(logging) ? { seen: 'whole' } : betterSight(kinds, ['nova-compute'], logging, isSeen);
  const any =
    (kinds: readonly EventKind[]) =>
    (given: Logging): boolean =>
      kinds.some((kind) => isPrinted(kind, given));
  const first = [...kindsOf(starts), ...locks];
  const last = [...ends, ...(endsWithLock ? (['instance.lock.released'] as const) : [])];
  return {
    action,
    named: sight([...namedBy, ...locks, ...steps.flat()], isNamed),
    start: sight(first, any(first)),
    end: sight(last, any(last)),
    phases: action.phases.map((phase) => ({ phase, sight: sightOf(phase, logging) })),
  };
}
