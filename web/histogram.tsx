import { BOTTOM, LEFT, RIGHT, TOP, useWidth } from './chart.js';
import { inTime } from './format.js';

interface HistogramProps {
  readonly label: string;
  /** sorted */
  readonly values: readonly number[];
  readonly marks: readonly { readonly name: string; readonly ms: number }[];
  readonly height: number;
}

/**
 * Histogram of durations. Bars are equally wide on a logarithmic scale, or on a linear one if all values are similar.
 */
export function Histogram({ label, values, marks, height }: HistogramProps) {
  const [ref, width] = useWidth();
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const least = Math.max(values[0] ?? 1, 0.001);
  const most = Math.max(values.at(-1) ?? 1, least);
  const isLog = most / least > 4;
  const to = isLog ? Math.log10(most) : most;
  const from = isLog ? Math.log10(least) : least;
  const bins = values.length < 2 || to === from ? 1 : Math.min(40, Math.max(8, Math.ceil(2 * Math.cbrt(values.length) * 1.5)));
  const step = (to - from) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const place = Math.floor(((isLog ? Math.log10(Math.max(value, least)) : value) - from) / step);
    counts[Math.min(bins - 1, Math.max(0, place))]!++;
  }
  const highest = Math.max(1, ...counts);
  const x = (ms: number): number => LEFT + (((isLog ? Math.log10(Math.max(ms, least)) : ms) - from) / (step * bins)) * (right - LEFT);
  const edge = (place: number): number => (isLog ? 10 ** (from + place * step) : from + place * step);
  const xTicks = Array.from({ length: 5 }, (_, i) => edge((bins * i) / 4));
  const yTicks = highest <= 4 ? Array.from({ length: highest + 1 }, (_, i) => i) : [0, Math.round(highest / 2), highest];
  const isBefore = (at: number, i: number): boolean => (i === 0 ? at > LEFT + 50 : at > right - 40);
  const y = (n: number): number => bottom - (n / highest) * (bottom - TOP - 12);
  return (
    <div class="chart" ref={ref}>
      <svg width={width} height={height} role="img" aria-label={`${label}: ${values.length} from ${inTime(least)} to ${inTime(most)}`}>
        {yTicks.map((n) => (
          <g key={`y${n}`}>
            <line class="grid" x1={LEFT} x2={right} y1={y(n)} y2={y(n)} />
            <text class="tick" x={LEFT - 8} y={y(n) + 4} text-anchor="end">
              {n}
            </text>
          </g>
        ))}
        {counts.map(
          (n, place) =>
            n > 0 && (
              <rect
                key={edge(place)}
                class="bar"
                x={LEFT + (place / bins) * (right - LEFT) + 1}
                width={Math.max(1, (right - LEFT) / bins - 2)}
                y={y(n)}
                height={bottom - y(n)}
              >
                <title>{`${n} from ${inTime(edge(place))} to ${inTime(edge(place + 1))}`}</title>
              </rect>
            ),
        )}
        {xTicks.map((ms, i) => (
          <text
            key={`x${ms}`}
            class="tick"
            x={LEFT + (i / 4) * (right - LEFT)}
            y={height - 6}
            text-anchor={i === 0 ? 'start' : i === 4 ? 'end' : 'middle'}
          >
            {inTime(ms)}
          </text>
        ))}
        {marks.map(({ name, ms }, i) => (
          <g key={name}>
            <line class="mark" x1={x(ms)} x2={x(ms)} y1={TOP} y2={bottom} />
            <text
              class="tick mark-name"
              x={x(ms) + (isBefore(x(ms), i) ? -4 : 4)}
              y={TOP + 8 + (i > 0 && isBefore(x(ms), i) ? 13 : 0)}
              text-anchor={isBefore(x(ms), i) ? 'end' : 'start'}
            >
              {name}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
