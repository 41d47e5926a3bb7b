// What goes wrong, when, and what is done: each as it happens in a fleet, by the process or the cable.
import { setTimeout as delay } from 'node:timers/promises';

/** Seconds after the first line. */
const FULL = { gateway: 30, broker: 60, network: 70, restart: 140, away: 20, brokerAway: 30, cut: 60 };
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

/** Runs them at their times. @returns each with `from` and `to` (ms since 1970) and what was `done` */
export function strike(faults, startsAt) {
  return Promise.all(
    faults.map(async ({ name, at, hosts, run }) => {
      await delay(Math.max(0, startsAt + at * 1000 - Date.now()));
      const from = Date.now();
      const done = await run();
      return { name, hosts, done, from, to: Date.now() };
    }),
  );
}
