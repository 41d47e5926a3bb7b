// Hosts as network namespaces on one bridge: a network of its own, which nothing leaves. Removed at the end, whatever the end is.
import { execFileSync } from 'node:child_process';
import { Skip } from '../stack/skip.mjs';

const MOST_HOSTS = 24;
const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const quietly = (...args) => {
  try {
    return ip(...args);
  } catch {
    return '';
  }
};

/**
 * Makes a host of each name. The test itself is on the bridge, as `gateway`.
 *
 * @returns `of(name)`: address and namespace of a host; `command(name, ...argv)`: what starts a program on it; `cut` and `mend`: its cable; `remove`
 */
export function createNetwork(names) {
  if (names.length > MOST_HOSTS) throw new Error(`${names.length} hosts are more than ${MOST_HOSTS}`);
  const run = process.pid.toString(36);
  const bridge = `nvf${run}`;
  const subnet = `10.213.${process.pid % 250}`;
  const hosts = new Map(
    names.map((name, n) => [name, { name, namespace: `nvf${run}-${name}`, link: `nv${run}n${n}`, address: `${subnet}.${n + 10}` }]),
  );

  const remove = () => {
    for (const { namespace, link } of hosts.values()) {
      // What a program of ours left behind there: nobody else can be in it.
      for (const pid of quietly('netns', 'pids', namespace).split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      quietly('link', 'del', link);
      quietly('netns', 'del', namespace);
    }
    quietly('link', 'del', bridge);
  };

  process.on('exit', remove);
  try {
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('address', 'add', `${subnet}.1/24`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    for (const { namespace, link, address } of hosts.values()) {
      ip('netns', 'add', namespace);
      ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('link', 'set', link, 'master', bridge, 'up');
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
  } catch (error) {
    remove();
    throw new Skip(`no network namespaces can be made here: ${String(error.stderr || error.message).trim()}`);
  }

  const of = (name) => hosts.get(name);
  return {
    here: `${subnet}.1`,
    of,
    command: (name, ...argv) => ['ip', 'netns', 'exec', of(name).namespace, ...argv],
    cut: (name) => ip('link', 'set', of(name).link, 'down'),
    mend: (name) => ip('link', 'set', of(name).link, 'up'),
    remove,
  };
}
