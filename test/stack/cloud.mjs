// The cloud of the stack test: what happens on its hosts, which sidecars follow them, and what their traces must be.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, ticketsOf, writeLines } from './logs.mjs';
import { novaspan, sidecarOf } from './sidecar.mjs';

export const SLOW = 'compute-slow';
export const FAST = 'compute-fast';
/** Its backend refuses its first trace, and a boot on it does not end. */
export const TROUBLED = 'troubled';

/** Which sidecar follows which hosts. */
const followers = {
  one: ['compute-1', SLOW, 'controller-4'],
  two: [FAST, 'compute-2', 'compute-3', 'compute-4'],
  [TROUBLED]: ['compute-5', 'compute-6'],
};

const BUILT = /Took .* seconds to build instance/;
const FAILED = /Instance failed to spawn/;
const DELETED = /Deleted allocations for instance/;
/** Lines that tell of an action's instance and request. */
const NAMED = /Starting instance\.\.\.|Rebuilding instance|Terminating instance|Took .* seconds to build instance/;
const TRACE_ID = /^trace id +([0-9a-f]{32})$/m;

/**
 * What happens. `at` is in seconds from the moment at which the sidecars are started; what ends soon began in the past, and those lines are
 * there already.
 */
const stories = [
  { scenario: 'rebuild-succeeds-debug', hosts: { vm: 'compute-1' }, anchor: DELETED, at: 3 },
  // Nobody records a boot of over a minute on purpose: this one is a recorded one of 8 s, slowed down.
  { scenario: 'create-succeeds-debug', hosts: { vm: SLOW }, anchor: BUILT, at: 24, until: 3, stretch: 9 },
  { scenario: 'create-succeeds-debug', hosts: { vm: FAST }, anchor: BUILT, at: 9 },
  { scenario: 'create-fails-vif-plug-timeout-debug', hosts: { vm: 'compute-2' }, anchor: FAILED, at: 8 },
  { scenario: 'create-succeeds-eight-concurrent-info', hosts: { vm: 'compute-3' }, anchor: BUILT, at: 8 },
  // Two sidecars write into the same traces; the controller's part of one is told a minute after its last line.
  { scenario: 'create-succeeds-two-hosts-info', hosts: { vm: 'controller-4', vm2: 'compute-4' }, anchor: DELETED, at: -58 },
  { scenario: 'create-succeeds-debug', hosts: { vm: 'compute-5' }, anchor: BUILT, at: -1200, until: -4, isOpen: true },
  { scenario: 'create-succeeds-debug', hosts: { vm: 'compute-6' }, anchor: BUILT, at: 7, edit: withoutSomeOfOvs },
];

/** As where the journal limits its rate: OVS numbers its lines, so the sidecar sees that some are missing. */
function withoutSomeOfOvs(lines) {
  const own = lines.filter(({ log }) => log.startsWith('ovs-vswitchd'));
  const left = new Set(own.slice(1, 3));
  return lines.filter((line) => !left.has(line));
}

/**
 * Prepares the cloud; nothing happens yet.
 *
 * @param folder where logs and state go
 * @param endpoint where the sidecars send their traces; `troubledEndpoint` where the troubled one does
 */
export async function createCloud({ folder, endpoint, troubledEndpoint }) {
  const sidecars = {};
  for (const name of Object.keys(followers)) {
    const logs = join(folder, `logs-${name}`);
    mkdirSync(logs, { recursive: true });
    sidecars[name] = await sidecarOf({ name, logs, folder, endpoint: name === TROUBLED ? troubledEndpoint : endpoint });
  }
  const sidecarOfHost = (host) => sidecars[Object.keys(followers).find((name) => followers[name].includes(host))];
  const folderOf = (log) => sidecarOfHost(/@(.*)\.log$/.exec(log)[1]).logs;
  let told = [];
  let writing = [];

  const tickets = (host) =>
    told
      .filter(({ hosts, isOpen }) => !isOpen && (host === undefined || Object.values(hosts).includes(host)))
      .flatMap(({ lines }) => ticketsOf(lines, NAMED));

  return {
    sidecars,
    sidecarOf: sidecarOfHost,

    /** The time begins: what is past is written, the sidecars start, and the rest is written when it is due. */
    async begin() {
      const now = Date.now();
      told = stories.map((story) => ({ ...story, lines: linesOf(story, now) }));
      writing = told.map(({ lines }) => writeLines(lines, folderOf));
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.start()));
    },

    /** Settled when the last line is written. */
    written: () => Promise.all(writing.map(({ done }) => done)),

    /** @returns instance and request of the actions that must come; those of one host where it is given */
    tickets,

    /** @returns the ids of their traces, as `novaspan trace-id` tells them */
    async traceIds(host) {
      const all = tickets(host).map(({ instance, request }) => novaspan('trace-id', instance, request));
      return (await Promise.all(all)).map((said) => TRACE_ID.exec(said)[1]);
    },

    /** @returns what `replay` makes of the files of each sidecar: OTLP JSON, a line for each trace or part of one */
    async replayed() {
      const all = Object.values(sidecars).map(({ logs }) => novaspan('replay', '--format', 'otlp', '--timezone', 'UTC', logs));
      return (await Promise.all(all)).join('').trim().split('\n');
    },

    /** What the sidecars said last, for whoever looks for a fault. */
    logs: () => Object.values(sidecars).map(({ name, log }) => ({ name: `novaspan tail (${name})`, log })),

    async stop() {
      for (const { stop } of writing) stop();
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.stop()));
    },
  };
}
