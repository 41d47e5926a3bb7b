import type { EventKind } from '../catalogue/event.js';
import {
  everyRelease,
  type Family,
  familyOf,
  isPrintedAtInfo,
  type Known,
  knownAs,
  overlap,
  printedIn,
  type Range,
  usualLevel,
} from '../catalogue/releases.js';
import { isActionLock, kindsWith } from '../catalogue/traits.js';
import type { ActionSpec, Edge, PhaseSpec } from './define.js';
import { actions } from './name.js';

/** The lowest level that a service logs at: INFO is the default of all services. */
export type LogLevelFloor = 'DEBUG' | 'INFO' | 'WARNING';

/** The available logs: the log level of each service, and the releases that it may have. */
export interface Logging {
  /** undefined for a service whose log is not read */
  readonly levelFloorOf: (service: string) => LogLevelFloor | undefined;
  readonly releaseOf: (family: Family) => Range;
  /** looks up a kind; set if users added kinds */
  readonly knownAs?: typeof knownAs | undefined;
}

/** The logs of all services, all at one level and of any release. */
export const everything = (floor: LogLevelFloor, releaseOf: Logging['releaseOf'] = everyRelease): Logging => ({
  levelFloorOf: () => floor,
  releaseOf,
});

/** Whether logs show a phase; if not, why not and the logs of which services would. */
export type Visibility =
  | { readonly seen: 'whole' | 'end' }
  /** its lines are not logged at this level, except perhaps for its end (`ends`); `loggers` log them at DEBUG */
  | { readonly seen: 'needs-debug'; readonly ends: boolean; readonly services: readonly string[]; readonly loggers: readonly string[] }
  /** the log of any of these services would show it; `atDebug`: only at DEBUG */
  | { readonly seen: 'no-log'; readonly services: readonly string[]; readonly atDebug: boolean }
  /** these releases log no such line */
  | { readonly seen: 'not-printed' };

interface PhaseVisibility {
  readonly phase: PhaseSpec;
  readonly visibility: Visibility;
}

/** The parts of an action that the logs show. */
export interface ActionVisibility {
  readonly action: ActionSpec;
  /** the lines that name it; without them it gets no trace */
  readonly named: Visibility;
  /**
   * the action whose name it gets if no line distinguishes the two (`always`, or only across hosts), and the logs that
   * would distinguish them
   */
  readonly namedAs: { readonly action: ActionSpec; readonly always: boolean; readonly visibility: Visibility } | undefined;
  readonly start: Visibility;
  readonly end: Visibility;
  readonly phases: readonly PhaseVisibility[];
}

const LOCKS: readonly EventKind[] = kindsWith((traits) => isActionLock(traits) && traits.lock?.step === 'acquired');

const kindsOf = (edges: readonly Edge[]): readonly EventKind[] => edges.flatMap(({ kinds }) => kinds);
const unique = <T>(all: readonly T[]): T[] => [...new Set(all)];
const placesOf = (kind: EventKind, logging: Logging): readonly Known[] => (logging.knownAs ?? knownAs)(kind);
const servicesOf = (kinds: readonly EventKind[], logging: Logging): string[] =>
  unique(kinds.flatMap((kind) => placesOf(kind, logging).flatMap(({ services }) => services)));

/** Whether a service writes such a line to a log that is read. */
function isPrinted(kind: EventKind, logging: Logging): boolean {
  return placesOf(kind, logging).some(({ services, spec }) =>
    services.some((service) => {
      const floor = logging.levelFloorOf(service);
      const family = familyOf(service);
      return floor !== undefined && reaches(floor, spec) && overlap(printedIn(spec, family), logging.releaseOf(family)) !== undefined;
    }),
  );
}

function reaches(floor: LogLevelFloor, spec: Parameters<typeof isPrintedAtInfo>[0]): boolean {
  if (floor === 'DEBUG') return true;
  if (floor === 'INFO') return isPrintedAtInfo(spec);
  return ['WARNING', 'ERROR', 'CRITICAL'].includes(usualLevel(spec));
}

/** Whether the logs show a phase with both ends. */
export function visibilityOf(phase: PhaseSpec, logging: Logging): Visibility {
  const owners = [phase.service].flat();
  const needsDebug = phase.debug === true && !owners.some((service) => logging.levelFloorOf(service) === 'DEBUG');
  const seen = needsDebug ? undefined : endsOf(phase, logging);
  if (seen === 'whole') return { seen };
  const better = betterVisibility(
    kindsOf([...phase.from, ...phase.to]),
    owners,
    logging,
    (given) => endsOf(phase, given) === 'whole',
    needsDebug,
  );
  if (seen !== 'end') return better;
  return better.seen === 'needs-debug' ? { ...better, ends: true } : { seen };
}

/** Which ends of a phase are logged. An end without a start is shown as an instant. */
function endsOf({ from, to }: PhaseSpec, logging: Logging): 'whole' | 'end' | undefined {
  const seen = (edges: readonly Edge[]): boolean => kindsOf(edges).some((kind) => isPrinted(kind, logging));
  if (!seen(to)) return undefined;
  return from.length === 0 || seen(from) ? 'whole' : 'end';
}

