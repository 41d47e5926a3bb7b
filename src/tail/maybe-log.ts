import { basename } from 'node:path';
import { nameLog } from './name.js';
import { basePath, isLogName } from './rotated.js';

const PACKED = String.raw`(?:\.(?:gz|xz|zst|bz2))?`;
const ROTATED = String.raw`(?:[.-]\d{1,4}|[.-]\d{4}-?\d\d-?\d\d(?:[T_-][\d:]{1,10})?)?`;

/** Files that usually hold a log though their name does not end in `.log`. Their content decides. */
const NAMES: readonly RegExp[] = [
  // rsyslog's
  new RegExp(`^(?:messages|syslog|daemon|user|debug|journal|local\\d)${ROTATED}${PACKED}$`),
  // output of commands in a sosreport: `journalctl_--no-pager_--unit_nova-compute`, `podman_logs_-t_nova_compute`
  new RegExp(`^journalctl(?:[_.-]|${PACKED}$)`),
  /^(?:docker|podman|crictl|kubectl|oc|sudo)_.*logs(?:_|$)/,
  // the end of a log that was too long for sos
  /\.tailed$/,
  // attachments of users, and logs of DevStack's CI
  new RegExp(`\\.(?:txt|out|stdout|stderr)${PACKED}$`),
];
/** Kubernetes folders hold nothing but logs. */
const FOLDERS = /\/var\/log\/(?:containers|pods)\//;

/** Whether a file may be a log, by its name. */
export const maybeLog = (path: string): boolean => {
  const name = basename(path);
  return NAMES.some((pattern) => pattern.test(name)) || FOLDERS.test(path);
};

/** Whether only the content of a file can show that it is a log of a service. */
export const isGuess = (path: string): boolean => nameLog(basePath(path)) === undefined || !isLogName(path);

/** Containers' logs that Kubernetes links to, and container output beside services' own logs. */
const SECOND = /^[^_]+_[^_]+_.+-[0-9a-f]{64}\.log/;
const STDOUTS = /\/stdouts\//;

/** Whether a log may repeat lines of services' own logs. */
export const mayRepeat = (path: string): boolean => isGuess(path) || SECOND.test(basename(path)) || STDOUTS.test(path);
