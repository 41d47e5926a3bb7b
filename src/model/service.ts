/** The formats of a service's own lines. */
export type Format = 'oslo' | 'vlog';

/** Whose releases are meant: those that OpenStack's services share, or those of OVN. */
export type Family = 'openstack' | 'ovn';

/**
 * Where a service works:
 *
 * - `control plane`: of nova's, and what that asks; of its lines only those are an action's that say the action's own request
 * - `network API`: makes and binds ports
 * - `hypervisor`: a daemon of a compute host, which prints of its own host only
 */
type Part = 'control plane' | 'network API' | 'hypervisor';

/** Where a service's level of logging is set. */
interface Settings {
  readonly file: string;
  readonly where: string;
}

export interface Project {
  /** as the folder of its logs is called, too */
  readonly name: string;
  readonly writes: Format;
  readonly releases: Family;
  /** what the names of its binaries begin with, also of those that are not read */
  readonly prefix?: string;
  readonly settings?: Settings;
}

/** What is known of a service, but for its messages. */
export interface Service {
  /** as its binary is called */
  readonly name: string;
  /** in traces, where it is called otherwise there */
  readonly traced?: string;
  readonly project: string;
  readonly part?: Part;
  /** where they are not the project's */
  readonly settings?: Settings;
  /**
   * Names of its logs, units, containers and binaries by deployment. What follows from others is known without: with `_` for
   * `-`, with a host's name before or behind it, and without the project's name in a folder of the project.
   */
  readonly called?: readonly string[];
  /** names with a number or a cell in them */
  readonly like?: RegExp;
  /** what the names of loggers begin with that it alone has; a longer beginning goes before a shorter one */
  readonly loggers?: readonly string[];
  /** vlog: modules that it alone has */
  readonly modules?: readonly string[];
}

/** Finds services by what is known of them. */
export interface Services {
  /** names of more than one word, longest first: a host's name may stand before or behind them */
  readonly names: readonly string[];
  readonly projects: readonly string[];
  /**
   * The service that a name means.
   *
   * @param folder of a log; in one that is called as a project, `server` is that project's
   */
  called(name: string, folder?: string): string | undefined;
  /** Whether a service goes by this very name: nothing else is in it, such as a host's. */
  isCalled(name: string): boolean;
  /** The name under which a service appears in traces. */
  ownName(service: string): string;
  formatOf(service: string): Format;
  familyOf(service: string): Family;
  /** undefined for what is of no project that is known */
  projectOf(service: string): string | undefined;
  /** Where its level of logging is set; undefined where nothing is known of it. */
  settingsOf(service: string): Settings | undefined;
  /** Names, as in traces, of the services of a part. */
  ofPart(part: Part): readonly string[];
  /** The one service that has a logger; undefined for a logger of several, or of none that is known. */
  writerOfLogger(logger: string): string | undefined;
  writerOfModule(module: string): string | undefined;
}

/** Names of loggers that are remembered: a program has some hundreds. */
const MOST_LOGGERS = 2000;

/** @param shared loggers of several services, whose names begin as those of one */
export function indexServices(rows: readonly Service[], projects: readonly Project[], shared: readonly string[] = []): Services {
  const byName = namesOf(rows);
  const rowOf = new Map([...byName, ...rows.map((row) => [row.traced ?? row.name, row] as const)]);
  const inFolder = new Map(
    rows.flatMap(({ name, project }) => (name.startsWith(`${project}-`) ? [[`${project}/${name.slice(project.length + 1)}`, name]] : [])),
  );
  const byPrefix = (name: string): Project | undefined =>
    projects.find(({ prefix }) => prefix !== undefined && name.startsWith(prefix) && /^[a-z][\w-]*$/.test(name.slice(prefix.length)));
  const ofRow = new Map(rows.map((row) => [row, projects.find(({ name }) => name === row.project)]));
  const projectOf = (service: string): Project | undefined => {
    const row = rowOf.get(service);
    return row === undefined ? byPrefix(service) : ofRow.get(row);
  };
  const like = (name: string): string | undefined => rows.find((row) => row.like?.test(name) === true)?.name;
  const named = (name: string): string | undefined => byName.get(name)?.name ?? like(name);
  const modules = new Map(rows.flatMap(({ name, modules: own = [] }) => own.map((module) => [module, name])));

  return {
    names: [...byName.keys()]
      .filter((name) => /[-_]/.test(name) || rows.some((row) => row.name === name))
      .sort((a, b) => b.length - a.length),
    projects: projects.map(({ name }) => name),
    called: (name, folder = '') => inFolder.get(`${folder}/${name}`) ?? named(name) ?? (byPrefix(name) === undefined ? undefined : name),
    isCalled: (name) => named(name) !== undefined,
    ownName(service) {
      const row = rowOf.get(service);
      return row?.traced ?? row?.name ?? service;
    },
    formatOf: (service) => projectOf(service)?.writes ?? 'oslo',
    familyOf: (service) => projectOf(service)?.releases ?? 'openstack',
    projectOf: (service) => projectOf(service)?.name,
    settingsOf: (service) => rowOf.get(service)?.settings ?? projectOf(service)?.settings,
    ofPart: (part) => rows.flatMap((row) => (row.part === part ? [row.traced ?? row.name] : [])),
    writerOfLogger: remembered(longestOf(rows, shared)),
    writerOfModule: (module) => modules.get(module),
  };
}

/** Every name of each service. What a row says goes before what follows from another's name. */
function namesOf(rows: readonly Service[]): ReadonlyMap<string, Service> {
  const said = rows.flatMap((row) => [...(row.called ?? []), row.name].map((name) => [name, row] as const));
  return new Map([...said.map(([name, row]) => [name.replaceAll('-', '_'), row] as const), ...said]);
}

/** By the longest beginning of a logger's name that is known. */
function longestOf(rows: readonly Service[], shared: readonly string[]): (logger: string) => string | undefined {
  const writers = new Map<string, string | undefined>([
    ...rows.flatMap(({ name, loggers = [] }) => loggers.map((logger) => [logger, name] as const)),
    ...shared.map((logger) => [logger, undefined] as const),
  ]);
  return (logger) => {
    for (let end = logger.length; end > 0; end = logger.lastIndexOf('.', end - 1)) {
      const name = logger.slice(0, end);
      if (writers.has(name)) return writers.get(name);
    }
    return undefined;
  };
}

function remembered(find: (logger: string) => string | undefined): (logger: string) => string | undefined {
  const found = new Map<string, string | undefined>();
  return (logger) => {
    const known = found.get(logger);
    if (known !== undefined || found.has(logger)) return known;
    const service = find(logger);
    if (found.size < MOST_LOGGERS) found.set(logger, service);
    return service;
  };
}
