// A clean Debian as a folder, made from Debian's own archive, and what a test asks of it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, isThere } from '../../packaging/common.mjs';

const ENV = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
/** $1 is the root. Its own mounts, of which nothing stays. */
const ENTER = 'mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" && exec chroot "$@"';

/** Written by dpkg, apt, rpm, dnf and the programs that make users, whatever package is installed. */
const NOT_OURS = [
  /^\/var\/lib\/dpkg\//,
  /^\/var\/lib\/apt\//,
  /^\/var\/cache\/(?:apt|debconf)\//,
  /^\/var\/log\/(?:dpkg\.log$|apt(?:\/|$))/,
  /^\/etc\/(?:passwd|group|shadow|gshadow)-$/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/(?:root\/\.rpmdb|var\/lib\/dnf|var\/cache\/dnf)(?:\/|$)/,
  /^\/var\/log\/(?:dnf\..*log|hawkey\.log)$/,
  // Made anew by ldconfig when a library comes or goes.
  /^\/(?:etc\/ld\.so\.cache|var\/cache\/ldconfig\/aux-cache)$/,
  // Of systemctl and systemd-analyze themselves.
  /^\/run\/systemd(?:\/|$)/,
  /^\/(?:dev|proc|tmp)\//,
];

/** Why there can be no such root here, or undefined. */
export function missing() {
  if (process.getuid() !== 0) return 'this needs root';
  for (const program of ['apt-get', 'mmdebstrap', 'unshare', 'chroot', 'tar']) if (!isThere(program)) return `this needs ${program}`;
  if (spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status !== 0)
    return 'this needs mounts of its own (unshare --mount)';
  return undefined;
}

/**
 * Unpacks Debian bookworm, minbase, into a folder. The archive is asked once.
 *
 * @param packages what is installed besides
 */
export function makeRoot(folder, packages, say) {
  const tar = join(CACHE, `bookworm${packages.map((name) => `-${name}`).join('')}.tar`);
  if (!existsSync(tar)) {
    say(`unpacking Debian bookworm${packages.map((name) => ` + ${name}`).join('')} into ${CACHE} (once; a minute or two)`);
    mkdirSync(CACHE, { recursive: true });
    const made = `${tar}.${process.pid}.tar`;
    const include = packages.length > 0 ? [`--include=${packages.join(',')}`] : [];
    // Else the package usrmerge makes the links of /bin and /lib, and all of Perl comes with it.
    const merged = '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr';
    execFileSync('nice', ['mmdebstrap', '--quiet', '--variant=minbase', ...include, merged, 'bookworm', made], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    renameSync(made, tar);
  }
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['--extract', '--file', tar, '--directory', folder, '--xattrs', '--xattrs-include=*']);
  return rootAt(folder);
}

function rootAt(folder) {
  const commandOf = (args, env) => [
    ...['--mount', '--propagation', 'private', 'sh', '-ec', ENTER, 'sh', folder],
    ...['/usr/bin/env', '--ignore-environment', ...ENV, ...env, ...args],
  ];
  return {
    at: (path) => join(folder, path),
    /** Runs a command as root to its end and gives what it prints, of both streams. */
    run(...args) {
      try {
        return execFileSync('unshare', commandOf(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...args], []), {
          encoding: 'utf8',
          maxBuffer: 1 << 27,
        });
      } catch (error) {
        throw new Error(`${args.join(' ')} ended with ${error.status}:\n${error.stdout}${error.stderr}`);
      }
    },
    /** Standard output alone. */
    output: (...args) =>
      execFileSync('unshare', commandOf(args, []), { encoding: 'utf8', maxBuffer: 1 << 27, stdio: ['ignore', 'pipe', 'ignore'] }),
    start: (args, env) => spawn('unshare', commandOf(args, env), { stdio: ['ignore', 'pipe', 'pipe'] }),
    /** Every file with its kind, mode, owner and content; ACLs where the root can show them. */
    files() {
      const found = new Map();
      const walk = (path) => {
        for (const name of readdirSync(join(folder, path))) {
          const child = `${path}/${name}`;
          const stat = lstatSync(join(folder, child));
          if (NOT_OURS.some((form) => form.test(child))) continue;
          found.set(child, [stat.mode.toString(8), stat.uid, stat.gid, contentOf(join(folder, child), stat)].join(' '));
          if (stat.isDirectory() && !['/dev', '/proc'].includes(child)) walk(child);
        }
      };
      walk('');
      if (existsSync(join(folder, 'usr/bin/getfacl'))) {
        const acls = this.output('getfacl', '--recursive', '--absolute-names', '--numeric', '--skip-base', '/var', '/etc');
        for (const acl of acls.split('\n\n').filter(Boolean)) found.set(`ACL of ${acl.split('\n')[0]}`, acl);
      }
      return found;
    },
  };
}

function contentOf(path, stat) {
  if (stat.isSymbolicLink()) return readlinkSync(path);
  // Logs grow as the test goes on.
  return stat.isFile() && !path.includes('/var/log/') ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

/** Prints what a test sees, and ends it at the first thing that is not so. */
export function reporter(name) {
  const say = (text) => console.log(`${name}: ${text}`);
  const ok = (is, what) => {
    assert.ok(is, `not so: ${what}`);
    say(`ok: ${what}`);
  };
  return { say, ok };
}

/** What two lists of files differ in, a line each. */
export function differences(before, after) {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path) ?? 'not there'} -> ${after.get(path) ?? 'not there'}`);
}