/** The smallest change that would show an action or a phase: services to set to DEBUG, or logs to read. */
function betterVisibility(
  kinds: readonly EventKind[],
  owners: readonly string[],
  logging: Logging,
  isSeen: (logging: Logging) => boolean,
  needsDebug = false,
): Visibility {
  const { levelFloorOf } = logging;
  const withFloor = (changed: readonly string[], floor: LogLevelFloor): Logging => ({
    ...logging,
    levelFloorOf: (service) => (changed.includes(service) ? floor : levelFloorOf(service)),
  });
  const isRead = (service: string): boolean => levelFloorOf(service) !== undefined;
  if (!isSeen({ ...logging, levelFloorOf: () => 'DEBUG' })) return { seen: 'not-printed' };

  const notPrinted = kinds.filter((kind) => !isPrinted(kind, logging));
  const candidates = unique([...owners, ...servicesOf(notPrinted, logging)]);
  if (owners.some(isRead)) {
    const belowDebug = candidates.filter(
      (service) => isRead(service) && levelFloorOf(service) !== 'DEBUG' && (!needsDebug || owners.includes(service)),
    );
    const alone = belowDebug.filter((service) => isSeen(withFloor([service], 'DEBUG'))).slice(0, 1);
    const services = alone.length > 0 ? alone : belowDebug;
    if (isSeen(withFloor(services, 'DEBUG')))
      return { seen: 'needs-debug', ends: false, services, loggers: loggersOf(notPrinted, services, logging) };
  }
  const missing = candidates.filter((service) => !isRead(service) && (owners.some(isRead) || owners.includes(service)));
  const isEnough = (added: readonly string[], floor: LogLevelFloor): boolean => isSeen(withFloor(added, floor));
  const atInfo = needsDebug ? [] : missing.filter((service) => isEnough([service], 'INFO'));
  const atDebug = missing.filter((service) => isEnough([service], 'DEBUG'));
  const services = atInfo.length > 0 ? atInfo : atDebug.length > 0 ? atDebug : owners.some(isRead) ? missing : owners;
  // If several logs are needed, DEBUG is asked for all of them or for none.
  const needsDebugLevel =
    needsDebug ||
    (atInfo.length === 0 &&
      (atDebug.length > 0 ||
        !isEnough(
          candidates.filter((each) => !isRead(each)),
          'INFO',
        )));
  return { seen: 'no-log', services, atDebug: needsDebugLevel };
}

const loggersOf = (kinds: readonly EventKind[], of: readonly string[], logging: Logging): string[] =>
  unique(
    kinds.flatMap((kind) =>
      placesOf(kind, logging)
        .filter(({ services }) => services.some((service) => of.includes(service)))
        .flatMap(({ spec }) => spec.logger),
    ),
  ).filter((name) => name !== '*');

/**
 * Lines that name an action but do not link a request to an instance, because one of the two ids is missing in them. A
 * test compares this list with the wordings of each release.
 */
export const UNLINKED_KINDS: ReadonlySet<EventKind> = new Set<EventKind>([
  'vif.plugged',
  'vif.unplugged',
  'migration.allocation.deleted',
  'evacuation.disk.shared',
  'evacuation.disk.from.image',
  'evacuation.disk.on.volume',
  'instance.rebooted',
  'instance.destroyed',
]);
/** Lines that name an action only in a rare case: a resize between cells. */
const RARE: ReadonlySet<EventKind> = new Set<EventKind>(['resize.confirming']);
/** nova-api's line that links a request to an instance. */
const LINKS: readonly EventKind[] = ['server.action.requested'];
/** Lines with a task state. */
const TASKS: readonly EventKind[] = ['power.state.sync.pending', 'power.state.synchronizing'];
const isReadAt = (service: string, floor: LogLevelFloor, { levelFloorOf }: Logging): boolean => levelFloorOf(service) === floor;

/** Whether this cloud has a backend of the phase: OVN or the agent of ML2/OVS; if no log shows which, OVN. */
function hasBackend({ backends }: PhaseSpec, { levelFloorOf }: Logging): boolean {
  if (backends === undefined) return true;
  const hasAgent = levelFloorOf('neutron-openvswitch-agent') !== undefined;
  const hasOvn = levelFloorOf('ovn-controller') !== undefined || !hasAgent;
  return (hasOvn && backends.includes('ovn')) || (hasAgent && backends.includes('ml2-ovs'));
}

