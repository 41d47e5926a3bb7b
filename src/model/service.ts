/** The formats of a service's own lines. */
export type Format = 'oslo' | 'vlog';

/** Which release numbers a service follows: OpenStack's or OVN's. */
export type Family = 'openstack' | 'ovn';

/**
 * Where a service works:
 *
 * - `control plane`: nova's control plane and the services that it calls. Its lines belong to an action only if they
 *   name its request id
 * - `network API`: makes and binds ports
 * - `hypervisor`: a daemon of a compute host. Its lines are about its own host only
 */
type Part = 'control plane' | 'network API' | 'hypervisor';

/** Where a service's log level is set. */
interface Settings {
  readonly file: string;
  readonly where: string;
}

/** A project of OpenStack or OVN. */
export interface Project {
  /** also the name of the folder of its logs */
  readonly name: string;
  readonly writes: Format;
  readonly releases: Family;
  /** the prefix of its binaries' names, including services that are not read */
  readonly prefix?: string;
  readonly settings?: Settings;
}

/** A service: all knowledge except for its messages. */
export interface Service {
  /** the name of its binary */
  readonly name: string;
  /** its name in traces, if different */
  readonly traced?: string;
  readonly project: string;
  readonly part?: Part;
  /** if they differ from the project's */
  readonly settings?: Settings;
  /**
   * Names of its logs, units, containers and binaries in deployments. These variants need no entry: with `_` for `-`,
   * with a host name before or after, and without the project's name in a folder of the project.
   */
  readonly called?: readonly string[];
  /** names with a number or a cell in them */
  readonly like?: RegExp;
  /** prefixes of loggers that only this service has; the longest prefix wins */
  readonly loggers?: readonly string[];
  /** vlog: modules that only this service has */
  readonly modules?: readonly string[];
}

/** Finds services by name, project, part or logger. */
export interface Services {
  /** names of more than one word, longest first; a host name may come before or after them */
  readonly names: readonly string[];
  readonly projects: readonly string[];
  /**
   * The service with a name.
   *
   * @param folder of the log. In a folder named after a project, `server` is that project's
   */
  called(name: string, folder?: string): string | undefined;
  /** Whether this is exactly a service's name, with nothing else in it such as a host name. */
  isCalled(name: string): boolean;
  /** The name under which a service appears in traces. */
  ownName(service: string): string;
  formatOf(service: string): Format;
  familyOf(service: string): Family;
  /** undefined if the project is not known */
  projectOf(service: string): string | undefined;
  /** Where its log level is set; undefined if not known. */
  settingsOf(service: string): Settings | undefined;
  /** The services of a part, by their names in traces. */
  ofPart(part: Part): readonly string[];
  /** The only service with a logger; undefined if several services have it, or none that is known. */
  writerOfLogger(logger: string): string | undefined;
  writerOfModule(module: string): string | undefined;
}

/** How many logger names are cached: a program has some hundreds. */
const MAX_LOGGERS = 2000;

/**
 * Creates the lookup of services.
 *
 * @param shared loggers of several services, although they have the prefix of one service
 */
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

/** Every name of each service. A name that a row lists wins over a variant of another service's name. */
function namesOf(rows: readonly Service[]): ReadonlyMap<string, Service> {
  const named = rows.flatMap((row) => [...(row.called ?? []), row.name].map((name) => [name, row] as const));
  return new Map([...named.map(([name, row]) => [name.replaceAll('-', '_'), row] as const), ...named]);
}

/** By the longest known prefix of a logger's name. */
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
    if (found.size < MAX_LOGGERS) found.set(logger, service);
    return service;
  };
}
