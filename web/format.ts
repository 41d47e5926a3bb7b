/** Milliseconds below a second, seconds above, as in nova's logs. */
export function inTime(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 1) return `${ms.toFixed(2)} ms`;
  if (size < 10) return `${ms.toFixed(1)} ms`;
  if (size < 999.5) return `${Math.round(ms)} ms`;
  if (size < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (size < 1_000_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 1000).toLocaleString('en')} s`;
}

/** Label of a tick, without needless digits. */
export const inShort = (ms: number): string =>
  Math.abs(ms) < 1000 ? `${Number(ms.toFixed(3))} ms` : `${Number((ms / 1000).toFixed(3))} s`;

const iso = (at: number): string => new Date(at).toISOString();
/** `2026-11-21 01:50:31`: all times are UTC, and the page says so. */
export const inUtc = (at: number): string => iso(at).slice(0, 19).replace('T', ' ');
export const clock = (at: number): string => iso(at).slice(11, 19);
export const clockMs = (at: number): string => iso(at).slice(11, 23);

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** Parses `30s`, `500ms`, `2 min`, `1.5`: seconds without a unit. @returns milliseconds; undefined if invalid */
export function readTime(text: string): number | undefined {
  const found = /^\s*(\d+(?:[.,]\d+)?)\s*(ms|s|sec|m|min|h)?\s*$/i.exec(text);
  if (found === null) return undefined;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000 };
  return Number(found[1]!.replace(',', '.')) * units[(found[2] ?? 's').toLowerCase()]!;
}

/** Quantile of sorted numbers by linear interpolation, as in Prometheus and most tools. */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

/** Round values within a range: 1, 2 or 5 times a power of ten. */
export function ticks(from: number, to: number, most: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const least = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [1, 2, 5, 10, 15, 30]
  .map((n) => n * SECOND)
  .concat(
    [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
    [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160, 8760].map((n) => n * HOUR),
  );

/** Round times within a period. */
export function moments(from: number, to: number, most: number): { readonly at: number; readonly label: string }[] {
  const least = (to - from) / Math.max(1, most);
  const step = TIME_STEPS.find((one) => one >= least) ?? TIME_STEPS.at(-1)!;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  const isLong = to - from > 20 * HOUR;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const at = (first + i) * step;
    const text = iso(at);
    return {
      at,
      label:
        step >= 24 * HOUR
          ? text.slice(0, 10)
          : isLong
            ? text.slice(5, 16).replace('T', ' ')
            : step < MINUTE
              ? text.slice(11, 19)
              : text.slice(11, 16),
    };
  });
}
