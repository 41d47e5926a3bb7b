import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textOf, ZONE_FILES, zoneOf } from './host-zone.js';

/** What a sosreport shows about its host. */
export interface AboutHost {
  readonly host: string | undefined;
  readonly zone: string | undefined;
}

const HOST_FILES = ['hostname', 'sos_commands/host/hostname', 'etc/hostname'];
const ABOUT = new RegExp(`(?:^|/)(?:${[...HOST_FILES, ...ZONE_FILES].join('|')})$`);
const HOST = /^[a-z0-9][a-z0-9.-]{0,252}$/i;

/** Whether a file of a sosreport has facts about its host. */
export const isAboutHost = (path: string): boolean => ABOUT.test(path);

/** Path of the sosreport that contains a file; undefined if there is none. */
export function sosreportOf(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (statSync(join(folder, 'sos_commands'), { throwIfNoEntry: false })?.isDirectory()) return folder;
  return undefined;
}

/** Host and zone of a sosreport folder, as far as its files show them. */
export function aboutHost(sosreport: string): AboutHost {
  const host = HOST_FILES.map((file) => textOf(join(sosreport, file)).trim()).find((text) => HOST.test(text));
  return { host, zone: zoneOf(sosreport) };
}
