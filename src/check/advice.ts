import type { ActionSpec } from '../lifecycle/define.js';
import { type ActionSight, actionSight, type Logging, type Sight } from '../lifecycle/visible.js';
import { knownServices, ownName } from '../model/services.js';
import type { ActionReport, Advice, PhaseReport } from './report.js';

/** What oslo.log's default_log_levels is where nobody set it: naming loggers replaces it. */
const DEFAULT_LEVELS =
  'amqp=WARN,amqplib=WARN,boto=WARN,qpid=WARN,sqlalchemy=WARN,suds=INFO,oslo.messaging=INFO,oslo_messaging=INFO,iso8601=WARN,requests.packages.urllib3.connectionpool=WARN,urllib3.connectionpool=WARN,websocket=WARN,requests.packages.urllib3.util.retry=WARN,urllib3.util.retry=WARN,keystonemiddleware=WARN,routes.middleware=WARN,stevedore=WARN,taskflow=WARN,keystoneauth=WARN,oslo.cache=INFO,oslo_policy=INFO,dogpile.core.dogpile=INFO';

/** Names under which the tables have a service, as people know it. Of neutron's processes one is named. */
const named = (services: readonly string[]): string[] => {
  const own = [...new Set(services.map(ownName))];
  const neutron = own.filter((service) => knownServices.ofPart('network API').includes(service));
  return neutron.length < 2 ? own : [neutron[0]!, ...own.filter((service) => !neutron.includes(service))];
};

const needsOf = (sight: Sight): string[] => ('services' in sight ? named(sight.services) : []);

export interface Visibility {
  readonly actions: readonly ActionReport[];
  readonly advice: readonly Advice[];
}

export interface CheckedLogging extends Logging {
  /** services whose logs were given, and not one line could be used */
  readonly unread: ReadonlySet<string>;
}

/** A log to add; one that was given is not to be given again, but one that can be read. */
function logOf(services: readonly string[], { unread }: CheckedLogging): string {
  const given = services.filter((service) => unread.has(service));
  return given.length === 0
    ? `the log of ${services.join(' or ')}`
    : `log records of ${given.join(' or ')} (the log that was given holds none)`;
}

/** What the logs show of each action, and which changes would show more, the one that gains most first. */
export function visibilityOf(actions: readonly ActionSpec[], logging: CheckedLogging): Visibility {
  const sights = actions.map((action) => actionSight(action, logging));
  return { actions: sights.map((sight) => reportOf(sight, logging)), advice: adviceOf(sights, logging) };
}

function reportOf({ action, named: naming, toldAs, start, end, phases }: ActionSight, logging: CheckedLogging): ActionReport {
  return {
    name: action.name,
    shown: naming.seen === 'whole',
    needs: whatShows(naming, logging),
    toldAs:
      toldAs === undefined
        ? undefined
        : { action: toldAs.action.name, always: toldAs.always, needs: whatShows(toldAs.sight, logging) ?? 'a later release' },
    start: start.seen === 'whole',
    end: end.seen === 'whole',
    phases: phases.map(
      ({ phase, sight }): PhaseReport => ({
        name: phase.name,
        service: named([phase.service].flat())[0]!,
        seen: sight.seen,
        ends: sight.seen === 'end' || (sight.seen === 'needs-debug' && sight.ends),
        needs: needsOf(sight),
      }),
    ),
  };
}

function whatShows(sight: Sight, logging: CheckedLogging): string | undefined {
  switch (sight.seen) {
    case 'needs-debug':
      return `DEBUG of ${needsOf(sight).join(' and ')}`;
    case 'no-log':
      return `${logOf(needsOf(sight), logging)}${sight.atDebug ? ', at DEBUG' : ''}`;
    case 'not-printed':
      return 'a later release';
    default:
      return undefined;
  }
}

interface Change {
  readonly sight: Extract<Sight, { readonly services: readonly string[] }>;
  /** a log to add is of use only at DEBUG */
  atDebug: boolean;
  readonly gains: Map<string, string[]>;
  readonly actions: string[];
  /** actions that are told apart by it */
  readonly apart: string[];
  readonly loggers: Set<string>;
  /** names of phases that every such action has, and of others */
  readonly usual: Set<string>;
  readonly optional: Set<string>;
}

function adviceOf(sights: readonly ActionSight[], logging: CheckedLogging): Advice[] {
  const changes = new Map<string, Change>();
  const changeFor = (sight: Sight): Change | undefined => {
    if (!('services' in sight)) return undefined;
    const key = `${sight.seen} ${needsOf(sight).join()}`;
    const change: Change = changes.get(key) ?? {
      sight,
      atDebug: true,
      gains: new Map(),
      actions: [],
      apart: [],
      loggers: new Set(),
      usual: new Set(),
      optional: new Set(),
    };
    changes.set(key, change);
    if (sight.seen === 'no-log' && !sight.atDebug) change.atDebug = false;
    if (sight.seen === 'needs-debug') for (const logger of sight.loggers) change.loggers.add(logger);
    return change;
  };
  for (const { action, named: naming, toldAs, phases } of sights) {
    changeFor(naming)?.actions.push(action.name);
    if (naming.seen === 'whole' && toldAs !== undefined) changeFor(toldAs.sight)?.apart.push(`${action.name} from ${toldAs.action.name}`);
    for (const { phase, sight } of phases) {
      const change = changeFor(sight);
      if (change === undefined) continue;
      (phase.optional ? change.optional : change.usual).add(phase.name);
      const names = change.gains.get(action.name) ?? [];
      if (!names.includes(phase.name)) change.gains.set(action.name, [...names, phase.name]);
    }
  }
  const weight = ({ actions, apart, usual, optional }: Change): number =>
    1000 * actions.length + 10 * apart.length + usual.size + optional.size / 100;
  return [...changes.values()].sort((a, b) => weight(b) - weight(a)).map((change) => adviceFor(change, logging));
}

function adviceFor({ sight, atDebug, gains, actions, apart, loggers, usual, optional }: Change, logging: CheckedLogging): Advice {
  const services = needsOf(sight);
  return {
    what:
      sight.seen === 'needs-debug'
        ? `let ${services.join(' and ')} log at DEBUG`
        : `add ${logOf(services, logging)}${atDebug ? ', at DEBUG' : ''}`,
    how: sight.seen === 'needs-debug' ? howToDebug(services, [...loggers].sort()) : [],
    phases: [...new Set([...usual, ...optional])],
    gains: [...gains].map(([action, phases]) => ({ action, phases })),
    actions,
    apart,
  };
}

function howToDebug(services: readonly string[], loggers: readonly string[]): string[] {
  const [service = ''] = services;
  const setting = knownServices.settingsOf(service);
  if (setting === undefined) return [`ovs-appctl -t ${service} vlog/set file:dbg`];
  return [
    `${setting.file} ${setting.where}: [DEFAULT] debug = True`,
    ...(loggers.length === 0
      ? []
      : [`or only what is needed: default_log_levels = ${DEFAULT_LEVELS},${loggers.map((logger) => `${logger}=DEBUG`).join()}`]),
  ];
}
