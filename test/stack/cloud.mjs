// The cloud of the stack test: what happens on its hosts, which sidecar follows them, and what their traces must be.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, ticketsOf, writeLines } from './logs.mjs';
import { novaspan, sidecarOf } from './sidecar.mjs';

const BUILT = /Took .* seconds to build instance/;
const FAILED = /Instance failed to spawn/;
const DELETED = /Deleted allocations for instance/;
const NAMED = /Starting instance\.\.\.|Rebuilding instance|Terminating instance|Took .* seconds to build instance/;

const TRACE_ID = /^trace id +([0-9a-f]{32})$/m;

export const SLOW = 'compute-slow';
export const FAST = 'compute-fast';

/** Seconds are from the moment at which the sidecars are started. What ends soon began in the past: its first lines are there already. */
const stories = [
  { sidecar: 'one', scenario: 'rebuild-succeeds-debug', hosts: { vm: 'compute-1' }, anchor: DELETED, at: 3 },
  // Nobody records boots of over a minute on purpose: this one is a recorded one of 8 s, slowed down.
  { sidecar: 'one', scenario: 'create-succeeds-debug', hosts: { vm: SLOW }, anchor: BUILT, at: 24, until: 3, stretch: 9 },
  { sidecar: 'two', scenario: 'create-succeeds-debug', hosts: { vm: FAST }, anchor: BUILT, at: 9 },
  { sidecar: 'two', scenario: 'create-fails-vif-plug-timeout-debug', hosts: { vm: 'compute-2' }, anchor: FAILED, at: 8 },
  { sidecar: 'two', scenario: 'create-succeeds-eight-concurrent-info', hosts: { vm: 'compute-3' }, anchor: BUILT, at: 8 },
];

/**
 * Prepares the cloud; nothing happens yet.
 *
 * @param folder where logs and state go
 * @param endpoint where the sidecars send traces
 */
export async function createCloud({ folder, endpoint }) {
  const names = [...new Set(stories.map(({ sidecar }) => sidecar))];
  const sidecars = {};
  for (const name of names) {
    const logs = join(folder, `logs-${name}`);
    mkdirSync(logs, { recursive: true });
    sidecars[name] = await sidecarOf({ name, logs, folder, endpoint });
  }
  let told = [];
  let writing = [];

  return {
    sidecars,

    /** The time begins: what is past is written, the sidecars start, and the rest is written when it is due. */
    async begin() {
      const now = Date.now();
      told = stories.map((story) => ({ ...story, lines: linesOf(story, now) }));
      writing = told.map(({ sidecar, lines }) => writeLines(sidecars[sidecar].logs, lines));
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.start()));
    },

    /** Settled when the last line is written. */
    written: () => Promise.all(writing.map(({ done }) => done)),

    /** @returns the sidecar that follows a host's logs */
    sidecarOf: (host) => sidecars[stories.find(({ hosts }) => Object.values(hosts).includes(host)).sidecar],

    /** @returns the trace ids of a host's actions as `novaspan trace-id` tells them from a ticket; of all hosts where none is given */
    async traceIds(host) {
      const own = told.filter(({ hosts }) => host === undefined || Object.values(hosts).includes(host));
      const tickets = own.flatMap(({ lines }) => ticketsOf(lines, NAMED));
      return Promise.all(tickets.map(async ({ instance, request }) => TRACE_ID.exec(await novaspan('trace-id', instance, request))[1]));
    },

    /** @returns what `replay` makes of the same files: OTLP JSON, a line for each trace */
    async replayed() {
      const all = await Promise.all(
        Object.values(sidecars).map(({ logs }) => novaspan('replay', '--format', 'otlp', '--timezone', 'UTC', logs)),
      );
      return all.join('').trim().split('\n');
    },

    /** @returns what the sidecars said last, for whoever looks for a fault */
    log: () =>
      Object.values(sidecars)
        .map((sidecar) => `novaspan tail (${sidecar.name}):\n${sidecar.log()}`)
        .join('\n'),

    async stop() {
      for (const { stop } of writing) stop();
      await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.stop()));
    },
  };
}
