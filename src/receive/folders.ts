import { join } from 'node:path';

/** Name of the folder within the state folder. */
export const RECEIVED = 'received';

/** Zones of received logs: those of some hosts, and of all others. */
export interface SentZones {
  readonly receive: { readonly timezones: Readonly<Record<string, string>> };
  readonly timezone: string;
}

/** Folders of received lines, with the zone of their times. The first entry that contains a log applies. */
export const receivedFolders = (
  { receive: { timezones }, timezone }: SentZones,
  stateFolder: string,
): { readonly path: string; readonly timezone: string }[] => [
  ...Object.entries(timezones).map(([host, zone]) => ({ path: join(stateFolder, RECEIVED, host), timezone: zone })),
  { path: join(stateFolder, RECEIVED), timezone },
];
