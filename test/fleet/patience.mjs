// How long is waited for what must come: a busy machine is slow, and slow is no fault.
import { setTimeout as delay } from 'node:timers/promises';

export const PATIENCE_MS = 10 * 60_000;
/** What is not there yet comes while more comes: it is lost where nothing has come for so long. */
const QUIET_MS = 3 * 60_000;
const EVERY_MS = 2000;

/**
 * Waits until there are enough, or no more come.
 *
 * @param count how many there are now
 * @returns how many there are at the end; that fewer than `enough` came is for the comparison to say
 */
export async function untilAllCame(count, enough, { quietMs = QUIET_MS, everyMs = EVERY_MS } = {}) {
  let most = -1;
  let since = Date.now();
  for (;;) {
    const now = await count();
    if (now >= enough) return now;
    if (now > most) [most, since] = [now, Date.now()];
    if (Date.now() - since > quietMs) return now;
    await delay(everyMs);
  }
}