/** The parts of an action that the logs show: its name, its ends and its phases. */
export function actionVisibility(action: ActionSpec, logging: Logging): ActionVisibility {
  const { lockedBy, starts, ends, endsQuietly = [], endsWithLock } = action;
  const locks = lockedBy.length > 0 ? LOCKS : [];
  const first = [...kindsOf(starts), ...locks];
  const last = [...ends, ...endsQuietly, ...(endsWithLock ? (['instance.lock.released'] as const) : [])];
  // An action without an end line could only time out; suspend logs no line of its own at INFO.
  const named = visibilityOfAny([...namingKinds(action), ...last], (given) => isNamed(action, given) && isAny(last, given), logging);
  return {
    action,
    named: named.seen === 'whole' ? named : (byAnotherLog(action, last, logging) ?? named),
    namedAs: namedAs(action, logging),
    start: visibilityOfAny(first, (given) => isAny(first, given), logging),
    end: visibilityOfAny(last, (given) => isAny(last, given), logging),
    phases: action.phases
      .filter((phase) => hasBackend(phase, logging))
      .map((phase) => ({ phase, visibility: visibilityOf(phase, logging) })),
  };
}

const isAny = (kinds: readonly EventKind[], logging: Logging): boolean => kinds.some((kind) => isPrinted(kind, logging));

const visibilityOfAny = (kinds: readonly EventKind[], isSeen: (given: Logging) => boolean, logging: Logging): Visibility =>
  isSeen(logging) ? { seen: 'whole' } : betterVisibility(kinds, ['nova-compute'], logging, isSeen);

const callsOf = ({ calls = [], apiLines = [] }: ActionSpec): readonly EventKind[] => [
  ...(calls.length > 0 ? (['server.action.called'] as const) : []),
  ...apiLines,
];

const namingKinds = (action: ActionSpec): EventKind[] => [
  ...action.namedBy,
  ...(action.lockedBy.length > 0 ? LOCKS : []),
  ...(action.startsWithoutRequestId ?? []),
  ...(action.namedByAll ?? []).flat(),
  ...callsOf(action),
  ...(action.tasks === undefined ? [] : TASKS),
];

/** Whether the logs name the action, by the rules of `nameAction`. */
function isNamed(action: ActionSpec, logging: Logging): boolean {
  const { namedBy, lockedBy, startsWithoutRequestId = [], namedByAll: steps = [], apiLines = [], tasks = [] } = action;
  // Lines of other services are attached to actions of nova-compute.
  if (logging.levelFloorOf('nova-compute') === undefined) return false;
  const isLinked = isReadAt('nova-compute', 'DEBUG', logging) || isAny([...LINKS, ...apiLines], logging);
  const areNaming = (kinds: readonly EventKind[]): boolean =>
    isAny(isLinked ? kinds : kinds.filter((kind) => !UNLINKED_KINDS.has(kind)), logging);
  const usual = namedBy.filter((kind) => !RARE.has(kind));
  if ((lockedBy.length > 0 && isAny(LOCKS, logging)) || areNaming(usual) || isAny(startsWithoutRequestId, logging)) return true;
  if (steps.length > 0 && steps.every((step) => isAny(step, logging)) && steps.some((step) => areNaming(step))) return true;
  // Another action's naming line would come before these.
  if (namesakeByStart(action) !== undefined) return false;
  return isAny(callsOf(action), logging) || (tasks.length > 0 && isLinked && isAny(TASKS, logging));
}

/** Advises to add nova-api's log, which is easier than to set DEBUG, if that is enough. */
function byAnotherLog(action: ActionSpec, last: readonly EventKind[], logging: Logging): Visibility | undefined {
  if (logging.levelFloorOf('nova-compute') === undefined || logging.levelFloorOf('nova-api') !== undefined) return undefined;
  const withApi: Logging = { ...logging, levelFloorOf: (service) => (service === 'nova-api' ? 'INFO' : logging.levelFloorOf(service)) };
  return isNamed(action, withApi) && isAny(last, withApi) ? { seen: 'no-log', services: ['nova-api'], atDebug: false } : undefined;
}

/** The other action that is named by the start line of this one. */
const namesakeByStart = ({ name, namedBy, starts }: ActionSpec): ActionSpec | undefined =>
  actions.find((other) => other.name !== name && other.namedBy.some((kind) => kindsOf(starts).includes(kind) && !namedBy.includes(kind)));

/**
 * The other action under whose name this one is exported if the logs do not distinguish the two; undefined if they do.
 */
function namedAs(action: ActionSpec, logging: Logging): ActionVisibility['namedAs'] {
  if (logging.levelFloorOf('nova-compute') === undefined) return undefined;
  const byStart = namesakeByStart(action);
  const sharers = actions.filter(({ namedBy }) => namedBy.some((kind) => action.namedBy.includes(kind)));
  const other = byStart ?? sharers.at(-1);
  if (other === undefined || other.name === action.name) return undefined;
  const kinds = byStart === undefined ? callsOf(action) : action.namedBy;
  const owners = servicesOf(kinds, logging).slice(0, 1);
  const isPrintedNow = (given: Logging): boolean => isAny(kinds, given);
  if (isPrintedNow(logging)) return undefined;
  return { action: other, always: action.provenOnHost === undefined, visibility: betterVisibility(kinds, owners, logging, isPrintedNow) };
}
