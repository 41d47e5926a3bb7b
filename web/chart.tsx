import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { clock, inShort, inTime, inUtc, moments } from './format.js';

export interface Point {
  readonly at: number;
  readonly ms: number;
  /** which of the groups */
  readonly group: number;
  readonly title: string;
  readonly href: string;
}

export interface Group {
  readonly name: string;
  /** class of the dots */
  readonly look: string;
  readonly shape: 'dot' | 'cross' | 'ring';
}

interface ScatterProps {
  readonly label: string;
  readonly points: readonly Point[];
  readonly groups: readonly Group[];
  readonly height: number;
  readonly onPeriod?: (from: number, to: number) => void;
}

const LEFT = 56;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 24;
/** How near the pointer must be to a dot. */
const NEAR = 14;

/** The width that there is. */
export function useWidth(): [{ readonly current: HTMLDivElement | null }, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const take = (): void => setWidth(Math.max(200, element.clientWidth));
    take();
    const watcher = new ResizeObserver(take);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [ref, width];
}

/** From the least to the largest, with some room, on a logarithmic scale: a boot of 8 s and a hang of 300 s fit both. */
function logScale(values: readonly number[], low: number, high: number): { y(ms: number): number; readonly ticks: readonly number[] } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value > 0) least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (!(most > 0)) [least, most] = [1, 10];
  const from = Math.log10(least / 1.3);
  const to = Math.max(Math.log10(most * 1.3), from + 0.3);
  const factors = to - from > 2.8 ? [1] : to - from > 1.1 ? [1, 3] : [1, 2, 5];
  const all: number[] = [];
  for (let power = Math.floor(from); power <= to; power++)
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (Math.log10(value) >= from && Math.log10(value) <= to) all.push(value);
    }
  return { y: (ms) => low + (Math.log10(Math.max(ms, 10 ** from)) - from) * ((high - low) / (to - from)), ticks: all };
}

