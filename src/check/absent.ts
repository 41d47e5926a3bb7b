import { basename } from 'node:path';
import type { Fault } from '../tail/discover.js';
import type { Problem } from './report.js';

/** Folder names and the service that logs there. A missing folder may mean that the service runs on another host. */
const WRITERS: ReadonlyMap<string, string> = new Map([
  ['nova', 'nova-compute'],
  ['neutron', 'neutron'],
  ['openvswitch', 'ovs-vswitchd'],
  ['ovn', 'ovn-controller'],
  ['placement', 'placement'],
  ['glance', 'glance'],
]);

const ELSEWHERE = 'services in containers log elsewhere, such as to /var/log/kolla, /var/log/containers or the journal (journal:)';

/** `/var/log/nova (is nova-compute on this host?)` */
function withHint({ path }: Fault): string {
  const writer = WRITERS.get(basename(path));
  return writer === undefined ? path : `${path} (is ${writer} on this host?)`;
}

const both = (faults: readonly Fault[]) => ({
  missing: faults.filter(({ isEmpty }) => !isEmpty).map(withHint),
  empty: faults.filter(({ isEmpty }) => isEmpty).map(withHint),
});

/** Missing paths as notes, for use where other logs were read: those services may run on other hosts. */
export function absentNotes(faults: readonly Fault[]): string[] {
  const { missing, empty } = both(faults);
  const later = 'tail looks for them at every poll';
  return [
    ...(missing.length === 0 ? [] : [`not there: ${missing.join(', ')}; ${later}`]),
    ...(empty.length === 0 ? [] : [`folder without a log: ${empty.join(', ')}; ${later}`]),
  ];
}

/** Missing or empty paths as problems, for use where no other log was read. */
export function absentProblems(faults: readonly Fault[], config: string | undefined): Problem[] {
  const { missing, empty } = both(faults);
  const remedy = (toDo: string): string =>
    config === undefined ? toDo : `${toDo}, in ${config}; or wait until they log: tail looks for them at every poll`;
  const problem = (what: string, why: string, toDo: string): Problem => ({ about: 'unreadable', what, why: [why], remedy: remedy(toDo) });
  return [
    ...(missing.length === 0
      ? []
      : [
          problem(
            `not there: ${missing.join(', ')}`,
            'there is no such file or folder on this machine',
            `give the path where this machine has its logs (${ELSEWHERE})`,
          ),
        ]),
    ...(empty.length === 0
      ? []
      : [
          problem(
            `no log in ${empty.join(', ')}`,
            'no file there has the name of a log (nova-compute.log or SERVICE@HOST.log), or the service has not logged yet',
            `name the folder that holds the logs, or a file by its path and its writer with --service (${ELSEWHERE})`,
          ),
        ]),
  ];
}
