import * as z from 'zod';
import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';

const DURATION = /^([1-9]\d{0,8})(ms|s|m|h)$/;
const UNITS: Readonly<Record<string, (n: number) => Millis>> = { ms: (n) => n, s: seconds, m: minutes, h: hours };
/** Node.js timers above 24.8 days fire at once. */
const LONGEST = hours(24);
const SAYS = 'must be a duration from 1ms to 24h, such as 250ms, 5s, 2m or 1h';

const millisOf = (text: string): Millis => {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  return UNITS[unit]?.(Number(amount)) ?? Number.NaN;
};

/** A duration such as `250ms`, `5s`, `2m` or `1h`, in milliseconds. */
export const duration = z
  .string(SAYS)
  .refine((text) => millisOf(text) <= LONGEST, SAYS)
  .meta({ shownType: 'duration' })
  .transform(millisOf);
