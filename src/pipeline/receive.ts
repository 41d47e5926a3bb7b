import { mkdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { services } from '../catalogue/index.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { reasonOf, stateUnusable } from '../model/errors.js';
import type { Vitals } from '../model/gauges.js';
import { RECEIVED, receivedFolders } from '../receive/folders.js';
import { type Needed, ReceiveBuffer } from '../receive/receive-buffer.js';
import { Receiver } from '../receive/receiver.js';
import { JOURNAL, type Namer } from '../receive/record.js';
import { type ReceiverServer, serveReceiver } from '../receive/server.js';
import { isJournal, nameLog, serviceOfIdent } from '../tail/name.js';
import { basePath } from '../tail/rotated.js';
import type { Log } from '../telemetry/log.js';
import type { LogsToFollow } from './log-follower.js';
import type { SavedLog } from './saved-logs.js';

export interface ReceivingOptions {
  readonly config: Pick<Config, 'receive' | 'timezone'>;
  /** the state folder */
  readonly folder: string;
  readonly clock: Clock;
  readonly count: Count;
  readonly log: Log;
}

/** The receive buffer and the server that fills it. */
export interface Receiving {
  /** the files of the receive buffer, to be followed */
  readonly logs: readonly LogsToFollow[];
  /**
   * Starts to listen.
   * @returns the URL for senders
   * @throws OperatorError RECEIVE_UNAVAILABLE if it cannot listen there
   */
  listen(): Promise<string>;
  readonly vitals: NonNullable<Vitals['receiveBuffer']>;
  /** Removes lines that the checkpoint on disk does not need. Never rejects. */
  release(saved: readonly SavedLog[]): Promise<void>;
  /** Stops listening. Resolves when all complete requests are on disk. */
  close(): Promise<void>;
}

/**
 * Opens the receive buffer. Call it before its files are read.
 * @returns undefined if receiving is off
 * @throws OperatorError STATE_UNUSABLE if the receive buffer cannot be written
 */
export async function openReceiving({ config, folder, clock, count, log }: ReceivingOptions): Promise<Receiving | undefined> {
  const { listen, delay, bufferBytes: mostBytes, timezones } = config.receive;
  if (listen === 'off') return undefined;
  const path = join(folder, RECEIVED);
  const buffer = await ReceiveBuffer.open({ folder: path, mostBytes, clock }).catch((error: unknown) => {
    throw stateUnusable(path, error);
  });
  // A missing folder would be taken for a log of that name.
  for (const host of Object.keys(timezones)) mkdirSync(join(path, host), { recursive: true, mode: 0o700 });
  let server: ReceiverServer | undefined;
  return {
    logs: receivedFolders(config, folder).map(({ path: each, timezone }) => ({ paths: [each], timezone, delay })),
    async listen() {
      server = await serveReceiver({ listen, receiver: new Receiver({ buffer: buffer, nameOf, count, log }), count, log });
      return server.url;
    },
    get vitals() {
      return { bytes: buffer.bytes, mostBytes, logs: buffer.logs };
    },
    async release(saved) {
      const needed = saved.filter(({ position }) => position.path.startsWith(path + sep)).map(neededOf);
      await buffer.release(needed).catch((error: unknown) => {
        log.error({ reason: reasonOf(error) }, 'received lines that are no longer needed cannot be removed');
      });
    },
    async close() {
      await server?.close();
      server = undefined;
      await buffer.settled();
    },
  };
}

/** Files before the oldest file of a position can be removed. The neighbour of a needed file stays. */
function neededOf({ position: { path, files }, at }: SavedLog): Needed {
  const [oldest, ...others] = files;
  return { path, oldest: oldest!, upTo: others.length === 0 && oldest!.file === at.file ? at.offset : -1 };
}

/** Service of a received log, by the rules for file names. */
export const nameOf: Namer = (file, service) => {
  const name = file === undefined ? undefined : basePath(file);
  if (name !== undefined && isJournal(name)) return { service: JOURNAL, name };
  const writer = (name === undefined ? undefined : nameLog(name)?.service) ?? (service === undefined ? undefined : serviceOfIdent(service));
  return writer !== undefined && services.includes(writer) ? { service: writer, name: name ?? service! } : 'passed-over';
};
