// What goes wrong, when, and what is done: each as it happens in a fleet, by the process or the cable.
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../stack/eventually.mjs';
import { PATIENCE_MS } from './patience.mjs';

/** Seconds after the first line: one after the other. */
const FULL = { gateway: 15, broker: 42, network: 85, restart: 155, away: 20, brokerAway: 30, cut: 60 };
const SHORT = { gateway: 15, network: 32, restart: 50, away: 12, cut: 12 };

/**
 * @returns the faults in their order: `name`, `at` (seconds), `hosts` that feel it, and `run`, which gives what was done in a sentence
 */
export function faultsOf({ fleet, shape, isShort }) {
  const when = isShort ? SHORT : FULL;
  const { hosts, gateways, kafka, network, sidecars } = fleet;
  const gateway = gateways.at(-1);
  const cut = shape.computes[isShort ? 0 : 2];
  const faults = [
    {
      name: 'a gateway killed',
      at: when.gateway,
      hosts,
      async run() {
        await gateway.kill();
        await delay(when.away * 1000);
        await gateway.start();
        return `${gateway.host} by SIGKILL, started again after ${when.away} s`;
      },
    },
    {
      name: 'a broker stopped',
      at: when.broker,
      hosts,
      async run() {
        const broker = shape.brokers[1];
        await kafka.stop(broker);
        await delay(when.brokerAway * 1000);
        await kafka.start(broker);
        return `${broker} by SIGTERM, started again after ${when.brokerAway} s`;
      },
    },
    {
      name: 'the network of a host cut',
      at: when.network,
      hosts: [cut],
      async run() {
        network.cut(cut);
        await delay(when.cut * 1000);
        network.mend(cut);
        return `${cut} for ${when.cut} s`;
      },
    },
    {
      name: 'all sidecars restarted',
      at: when.restart,
      hosts,
      async run() {
        for (const sidecar of sidecars) await sidecar.restart();
        return `${sidecars.length} of them, one after the other, by SIGTERM`;
      },
    },
  ];
  return faults.filter(({ at }) => at !== undefined);
}

/**
 * Runs them at their times.
 *
 * @param counts gives counters by name; of each fault it is said by how much they grew
 * @returns each with `from` and `to` (ms since 1970), what was `done`, and `counts`
 */
export function runFaults(faults, startsAt, counts) {
  return Promise.all(
    faults.map(async ({ name, at, hosts, run }) => {
      await delay(Math.max(0, startsAt + at * 1000 - Date.now()));
      const before = await counts();
      const from = Date.now();
      const done = await run();
      const to = Date.now();
      // The network that was cut takes a moment.
      const after = await eventually('the counters', counts, PATIENCE_MS);
      return { name, hosts, done, from, to, counts: Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]])) };
    }),
  );
}
