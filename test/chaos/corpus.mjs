// The logs that the kill test writes: recordings of real clouds, line by line, with the moment at which each line is due.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { basePath, byAge, isLogName } from '../../build/modules/dist/tail/rotated.js';

const GOLDEN = new URL('../golden/', import.meta.url).pathname;

/** Whole recordings of two clouds, OVN and ML2/OVS, that lie beside the repository where it is developed. */
const CLOUDS = ['zed', 'victoria'].map((name) => fileURLToPath(new URL(`../../../shared/corpora/${name}`, import.meta.url)));

/** @returns those of the whole clouds that are there: folders of scenarios */
export const wholeClouds = () => CLOUDS.filter((folder) => existsSync(folder));

/**
 * Goldens recorded from real clouds, whose logs are in UTC: one cloud of Zed with one host and later two, and one of Epoxy. Their logs
 * have the hosts' names, so that all go into one folder: a log is what every scenario says of it, in the order of time.
 */
const RECORDED = [
  'create-succeeds-info',
  'delete-succeeds-info',
  'create-succeeds-eight-concurrent-info',
  'create-succeeds-precreated-port-info',
  'reboot-succeeds-hard-three-ports-info',
  'pause-succeeds-unpause-suspend-resume-info',
  'rebuild-succeeds-info',
  'shelve-succeeds-offloaded-at-once-unshelve-info',
  'create-succeeds-debug',
  'delete-succeeds-eight-concurrent-debug',
  'create-succeeds-two-ports-debug',
  'rebuild-succeeds-debug',
  'resize-succeeds-confirm-revert-same-host-debug',
  'stop-succeeds-guest-ignores-acpi-debug',
  'attach-interface-succeeds-detach-while-stopped-debug',
  'create-fails-spawn-lost-image-debug',
  'create-deleted-while-building-debug',
  'create-succeeds-client-global-id-debug',
  'create-succeeds-rotation-mid-boot-debug',
  'create-interrupted-compute-killed-debug',
  'create-fails-vif-plug-timeout-debug',
  'create-fails-no-valid-host-info',
  'create-fails-no-more-ips-info',
  'create-fails-port-binding-info',
  'detach-interface-fails-guest-ignores-unplug-info',
  'create-interrupted-compute-terminated-info',
  'reboot-succeeds-soft-becomes-hard-debug',
  'create-image-succeeds-rescue-unrescue-debug',
  'create-succeeds-two-hosts-info',
  'migrate-succeeds-confirm-two-hosts-info',
  'live-migration-succeeds-there-and-back-debug',
  'evacuate-succeeds-guest-not-fenced-debug',
  'create-succeeds-epoxy-info',
  'create-succeeds-six-separate-epoxy-info',
  'rebuild-succeeds-epoxy-info',
  'create-succeeds-epoxy-debug',
];

/** Folders of recordings whose services log in another zone: one novaspan has one zone for all. */
const OTHER_ZONE = /^z_/;

/** When a line says that it was written, of an oslo.log or vlog line in UTC. */
const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;

/**
 * The logs to write.
 *
 * @param folder a folder of scenarios, each a folder of logs; without it the recorded goldens
 * @returns per log its name and its lines in the order of the file: `due` is the time of the newest stamp so far, as a line goes
 *   to its file after those before it whatever its own stamp says; `isNewest` where that stamp is its own
 */
export function readCorpus(folder) {
  const folders =
    folder === undefined
      ? RECORDED.map((name) => join(GOLDEN, name))
      : readdirSync(folder)
          .filter((name) => !OTHER_ZONE.test(name))
          .map((name) => join(folder, name))
          .filter((path) => statSync(path).isDirectory());
  const pieces = folders.flatMap(logsIn).sort((a, b) => a.from - b.from);
  const logs = new Map();
  for (const { name, lines } of pieces) {
    const log = logs.get(name) ?? [];
    let newest = log.at(-1)?.due ?? Number.NEGATIVE_INFINITY;
    for (const { at, bytes } of lines) {
      const isNewest = at !== undefined && at >= newest;
      newest = Math.max(newest, at ?? newest);
      log.push({ due: newest, isNewest, bytes });
    }
    logs.set(name, log);
  }
  return [...logs].map(([name, lines]) => ({ name, lines })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function logsIn(folder) {
  if (!existsSync(folder)) throw new Error(`${folder} is not there`);
  const parts = readdirSync(folder)
    .filter((name) => isLogName(name) && name.includes('.log'))
    .sort(byAge);
  return [...new Set(parts.map(basePath))].flatMap((name) => {
    const lines = parts.filter((part) => basePath(part) === name).flatMap((part) => linesOf(readFileSync(join(folder, part))));
    const first = lines.find(({ at }) => at !== undefined);
    // A log without a single stamp tells nothing of when it was written.
    if (first === undefined) return [];
    if (lines[0].at === undefined) lines[0].at = first.at;
    return [{ name, from: first.at, lines }];
  });
}

function linesOf(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const stamp = STAMP.exec(bytes.toString('latin1', start, Math.min(end, start + 30)));
    const line = bytes.subarray(start, end);
    lines.push({
      at: stamp === null ? undefined : Date.parse(`${stamp[1]}T${stamp[2]}Z`),
      // A recording may end in mid-line; what comes behind it must not be glued on.
      bytes: newline === -1 ? Buffer.concat([line, Buffer.from('\n')]) : line,
    });
    start = end;
  }
  return lines;
}
