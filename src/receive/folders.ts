import { join } from 'node:path';

/** Within the state folder. */
export const RECEIVED = 'received';

/** The zones of the logs that are sent: of some hosts, and of all others. */
export interface SentZones {
  readonly receive: { readonly timezones: Readonly<Record<string, string>> };
  readonly timezone: string;
}

/** Where received lines are kept, and in which zone their times are. The first entry that has a log counts. */
export const receivedFolders = (
  { receive: { timezones }, timezone }: SentZones,
  stateFolder: string,
): { readonly path: string; readonly timezone: string }[] => [
  ...Object.entries(timezones).map(([host, zone]) => ({ path: join(stateFolder, RECEIVED, host), timezone: zone })),
  { path: join(stateFolder, RECEIVED), timezone },
];
