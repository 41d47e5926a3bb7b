import type { ActionSpec } from '../lifecycle/define.js';
import { type ActionVisibility, actionVisibility, type Logging, type Visibility } from '../lifecycle/visible.js';
import { knownServices, ownName } from '../model/services.js';
import type { ActionReport, Advice, PhaseReport } from './report.js';

/** Default of oslo.log's default_log_levels. Setting the option replaces the whole list, so advice must repeat it. */
const DEFAULT_LEVELS =
  'amqp=WARN,amqplib=WARN,boto=WARN,qpid=WARN,sqlalchemy=WARN,suds=INFO,oslo.messaging=INFO,oslo_messaging=INFO,iso8601=WARN,requests.packages.urllib3.connectionpool=WARN,urllib3.connectionpool=WARN,websocket=WARN,requests.packages.urllib3.util.retry=WARN,urllib3.util.retry=WARN,keystonemiddleware=WARN,routes.middleware=WARN,stevedore=WARN,taskflow=WARN,keystoneauth=WARN,oslo.cache=INFO,oslo_policy=INFO,dogpile.core.dogpile=INFO';

/** Service names as operators know them. Of neutron's processes, only one is named. */
const named = (services: readonly string[]): string[] => {
  const own = [...new Set(services.map(ownName))];
  const neutron = own.filter((service) => knownServices.ofPart('network API').includes(service));
  return neutron.length < 2 ? own : [neutron[0]!, ...own.filter((service) => !neutron.includes(service))];
};

const needsOf = (visibility: Visibility): string[] => ('services' in visibility ? named(visibility.services) : []);

/** Visible phases of each action, and the changes that would show more. */
export interface ActionsReport {
  readonly actions: readonly ActionReport[];
  readonly advice: readonly Advice[];
}

/** What the logs show at which level, with the services whose logs were unreadable. */
export interface CheckedLogging extends Logging {
  /** services whose logs were given but had no usable line */
  readonly unread: ReadonlySet<string>;
}

/** The log to add. If the log was given but could not be read, the advice asks for readable records instead. */
function logOf(services: readonly string[], { unread }: CheckedLogging): string {
  const given = services.filter((service) => unread.has(service));
  return given.length === 0
    ? `the log of ${services.join(' or ')}`
    : `log records of ${given.join(' or ')} (the log that was given holds none)`;
}

/** What the logs show of each action, and which changes would show more, the most useful change first. */
export function reportActions(actions: readonly ActionSpec[], logging: CheckedLogging): ActionsReport {
  const sights = actions.map((action) => actionVisibility(action, logging));
  return { actions: sights.map((visibility) => reportOf(visibility, logging)), advice: adviceOf(sights, logging) };
}

function reportOf({ action, named: naming, namedAs, start, end, phases }: ActionVisibility, logging: CheckedLogging): ActionReport {
  return {
    name: action.name,
    shown: naming.seen === 'whole',
    needs: whatShows(naming, logging),
    namedAs:
      namedAs === undefined
        ? undefined
        : { action: namedAs.action.name, always: namedAs.always, needs: whatShows(namedAs.visibility, logging) ?? 'a later release' },
    start: start.seen === 'whole',
    end: end.seen === 'whole',
    phases: phases.map(
      ({ phase, visibility }): PhaseReport => ({
        name: phase.name,
        service: named([phase.service].flat())[0]!,
        seen: visibility.seen,
        ends: visibility.seen === 'end' || (visibility.seen === 'needs-debug' && visibility.ends),
        needs: needsOf(visibility),
      }),
    ),
  };
}

function whatShows(visibility: Visibility, logging: CheckedLogging): string | undefined {
  switch (visibility.seen) {
    case 'needs-debug':
      return `DEBUG of ${needsOf(visibility).join(' and ')}`;
    case 'no-log':
      return `${logOf(needsOf(visibility), logging)}${visibility.atDebug ? ', at DEBUG' : ''}`;
    case 'not-printed':
      return 'a later release';
    default:
      return undefined;
  }
}

interface Change {
  readonly visibility: Extract<Visibility, { readonly services: readonly string[] }>;
  /** the log helps only at DEBUG */
  atDebug: boolean;
  readonly gains: Map<string, string[]>;
  readonly actions: string[];
  /** actions that this change distinguishes from others */
  readonly apart: string[];
  readonly loggers: Set<string>;
  /** names of phases that every such action has; `optional` has the others */
  readonly usual: Set<string>;
  readonly optional: Set<string>;
}

function adviceOf(sights: readonly ActionVisibility[], logging: CheckedLogging): Advice[] {
  const changes = new Map<string, Change>();
  const changeFor = (visibility: Visibility): Change | undefined => {
    if (!('services' in visibility)) return undefined;
    const key = `${visibility.seen} ${needsOf(visibility).join()}`;
    const change: Change = changes.get(key) ?? {
      visibility: visibility,
      atDebug: true,
      gains: new Map(),
      actions: [],
      apart: [],
      loggers: new Set(),
      usual: new Set(),
      optional: new Set(),
    };
    changes.set(key, change);
    if (visibility.seen === 'no-log' && !visibility.atDebug) change.atDebug = false;
    if (visibility.seen === 'needs-debug') for (const logger of visibility.loggers) change.loggers.add(logger);
    return change;
  };
  for (const { action, named: naming, namedAs, phases } of sights) {
    changeFor(naming)?.actions.push(action.name);
    if (naming.seen === 'whole' && namedAs !== undefined)
      changeFor(namedAs.visibility)?.apart.push(`${action.name} from ${namedAs.action.name}`);
    for (const { phase, visibility } of phases) {
      const change = changeFor(visibility);
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

function adviceFor({ visibility, atDebug, gains, actions, apart, loggers, usual, optional }: Change, logging: CheckedLogging): Advice {
  const services = needsOf(visibility);
  return {
    what:
      visibility.seen === 'needs-debug'
        ? `set ${services.join(' and ')} to log at DEBUG`
        : `add ${logOf(services, logging)}${atDebug ? ', at DEBUG' : ''}`,
    how: visibility.seen === 'needs-debug' ? howToDebug(services, [...loggers].sort()) : [],
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
