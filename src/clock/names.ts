import { createZone, type Zone } from '../format/zone.js';
import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';

/** An observed offset of a clock. */
export interface Sample {
  /** in UTC */
  readonly at: Millis;
  /** local minus UTC */
  readonly offset: Millis;
  /** weight of the evidence */
  readonly weight: number;
}

/** `UTC+9`, `UTC-3:30`, `UTC` */
export function offsetText(offset: Millis): string {
  if (offset === 0) return 'UTC';
  const total = Math.round(Math.abs(offset) / minutes(1));
  const rest = total % 60;
  return `UTC${offset < 0 ? '-' : '+'}${Math.floor(total / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** Zones of most clouds: preferred if several zones fit. */
const LIKELY = [
  ...['UTC', 'Europe/London', 'Europe/Berlin', 'Europe/Helsinki', 'Europe/Moscow', 'Asia/Dubai', 'Asia/Karachi', 'Asia/Kolkata'],
  ...['Asia/Dhaka', 'Asia/Jakarta', 'Asia/Shanghai', 'Asia/Seoul', 'Asia/Tokyo', 'Australia/Sydney', 'Pacific/Auckland'],
  ...['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'America/Halifax'],
];

/** Finds zone names by observed offsets. Use one instance per question: it caches every zone that it checks. */
export class ZoneNames {
  readonly #zones = new Map<string, Zone | undefined>();
  readonly #names: readonly string[];

  /** @param first zones to prefer */
  constructor(first: readonly string[] = []) {
    this.#names = [...new Set([...first, ...LIKELY, ...Intl.supportedValuesOf('timeZone')])];
  }

  /**
   * Zones that fit the most samples, the likeliest first; empty if no zone fits any.
   * @param enough stop after so many zones that fit all samples
   */
  of(samples: readonly Sample[], enough = 3): string[] {
    const whole = samples.reduce((sum, { weight }) => sum + weight, 0);
    let best: string[] = [];
    let most = 0;
    for (const name of this.#names) {
      const shown = this.shown(name, samples);
      if (shown > most) best = [];
      most = Math.max(most, shown);
      if (shown === most && shown > 0) best.push(name);
      if (most >= whole && best.length >= enough) break;
    }
    return best;
  }

  /** Number of samples that a zone fits. */
  shown(name: string, samples: readonly Sample[]): number {
    const zone = this.#zone(name);
    return zone === undefined ? 0 : samples.reduce((sum, { at, offset, weight }) => sum + (zone.offsetAt(at) === offset ? weight : 0), 0);
  }

  #zone(name: string): Zone | undefined {
    if (!this.#zones.has(name)) this.#zones.set(name, zoneCalled(name));
    return this.#zones.get(name);
  }
}

function zoneCalled(name: string): Zone | undefined {
  try {
    return createZone(name);
  } catch {
    return undefined;
  }
}

/** Zones with this offset at this time, the likeliest first. */
export const zonesAt = (offset: Millis, at: Millis, first: readonly string[] = []): string[] =>
  new ZoneNames(first).of([{ at, offset, weight: 1 }]);

/** Offsets of today's zones besides whole hours from -12 to +14, in hours. */
const BROKEN: ReadonlySet<number> = new Set([-9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75]);

/** Whether any zone has this offset. */
export function isZoneOffset(offset: Millis): boolean {
  const inHours = offset / minutes(60);
  return BROKEN.has(inHours) || (Number.isInteger(inHours) && inHours >= -12 && inHours <= 14);
}
