import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GOLDEN } from '../support/scenario.js';

const DIR = join(GOLDEN, 'create-succeeds-debug');
export const ROOT = 'sosreport-vm-01234567-2026-11-21-abcdefg';

/** Where packages put a service's log, by how its name begins. */
const FOLDERS = { nova: 'nova', neutron: 'neutron', ovn: 'ovn', ovs: 'openvswitch', placement: 'placement', glance: 'glance' } as const;

const services = readdirSync(DIR).flatMap((file) => /^(.+)@vm\.log$/.exec(file)?.[1] ?? []);
const logOf = (service: string): string => readFileSync(join(DIR, `${service}@vm.log`), 'utf8');
const STAMP = /^2026-11-21[ T]((\d\d:\d\d:\d\d)\.\d+)/;

/** What rsyslog makes of all services' lines, behind those of others. */
export function messages(host = 'vm', only = services): string {
  const lines = only.flatMap((service) =>
    logOf(service)
      .split('\n')
      .flatMap((line) => {
        const [, at = '', second] = STAMP.exec(line) ?? [];
        return second === undefined ? [] : [{ at, text: `Nov 21 ${second} ${host} ${service}[77]: ${line}` }];
      }),
  );
  lines.sort((a, b) => (a.at < b.at ? -1 : 1));
  const noise = Array.from(
    { length: 30 },
    (_, i) => `Nov 21 01:00:${String(i).padStart(2, '0')} ${host} systemd[1]: Started Session ${i} of user root.`,
  );
  return `${[...noise, ...lines.map(({ text }) => text)].join('\n')}\n`;
}

/** What `podman logs -t` prints of a service. */
const podman = (service: string): string =>
  logOf(service)
    .split('\n')
    .flatMap((line) => (STAMP.test(line) ? [`${line.slice(0, 10)}T${line.slice(11, 19)}.999999999Z ${line}\n`] : []))
    .join('');

type Files = Readonly<Record<string, string>>;

/** A sosreport with many files that are no logs. A text that begins with `-> ` is a link. */
export const bare: Files = {
  ...Object.fromEntries(
    services.map((service) => [`var/log/${FOLDERS[service.split('-')[0] as keyof typeof FOLDERS]}/${service}.log`, logOf(service)]),
  ),
  hostname: 'vm\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
  'etc/localtime': '-> ../usr/share/zoneinfo/Etc/UTC',
  'proc/meminfo': 'MemTotal: 1 kB\n',
  'sos_commands/process/ps_auxwww': 'USER PID\nroot 1\n',
  'sos_commands/date/date': 'Sat Nov 21 02:00:00 UTC 2026\n',
  'version.txt': 'sosreport: 4.5.0\n',
  'var/log/dnf.log': '2026-11-21T00:00:00+0000 INFO --- logging initialized ---\n',
};

/** The lines of the same services, as others keep them. */
export const copies: Files = {
  'var/log/messages': messages(),
  'var/log/syslog.1': messages(),
  'sos_commands/logs/journalctl_--no-pager_--unit_nova-compute': `-- Logs begin at Fri 2026-11-20 UTC, end at Sat 2026-11-21 UTC. --\n${messages('vm', ['nova-compute'])}`,
  'sos_commands/systemd/journalctl_--list-boots': ' 0 3f9c Fri 2026-11-20 10:00:00 UTC—Sat 2026-11-21 10:00:00 UTC\n',
  'sos_strings/nova/var.log.nova.nova-compute.log.tailed': logOf('nova-compute'),
  ...Object.fromEntries(
    services.map((service) => [`sos_commands/podman/containers/podman_logs_-t_${service.replaceAll('-', '_')}`, podman(service)]),
  ),
};

export function writeTree(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), path);
    else writeFileSync(path, text);
  }
}
