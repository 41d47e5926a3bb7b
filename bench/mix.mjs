// Logs as clouds have them: mostly noise (noise.mjs), and now and then an action. The noise is that of the recording; the actions are
// the recorded scenarios of test/golden, whole, one after another, each with ids of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { copy, createFolder, PERIOD_MS, recordings, recordsOf, template } from './generate.mjs';
import { changingRequests, isAgentNoise, isApiNoise, isComputeNoise, quietPart } from './noise.mjs';

const GOLDEN = new URL('../test/golden/', import.meta.url).pathname;

const COMPUTE = ['nova-compute', 'neutron-ovn-metadata-agent', 'ovn-controller', 'ovs-vswitchd'];
const CONTROLLER = ['neutron-server', 'nova-api', 'nova-conductor', 'nova-scheduler', 'placement-api'];

const AT_DEBUG = [
  'create-succeeds-debug',
  'stop-succeeds-guest-ignores-acpi-debug',
  'rebuild-succeeds-debug',
  'create-image-succeeds-rescue-unrescue-debug',
  'resize-succeeds-confirm-revert-same-host-debug',
  'delete-succeeds-eight-concurrent-debug',
  'reboot-succeeds-soft-becomes-hard-debug',
];
const AT_INFO = [
  'create-succeeds-info',
  'pause-succeeds-unpause-suspend-resume-info',
  'rebuild-succeeds-info',
  'delete-succeeds-info',
  'shelve-succeeds-offloaded-at-once-unshelve-info',
  'stop-succeeds-graceful-start-info',
  'attach-volume-succeeds-detach-info',
  'reboot-succeeds-soft-info',
];

/** Each is a share of actions: how many bytes are written for one, noise included. */
export const MIXES = {
  'mix-debug': { services: COMPUTE, scenarios: AT_DEBUG, level: 'DEBUG', bytesPerAction: 1_000_000 },
  'mix-info': { services: COMPUTE, scenarios: AT_INFO, level: 'INFO', bytesPerAction: 20_000 },
  'cloud-info': { services: [...COMPUTE, ...CONTROLLER, 'glance-api'], scenarios: AT_INFO, level: 'INFO', bytesPerAction: 20_000 },
  controller: { services: CONTROLLER, scenarios: AT_DEBUG, level: 'DEBUG', bytesPerAction: 2_000_000 },
};

/** Names of actions, as the expected traces begin them; the second trace of a boot has no outcome. */
const ACTION = /^\S+ \S+ {2}[0-9a-f]{8}-/gm;

const serviceOf = (file) => file.replace(/@.*/, '');
const cut = (records) => records.map(({ at, text }) => ({ at, parts: template(text), bytes: Buffer.byteLength(text) }));
const bytesOf = (files) => files.reduce((sum, [, records]) => sum + records.reduce((each, { bytes }) => each + bytes, 0), 0);

function scenario(name, services) {
  const folder = `${GOLDEN}${name}/`;
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.log') && services.includes(serviceOf(file)))
    .map((file) => [`${serviceOf(file)}@vm.log`, cut(recordsOf(readFileSync(folder + file, 'utf8')))])
    .filter(([, records]) => records.length > 0);
  return {
    files,
    actions: readFileSync(`${folder}expected.trace`, 'utf8').match(ACTION).length,
    bytes: bytesOf(files),
    from: Math.min(...files.map(([, [first]]) => first.at)),
  };
}

/** What one period of the services has in it when nothing happens. */
function noise(services, level) {
  const recorded = recordings().map(([file, text]) => [file, text, recordsOf(text)]);
  const changing = changingRequests(recorded.flatMap(([, , records]) => records.map(({ text }) => text)));
  return recorded
    .filter(([file]) => services.includes(serviceOf(file)))
    .map(([file, text, records]) => {
      const service = serviceOf(file);
      const of = {
        'nova-compute': () => (level === 'DEBUG' ? recordsOf(quietPart(text)) : records.filter((record) => isComputeNoise(record.text))),
        'neutron-ovn-metadata-agent': () => records.filter((record) => isAgentNoise(record.text)),
      };
      const kept = (of[service] ?? (() => records.filter((record) => isApiNoise(record.text, changing))))();
      return [file, cut(level === 'DEBUG' ? kept : kept.filter((record) => !record.text.includes(' DEBUG ')))];
    })
    .filter(([, records]) => records.length > 0);
}

/** OVS and OVN number their lines, so that a gap is seen. */
const NUMBER = /(?<=^\S+Z\|)\d{5,}(?=\|)/gm;

/** Keys of copies: those of the noise, from 0, are never those of an action, since both may be of the same recorded instance. */
const FIRST_ACTION = 10_000_000;

/**
 * Writes a mix of at least `bytes` bytes into `folder`.
 * @returns the paths, bytes, lines and actions written
 */
export function generateMix(folder, bytes, { services, scenarios: names, level, bytesPerAction }) {
  const background = noise(services, level);
  const scenarios = names.map((name) => scenario(name, services));
  const each = scenarios.reduce((sum, next) => sum + next.bytes, 0) / scenarios.reduce((sum, next) => sum + next.actions, 0);
  if (each >= bytesPerAction) throw new Error(`an action is ${each.toFixed(0)} bytes, which leaves no room for noise in ${bytesPerAction}`);
  const begin = Math.min(...background.map(([, [first]]) => first.at));
  const output = createFolder(folder);
  let [planned, actions, begun] = [0, 0, 0];
  /** What was begun and is not yet written, by file. */
  const pending = new Map();
  const numbers = new Map();
  const numbered = (file, text) =>
    text.replace(NUMBER, () => {
      numbers.set(file, (numbers.get(file) ?? 0) + 1);
      return String(numbers.get(file)).padStart(5, '0');
    });
  const add = (file, record) => (pending.has(file) ? pending.get(file).push(record) : pending.set(file, [record]));

  for (let period = 0; output.written.bytes < bytes; period++) {
    const from = begin + period * PERIOD_MS;
    for (const [file, records] of background)
      for (const { at, parts } of records) add(file, { at: at + period * PERIOD_MS, parts, n: period, shift: period * PERIOD_MS });
    planned += bytesOf(background);
    const due = [];
    while (actions * bytesPerAction < planned) {
      const next = scenarios[begun++ % scenarios.length];
      due.push(next);
      actions += next.actions;
      planned += next.bytes;
    }
    for (const [index, next] of due.entries()) {
      const shift = Math.round(from + ((index + 0.5) / due.length) * PERIOD_MS) - next.from;
      const n = FIRST_ACTION + begun - due.length + index;
      for (const [file, records] of next.files) for (const { at, parts } of records) add(file, { at: at + shift, parts, n, shift });
    }
    for (const [file, records] of pending) {
      records.sort((a, b) => a.at - b.at);
      const later = records.findIndex(({ at }) => at >= from + PERIOD_MS);
      const now = later === -1 ? records : records.slice(0, later);
      const text = now.map(({ parts, n, shift }) => copy(parts, n, shift)).join('');
      output.append(file, file.startsWith('ov') ? numbered(file, text) : text);
      pending.set(file, later === -1 ? [] : records.slice(later));
    }
  }
  return { ...output.close(), actions };
}
