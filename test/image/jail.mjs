// Runs the image's command as a container engine would with --read-only --cap-drop ALL --security-opt no-new-privileges: process 1 of its own
// process, mount, IPC and host name namespaces. The network is the host's (--network host).

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** $1 the root, $2 how many volumes, then FROM TO MODE of each, then the command. */
const ENTER = `
set -eu
root=$1 volumes=$2
shift 2
mount --bind "$root" "$root"
while [ "$volumes" -gt 0 ]; do
  mount --bind "$1" "$root$2"
  mount -o "remount,bind,nosuid,nodev,noexec,$3" "$root$2"
  shift 3
  volumes=$((volumes - 1))
done
mount -o remount,bind,ro "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mount -o remount,ro "$root/dev"
exec chroot "$root" "$@"
`;

/**
 * @param root the image's root, which must be able to hold the mount points of volumes
 * @param config the image's own: Env, Entrypoint, User, WorkingDir
 */
export function createJail(root, config) {
  const [uid, gid] = config.User.split(':');

  const commandOf = (command, { env = {}, volumes = [] }) => {
    for (const { to } of volumes) mkdirSync(join(root, to), { recursive: true });
    const variables = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const drop = ['--reuid', uid, '--regid', gid, '--clear-groups', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
    return [
      ['--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts', '--propagation', 'private', 'sh', '-c', ENTER, 'sh'],
      [root, String(volumes.length), ...volumes.flatMap(({ from, to, mode }) => [from, to, mode])],
      ['/usr/bin/setpriv', ...drop, '/usr/bin/env', '-i', '-C', config.WorkingDir, ...variables, ...command],
    ].flat();
  };

  return {
    /** Runs the entrypoint (or another command) to its end, and gives what it prints. */
    run: (args, { command = config.Entrypoint, ...options } = {}) =>
      execFileSync('unshare', commandOf([...command, ...args], options), {
        maxBuffer: 1 << 26,
        stdio: ['ignore', 'pipe', 'pipe'],
      }).toString(),

    /** Starts it; `pid` is its process 1 as the host counts, `ended` its exit code. */
    start(args, { command = config.Entrypoint, ...options } = {}) {
      const child = spawn('unshare', commandOf([...command, ...args], options), { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said = (said + text).slice(-20_000)));
      const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
      return {
        ended,
        said: () => said,
        get pid() {
          return Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
        },
        kill: () => child.kill('SIGKILL'),
      };
    },
  };
}
