// What happens in the fleet: recorded scenarios of test/golden, moved to now, spread over its hosts. Nothing is invented but
// which host writes a log, new ids, and the clock of one host.
import { join } from 'node:path';
import { readRecording, relive } from '../../demo/relive.mjs';

const GOLDEN = new URL('../golden/', import.meta.url).pathname;

/** Who runs on a compute node, and on a gateway; all others are a controller's. */
const ON_COMPUTES = new Set(['nova-compute', 'ovn-controller', 'ovs-vswitchd', 'neutron-ovn-metadata-agent', 'neutron-openvswitch-agent']);
const ON_GATEWAYS = new Set(['neutron-dhcp-agent']);
const PAUSE_MS = 4000;

const boot = 'create-succeeds-debug';
const boots = (count) => Array.from({ length: count }, (_, n) => (n % 3 === 1 ? 'create-succeeds-info' : boot));

const ovsBoots = [
  'create-succeeds-ml2-ovs-hybrid-debug',
  'create-succeeds-ml2-ovs-hybrid-info',
  'create-succeeds-ml2-ovs-native-firewall-info',
];

/** Computes in the order in which a recording has them, controller and gateway, and what happens there one after the other. */
const FULL = [
  {
    on: ['cmp1'],
    controller: 'ctl1',
    gateway: 'gw2',
    scenarios: [boot, 'rebuild-succeeds-debug', 'delete-succeeds-info', 'reboot-succeeds-soft-debug', ...boots(2), ...ovsBoots],
  },
  {
    on: ['cmp2'],
    controller: 'ctl2',
    scenarios: ['create-succeeds-eight-concurrent-info', boot, 'create-fails-vif-plug-timeout-debug', ...boots(3)],
  },
  { on: ['cmp3'], controller: 'ctl3', gateway: 'gw1', scenarios: [...boots(5), ...ovsBoots, boot, ...ovsBoots] },
  {
    on: ['cmp4', 'cmp6'],
    controller: 'ctl1',
    scenarios: ['create-succeeds-two-hosts-info', 'create-rescheduled-succeeds-info', 'resize-succeeds-two-hosts-reverted-debug', boot],
  },
  { on: ['cmp5'], controller: 'ctl2', scenarios: [...boots(5), 'create-succeeds-eight-concurrent-info'] },
  {
    on: ['cmp7', 'cmp8'],
    controller: 'ctl3',
    scenarios: ['live-migration-succeeds-there-and-back-debug', 'create-rescheduled-succeeds-debug', 'create-succeeds-two-hosts-info'],
  },
];
const SHORT = [
  { on: ['cmp1'], controller: 'ctl1', gateway: 'gw1', scenarios: ['create-succeeds-eight-concurrent-info', ovsBoots[0], boot] },
  { on: ['cmp2'], controller: 'ctl1', gateway: 'gw2', scenarios: [...boots(2), ovsBoots[1], boot] },
];

export const storiesOf = (isShort) => (isShort ? SHORT : FULL);

/**
 * The lines of all logs of all hosts.
 *
 * @param startsAt when it begins, ms since 1970
 * @param skewed a host whose clock is ahead, and by how many milliseconds
 * @returns lines in the order in which they are written: `host`, `log` (a file name), `due` (ms since 1970), `text`
 */
export function linesOf(stories, { startsAt, skewed, salt = String(startsAt) }) {
  const serials = [new Map(), new Map()];
  return stories
    .flatMap(({ on, controller, gateway, scenarios }, n) => {
      let at = startsAt + n * 700;
      return scenarios.flatMap((scenario, m) => {
        const recording = readRecording(join(GOLDEN, scenario));
        const own = { on, controller, gateway, recording, startsAt: at, skewed, salt: `${salt}/${n}/${m}/${scenario}`, serials };
        at += recording.to - recording.from + PAUSE_MS;
        return placed(own);
      });
    })
    .sort((a, b) => a.due - b.due);
}

function placed({ on, controller, gateway, recording, startsAt, skewed, salt, serials }) {
  const recorded = [...new Set(recording.lines.map(({ log }) => /^nova-compute@(.*)\.log$/.exec(log)?.[1]).filter(Boolean))].sort();
  const computes = new Map(recorded.map((name, n) => [name, on[n % on.length]]));
  const of = (log) => {
    const [, service, host] = /^(.*)@(.*)\.log$/.exec(log);
    const here = ON_COMPUTES.has(service) ? computes.get(host) : ON_GATEWAYS.has(service) ? gateway : controller;
    return { host: here, log: `${service}@${here}.log` };
  };
  const renamed = (text) => {
    let all = text;
    for (const [from, to] of computes) all = all.replace(new RegExp(`(?<![\\w.-])${from}(?![\\w.-])`, 'g'), to);
    return all;
  };
  // Twice with the same ids: as it was, and as a clock that is ahead would have it.
  const right = relive(recording, { startsAt, salt, serials: keyed(serials[0], on, controller) });
  const ahead = relive(recording, { startsAt: startsAt + skewed.ms, salt, serials: keyed(serials[1], on, controller) });
  return right.map((line, n) => {
    const at = of(line.log);
    return { ...at, due: line.due, text: renamed(at.host === skewed.host ? ahead[n].text : line.text) };
  });
}

/** OVS and OVN number their lines per host: the numbers go on from story to story. */
function keyed(all, on, controller) {
  const key = [...on, controller].join();
  const own = all.get(key) ?? new Map();
  all.set(key, own);
  return own;
}
