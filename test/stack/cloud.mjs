// The cloud of the stack test: what happens on its hosts, which sidecars follow them, and what their traces must be.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, ticketsOf, writeLines } from './logs.mjs';
import { traceIdOf } from './modules.mjs';
import { freePorts } from './process.mjs';
import { novaspan, sidecarOf } from './sidecar.mjs';

export const SLOW = 'compute-slow';
/** Its ovn-controller hangs, so its boot fails. */
export const HUNG = 'compute-2';
export const FAST = 'compute-fast';
/** Its backend is away at first, refuses a trace, and a boot on one of its hosts does not end. */
export const TROUBLED = 'troubled';
/** Nobody listens where it sends to. */
const CUT_OFF = 'cut-off';

/** The sidecars: which hosts they follow, and what is set besides. */
const followers = {
  one: { hosts: ['compute-1', SLOW, 'controller-4'] },
  two: { hosts: [FAST, HUNG, 'compute-3', 'compute-4'] },
  [TROUBLED]: { hosts: ['compute-5', 'compute-6'] },
  [CUT_OFF]: { hosts: ['compute-7'], settings: { queue: 1, drainTimeout: '1s' } },
};

const BUILT = /Took .* seconds to build instance/;
const FAILED = /Instance failed to spawn/;
const DELETED = /Deleted allocations for instance/;
/** Lines that tell of an action's instance and request. */
const NAMED = /Starting instance\.\.\.|Rebuilding instance|Terminating instance|Took .* seconds to build instance/;

/**
 * What happens, in the order in which a log has it. `at` is in seconds from the moment at which the sidecars are started; what ends soon
 * began in the past, and those lines are there already. `isTold` is false where no trace can come.
 */
const stories = [
  { scenario: 'rebuild-succeeds-debug', hosts: { vm: 'compute-1' }, anchor: DELETED, at: 6 },
  // Nobody records a boot of over a minute on purpose: this one is a recorded one of 8 s, slowed down.
  { scenario: 'create-succeeds-debug', hosts: { vm: SLOW }, anchor: BUILT, at: 27, until: 3, stretch: 9 },
  // Prometheus sees how much a series grew, not that it was born: the first boot makes the series of its phases, the second is seen.
  { scenario: 'create-succeeds-debug', hosts: { vm: FAST }, anchor: BUILT, at: -10 },
  { scenario: 'create-succeeds-debug', hosts: { vm: FAST }, anchor: BUILT, at: 12 },
  { scenario: 'create-fails-vif-plug-timeout-debug', hosts: { vm: HUNG }, anchor: FAILED, at: 11, stretch: 2 },
  { scenario: 'create-succeeds-eight-concurrent-info', hosts: { vm: 'compute-3' }, anchor: BUILT, at: 11, edit: withoutSomeOfOvn },
  // Two sidecars write into the same traces; the controller's part of one is told a minute after its last line.
  { scenario: 'create-succeeds-two-hosts-info', hosts: { vm: 'controller-4', vm2: 'compute-4' }, anchor: DELETED, at: -58 },
  {
    scenario: 'create-succeeds-debug',
    hosts: { vm: 'compute-5' },
    anchor: BUILT,
    at: -1200,
    until: -4,
    isTold: false,
  },
  {
    scenario: 'create-succeeds-debug',
    hosts: { vm: 'compute-6' },
    anchor: BUILT,
    at: 10,
    edit: withNul,
  },
  { scenario: 'rebuild-succeeds-info', hosts: { vm: 'compute-7' }, anchor: DELETED, at: 20, isTold: false },
];

/**
 * As where the journal limits its rate: OVN numbers its lines, so the sidecar sees that some are missing, when a few more have come. One
 * lacks before Prometheus looks, one while it does.
 */
function withoutSomeOfOvn(lines) {
  const own = lines.filter(({ log }) => log.startsWith('ovn-controller'));
  const left = [own.find(({ text }) => text.includes('Releasing lport')), own.filter(({ text }) => text.includes('pinctrl')).at(-10)];
  return lines.filter((line) => !left.includes(line));
}

/** As in a file that was emptied while its service went on at the old offset. */
function withNul(lines) {
  const last = lines.findLast(({ log }) => log.startsWith('neutron-server'));
  return lines.map((line) => (line === last ? { ...line, text: `${'\0'.repeat(512)}${line.text}` } : line));
}

/**
 * Prepares the cloud; nothing happens yet.
 *
 * @param folder where logs and state go
 * @param endpoints where the sidecars send their traces: `usual`, and `troubled` for the troubled one
 */
export async function createCloud({ folder, endpoints }) {
  const [closed] = await freePorts(1);
  const others = { [TROUBLED]: endpoints.troubled, [CUT_OFF]: `http://127.0.0.1:${closed}` };
  const sidecars = {};
  for (const [name, { settings }] of Object.entries(followers)) {
    const logs = join(folder, `logs-${name}`);
    mkdirSync(logs, { recursive: true });
    sidecars[name] = await sidecarOf({ name, logs, folder, endpoint: others[name] ?? endpoints.usual, settings });
  }
  const sidecarOfHost = (host) => sidecars[Object.keys(followers).find((name) => followers[name].hosts.includes(host))];
  const folderOf = (log) => sidecarOfHost(/@(.*)\.log$/.exec(log)[1]).logs;
  let told = [];
  let writing = [];
  let replays;

  const tickets = (host) =>
    told
      .filter(({ hosts, isTold = true }) => isTold && (host === undefined || Object.values(hosts).includes(host)))
      .flatMap(({ lines }) => ticketsOf(lines, NAMED));

  return {
    sidecars,
    sidecarOf: sidecarOfHost,

    /** The time begins: what is past is written, the sidecars start, and the rest is written when it is due. */
    async begin() {
      const now = Date.now();
      const serials = new Map();
      told = stories.map((story) => ({ ...story, lines: linesOf(story, { now, serials }) }));
      writing = told.map(({ lines }) => writeLines(lines, folderOf));
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.start()));
    },

    /** @returns instance and request of the actions that must come; those of one host where it is given */
    tickets,

    /** @returns the ids of their traces */
    traceIds: (host) => tickets(host).map(({ instance, request }) => traceIdOf(instance, request)),

    /** @returns what `replay` makes of the files of each sidecar when all is written: OTLP JSON, a line for each trace or part of one */
    replayed() {
      replays ??= Promise.all(writing.map(({ done }) => done)).then(async () => {
        const all = Object.values(sidecars).map(({ logs }) => novaspan('replay', '--format', 'otlp', '--timezone', 'UTC', logs));
        return (await Promise.all(all)).join('').trim().split('\n');
      });
      return replays;
    },

    /** What the sidecars said last, for whoever looks for a fault. */
    logs: () => Object.values(sidecars).map(({ name, log }) => ({ name: `novaspan tail (${name})`, log })),

    async stop() {
      for (const { stop } of writing) stop();
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.stop()));
    },
  };
}