const SHAPES = {
  dot: (x: number, y: number) => `M${x} ${y}h0`,
  ring: (x: number, y: number) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`,
  cross: (x: number, y: number) => `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`,
} as const;

/** Points over time. All dots of a group are one path: ten thousand of them are drawn at once. */
export function Scatter({ label, points, groups, height, onPeriod }: ScatterProps) {
  const [ref, width] = useWidth();
  const [over, setOver] = useState<number | undefined>(undefined);
  const [brush, setBrush] = useState<readonly [number, number] | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const inOrder = useMemo(() => [...points].sort((a, b) => a.at - b.at), [points]);
  useEffect(() => setOver(undefined), [inOrder]);

  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const { placed, xTicks, yScale, timeAt } = useMemo(() => {
    let from = inOrder[0]?.at ?? 0;
    let to = inOrder.at(-1)?.at ?? from;
    if (to - from < 1000) [from, to] = [from - 30_000, to + 30_000];
    const room = (to - from) * 0.015;
    [from, to] = [from - room, to + room];
    const x = (at: number): number => LEFT + ((at - from) / (to - from)) * (right - LEFT);
    const scale = logScale(
      inOrder.map(({ ms }) => ms),
      bottom,
      TOP,
    );
    return {
      placed: inOrder.map((point) => ({ point, x: Math.round(x(point.at)), y: Math.round(scale.y(point.ms)) })),
      xTicks: moments(from, to, Math.max(2, Math.floor((right - LEFT) / 90))).map(({ at, label: text }) => ({ x: x(at), text })),
      yScale: scale,
      timeAt: (place: number) => from + ((place - LEFT) / (right - LEFT)) * (to - from),
    };
  }, [inOrder, right, bottom]);

  const paths = useMemo(
    () =>
      groups.map(({ shape }, group) => {
        const seen = new Set<number>();
        let path = '';
        for (const { point, x, y } of placed) {
          const pixel = x * 10_000 + y;
          if (point.group !== group || seen.has(pixel)) continue;
          seen.add(pixel);
          path += SHAPES[shape](x, y);
        }
        return path;
      }),
    [placed, groups],
  );

  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const nearest = ([x, y]: readonly [number, number]): number | undefined => {
    let best: number | undefined;
    let distance = NEAR ** 2;
    for (const [i, one] of placed.entries()) {
      const far = (one.x - x) ** 2 + (one.y - y) ** 2;
      if (far <= distance) [best, distance] = [i, far];
    }
    return best;
  };
  const open = (at: number | undefined): void => {
    const point = at === undefined ? undefined : placed[at]?.point;
    if (point !== undefined) location.hash = point.href.slice(1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    const by = moves[event.key];
    if (by !== undefined && placed.length > 0) {
      event.preventDefault();
      setOver(
        Math.min(placed.length - 1, Math.max(0, over === undefined ? (by > 0 && by !== Infinity ? 0 : placed.length - 1) : over + by)),
      );
    } else if (event.key === 'Enter' && over !== undefined) {
      event.preventDefault();
      open(over);
    } else if (event.key === 'Escape') setOver(undefined);
  };

  const shown = over === undefined ? undefined : placed[over];
  return (
    <div class="chart" ref={ref}>
      <div
        class="plot"
        role="application"
        tabIndex={0}
        aria-label={`${label}. ${points.length} points: arrow keys go through them, Enter opens the action`}
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
        onBlur={() => setOver(undefined)}
      >
        <svg
          width={width}
          height={height}
          aria-hidden="true"
          class={shown === undefined ? (onPeriod === undefined ? '' : 'brushable') : 'pointing'}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            drag.current = placeOf(event)[0];
          }}
          onPointerMove={(event) => {
            const place = placeOf(event);
            if (drag.current !== undefined && onPeriod !== undefined && Math.abs(place[0] - drag.current) > 5) {
              event.currentTarget.setPointerCapture(event.pointerId);
              setBrush([Math.min(drag.current, place[0]), Math.max(drag.current, place[0])]);
            } else if (brush === undefined) setOver(nearest(place));
          }}
          onPointerUp={(event) => {
            drag.current = undefined;
            if (brush !== undefined) {
              setBrush(undefined);
              onPeriod?.(timeAt(Math.max(brush[0], LEFT)), timeAt(Math.min(brush[1], right)));
            } else if (event.button === 0) open(nearest(placeOf(event)));
          }}
          onPointerLeave={() => brush === undefined && setOver(undefined)}
        >
          {yScale.ticks.map((ms) => (
            <g key={`y${ms}`}>
              <line class="grid" x1={LEFT} x2={right} y1={yScale.y(ms)} y2={yScale.y(ms)} />
              <text class="tick" x={LEFT - 8} y={yScale.y(ms) + 4} text-anchor="end">
                {inShort(ms)}
              </text>
            </g>
          ))}
          {xTicks.map(({ x, text }) => (
            <g key={`x${x}`}>
              <line class="grid" x1={x} x2={x} y1={TOP} y2={bottom} />
              <text class="tick" x={Math.min(x, right)} y={height - 6} text-anchor={x > right - 32 ? 'end' : 'middle'}>
                {text}
              </text>
            </g>
          ))}
          {paths.map(
            (path, group) =>
              path !== '' && <path key={groups[group]!.name} d={path} class={`points ${groups[group]!.shape} ${groups[group]!.look}`} />,
          )}
          {brush !== undefined && <rect class="brush" x={brush[0]} width={brush[1] - brush[0]} y={TOP} height={bottom - TOP} />}
          {shown !== undefined && <circle class="halo" cx={shown.x} cy={shown.y} r={7} />}
        </svg>
        {shown !== undefined && (
          <div
            class="tip"
            style={{
              top: `${Math.max(0, shown.y - 8)}px`,
              ...(shown.x > width / 2 ? { right: `${width - shown.x + 14}px` } : { left: `${shown.x + 14}px` }),
            }}
          >
            <strong>{inTime(shown.point.ms)}</strong> {shown.point.title}
            <br />
            {inUtc(shown.point.at)} UTC
          </div>
        )}
      </div>
      <div class="visually-hidden" aria-live="polite">
        {shown === undefined ? '' : `${inTime(shown.point.ms)}, ${shown.point.title}, ${clock(shown.point.at)} UTC`}
      </div>
    </div>
  );
}

interface HistogramProps {
  readonly label: string;
  /** sorted */
  readonly values: readonly number[];
  readonly marks: readonly { readonly name: string; readonly ms: number }[];
  readonly height: number;
}

/** How many there are of each length. Bars are equally wide on a logarithmic scale, or on a plain one where all are alike. */
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
