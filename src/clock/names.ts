import { createZone, type Zone } from '../format/zone.js';
import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';

/** What a clock showed at a moment. */
export interface Sample {
  /** in UTC */
  readonly at: Millis;
  /** local minus UTC */
  readonly offset: Millis;
  /** how much speaks for it */
  readonly weight: number;
}

/** `UTC+9`, `UTC-3:30`, `UTC` */
export function offsetText(offset: Millis): string {
  if (offset === 0) return 'UTC';
  const total = Math.round(Math.abs(offset) / minutes(1));
  const rest = total % 60;
  return `UTC${offset < 0 ? '-' : '+'}${Math.floor(total / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** Zones that most clouds are in, to name one that fits; all others come after them. */
const LIKELY = [
  ...['UTC', 'Europe/London', 'Europe/Berlin', 'Europe/Helsinki', 'Europe/Moscow', 'Asia/Dubai', 'Asia/Karachi', 'Asia/Kolkata'],
  ...['Asia/Dhaka', 'Asia/Jakarta', 'Asia/Shanghai', 'Asia/Seoul', 'Asia/Tokyo', 'Australia/Sydney', 'Pacific/Auckland'],
  ...['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'America/Halifax'],
];

/** Finds the names of zones by what their clocks showed. Made for one question: it holds every zone that it has looked at. */
export class ZoneNames {
  readonly #zones = new Map<string, Zone | undefined>();
  readonly #names: readonly string[];

  /** @param first these are named before all others */
  constructor(first: readonly string[] = []) {
    this.#names = [...new Set([...first, ...LIKELY, ...Intl.supportedValuesOf('timeZone')])];
  }

  /**
   * Zones that show all of the samples, or as many as any does; the likeliest first. Empty where no zone shows any.
   *
   * @param enough with so many that show all, no others are looked at
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

  /** How much of the samples a zone shows. */
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

/** Zones that were at this offset at that time, the likeliest first. */
export const zonesAt = (offset: Millis, at: Millis, first: readonly string[] = []): string[] =>
  new ZoneNames(first).of([{ at, offset, weight: 1 }]);

/** Beside whole hours from -12 to +14, what zones of today are at, in hours. */
const BROKEN: ReadonlySet<number> = new Set([-9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75]);

/** Whether any zone is so far from UTC. */
export function isZoneOffset(offset: Millis): boolean {
  const inHours = offset / minutes(60);
  return BROKEN.has(inHours) || (Number.isInteger(inHours) && inHours >= -12 && inHours <= 14);
}
