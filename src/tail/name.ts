import { basename, dirname } from 'node:path';
import type { Services } from '../model/service.js';
import { knownServices } from '../model/services.js';

/** Service and host of a log. */
export interface LogName {
  /** name of the service's binary, such as `nova-compute` */
  readonly service: string;
  /** undefined if name, options and folder do not show it */
  readonly host: string | undefined;
}

/** Suffixes of a service's name that are no host: Apache's error log, a container runtime's. */
const TAIL = /[-_.](?:\d{4}-?\d\d-?\d\d(?:[-_T.]\d[\d-]*)?|error|wsgi[-_]error|cri|stdout|stderr|log|logs|full|debug|excerpt)$/;

/** Folders named for their contents; a folder above may be named for a host. */
const CONTENTS =
  /^(?:\.|var|log|logs|openvswitch|keystone|cinder|qemu|kolla|containers|stdouts|upstart|apache2|httpd|screen|archive|old)$/i;

/** `sosreport-HOST-[CASE-]2026-11-21-abcdefg`, the names of sos. */
const SOSREPORT = /^sosreport-(?<host>.+?)(?:-\d{5,})?(?:-\d{4}-\d\d-\d\d-[a-z]{4,})?$/;

/**
 * Folder names that look like a host: lower case, with a digit, a domain or a role. Host names have no underscore, so
 * `boot6_debug` is none.
 */
const HOST = /^(?=.*[\d.]|(?:compute|controller|ctl|cmp|network|hypervisor|node|kvm)(?:-|$))[a-z](?:[a-z0-9.-]*[a-z0-9])?$/;

/**
 * Service and host of a log, by its name: `nova-compute@vm2.log`, or `nova-compute.log` in a folder that is named like
 * a host. A given service wins over the name; a given host wins over the folder.
 * @param path base path of the log (see `basePath`)
 * @returns undefined if the service is unknown
 */
export function nameLog(
  path: string,
  given: { readonly service?: string | undefined; readonly host?: string | undefined } = {},
  known: Services = knownServices,
): LogName | undefined {
  const container = containerOf(path);
  const [name, host] = partsOf(container ?? basename(path), known);
  const service = given.service ?? known.called(name, basename(dirname(path)));
  if (service === undefined) return undefined;
  // Folders of Kubernetes are named for pods.
  return { service, host: host ?? given.host ?? (container === undefined ? hostOfFolder(dirname(path), known) : undefined) };
}

/** Host in `SERVICE@HOST.log`. It wins over hosts in the lines. */
export const hostInName = (path: string): string | undefined => partsOf(basename(path))[1];

/** Whether a log has a name for several services: `journal.jsonl`, `journal@HOST.log`. */
export const isJournal = (path: string): boolean => partsOf(basename(path))[0] === 'journal';

/** Prefixes and suffixes of service names in units and containers, by deployment tool. */
const AROUND = /^(?:.*\/|devstack@|edpm_|tripleo_|kolla-)|(?:\.service|-container\.service|_container\.service)$/g;

/**
 * Service with this identifier in syslog, the journal or a container runtime: `nova-compute`, `nova_compute`,
 * `devstack@n-cpu.service`, `edpm_ovn_controller.service`.
 */
export function serviceOfIdent(ident: string, known: Services = knownServices): string | undefined {
  // What collects logs names the file.
  if (ident.includes('/') && /\.(?:log|txt)(?:\.\d+)?$/.test(ident)) return nameLog(ident.replace(/\.\d+$/, ''), {}, known)?.service;
  const name = ident.replace(AROUND, '').replace(/[-_]container$/, '');
  return known.called(name) ?? known.called(name.replaceAll('_', '-'));
}

/** Paths of Kubernetes: `pods/NAMESPACE_POD_UID/CONTAINER/0.log`, and links to them. */
const POD = /\/[^/_]+_[^/_]+_[^/_]+\/(?<container>[^/]+)\/\d+\.log$/;
/** paths of `oc adm must-gather` */
const MUST_GATHER = /\/pods\/[^/]+\/(?<container>[^/]+)\/[^/]+\/logs\/(?:current|previous)\.log$/;
const POD_LINK = /^[^_]+_[^_]+_(?<container>.+)-[0-9a-f]{64}\.log$/;

const containerOf = (path: string): string | undefined =>
  (POD.exec(path) ?? MUST_GATHER.exec(path) ?? POD_LINK.exec(basename(path)))?.groups?.['container'];

/** `SERVICE@HOST.log`; DevStack's copies are named `screen-SERVICE.txt`. */
function partsOf(file: string, known: Services = knownServices): readonly [name: string, host: string | undefined] {
  const bare = file.replace(/\.(?:log|txt|jsonl?)(?:\.(?:gz|xz|zst|bz2))?(?:\.txt)?$/, '').replace(/^screen-/, '');
  const at = bare.indexOf('@');
  if (at !== -1) return [bare.slice(0, at), bare.slice(at + 1) || undefined];
  const short = bare.replace(TAIL, '');
  const whole = [bare, short].find((name) => known.isCalled(name));
  if (whole !== undefined) return [whole, undefined];
  return besideHost(short, known) ?? [known.called(short) === undefined ? bare : short, undefined];
}

/** A service's name with a host's name before or after it. */
function besideHost(bare: string, known: Services): readonly [name: string, host: string] | undefined {
  for (const service of known.names) {
    const length = service.length + 1;
    if (/^[-_.]/.test(bare.slice(length - 1)) && bare.startsWith(service) && isHost(bare.slice(length)))
      return [service, bare.slice(length)];
    if (/[-_.]$/.test(bare.slice(0, 1 - length)) && bare.endsWith(service) && isHost(bare.slice(0, -length)))
      return [service, bare.slice(0, -length)];
  }
  return undefined;
}

/** Names with a digit that are no hosts: ticket numbers, dates, numbers of copies. */
const NO_HOST =
  /^(?:case|ticket|bug|lp|issue|incident|inc|sr|sf|logs?|test|tests?|run|attempt|try|copy|new|old|dump|job|build|v|r|rc|release|cell|worker|part)[-_.]?\d+(?:[-_.].*)?$|^\d|^\D{0,3}\d{4}-\d\d-\d\d/;

/**
 * A word of a host's name is a number, or begins with a letter (`c01r03n12`). A word of a random name (`29kbjv`) may
 * begin with a digit.
 */
const HOST_WORD = /^(?:\d+|[a-z][a-z\d]*)?$/;

/** Juju names machines for its model: `juju-61fe7a-default-8`. */
const JUJU = /^juju-[0-9a-f]{6}-/;

const isHost = (name: string): boolean =>
  HOST.test(name) && !NO_HOST.test(name) && (JUJU.test(name) || name.split(/[-.]/).every((word) => HOST_WORD.test(word)));

/** The nearest folder above that is not named for its contents, if it is named like a host. */
function hostOfFolder(folder: string, known: Services): string | undefined {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const name = basename(above);
    if (CONTENTS.test(name) || known.projects.includes(name.toLowerCase())) continue;
    return SOSREPORT.exec(name)?.groups?.['host'] ?? (isHost(name) ? name : undefined);
  }
  return undefined;
}
