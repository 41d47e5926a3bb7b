import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { clock, inShort, inTime, inUtc, moments } from './format.js';

/** A dot of a chart. */
export interface Point {
  readonly at: number;
  readonly ms: number;
  /** index of its group */
  readonly group: number;
  readonly title: string;
  readonly href: string;
}

/** Dots of one shape and colour. */
export interface Group {
  readonly name: string;
  /** CSS class of the dots */
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

/** Margins of a chart in pixels. */
export const LEFT = 56;
export const RIGHT = 14;
export const TOP = 10;
export const BOTTOM = 24;
/** Maximum distance of the pointer to a dot, in pixels. */
const NEAR = 14;

/** The available width. */
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

/**
 * A logarithmic scale from the smallest to the largest value, with a margin: a boot of 8 s and a hang of 300 s fit
 * both.
 */
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

interface Placed {
  readonly point: Point;
  readonly x: number;
  readonly y: number;
}

interface Scale {
  readonly placed: readonly Placed[];
  readonly xTicks: readonly { readonly x: number; readonly text: string }[];
  readonly yScale: ReturnType<typeof logScale>;
  timeAt(place: number): number;
}

/** Pixel positions of points in a chart that reaches from LEFT to `right` and from TOP to `bottom`. */
function scaleOf(inOrder: readonly Point[], right: number, bottom: number): Scale {
  let from = inOrder[0]?.at ?? 0;
  let to = inOrder.at(-1)?.at ?? from;
  if (to - from < 1000) [from, to] = [from - 30_000, to + 30_000];
  const room = (to - from) * 0.015;
  [from, to] = [from - room, to + room];
  const x = (at: number): number => LEFT + ((at - from) / (to - from)) * (right - LEFT);
  const yScale = logScale(
    inOrder.map(({ ms }) => ms),
    bottom,
    TOP,
  );
  return {
    placed: inOrder.map((point) => ({ point, x: Math.round(x(point.at)), y: Math.round(yScale.y(point.ms)) })),
    xTicks: moments(from, to, Math.max(2, Math.floor((right - LEFT) / 90))).map(({ at, label: text }) => ({ x: x(at), text })),
    yScale,
    timeAt: (place) => from + ((place - LEFT) / (right - LEFT)) * (to - from),
  };
}

/** All dots of a group as one path; of several dots at one pixel, only the first. */
function pathOf(placed: readonly Placed[], group: number, shape: Group['shape']): string {
  const seen = new Set<number>();
  let path = '';
  for (const { point, x, y } of placed) {
    const pixel = x * 10_000 + y;
    if (point.group !== group || seen.has(pixel)) continue;
    seen.add(pixel);
    path += SHAPES[shape](x, y);
  }
  return path;
}

/** Index of the point nearest to a pixel; undefined if none is near. */
function nearest(placed: readonly Placed[], [x, y]: readonly [number, number]): number | undefined {
  let best: number | undefined;
  let distance = NEAR ** 2;
  for (const [i, one] of placed.entries()) {
    const far = (one.x - x) ** 2 + (one.y - y) ** 2;
    if (far <= distance) [best, distance] = [i, far];
  }
  return best;
}

const pixelOf = (event: PointerEvent): readonly [number, number] => {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

const MOVES: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** The index that a key moves to; undefined for other keys. */
function moved(key: string, over: number | undefined, count: number): number | undefined {
  const by = MOVES[key];
  if (by === undefined || count === 0) return undefined;
  const to = over === undefined ? (by > 0 && by !== Infinity ? 0 : count - 1) : over + by;
  return Math.min(count - 1, Math.max(0, to));
}

/** Points over time. All dots of a group are one path, so that ten thousand are drawn at once. */
export function Scatter({ label, points, groups, height, onPeriod }: ScatterProps) {
  const [ref, width] = useWidth();
  const [over, setOver] = useState<number | undefined>(undefined);
  const inOrder = useMemo(() => [...points].sort((a, b) => a.at - b.at), [points]);
  useEffect(() => setOver(undefined), [inOrder]);
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const scale = useMemo(() => scaleOf(inOrder, right, bottom), [inOrder, right, bottom]);
  const { placed } = scale;
  const paths = useMemo(() => groups.map(({ shape }, group) => pathOf(placed, group, shape)), [placed, groups]);
  const open = (at: number | undefined): void => {
    const point = at === undefined ? undefined : placed[at]?.point;
    if (point !== undefined) location.hash = point.href.slice(1);
  };
  const { brush, handlers } = usePointer({ scale, right, open, onOver: setOver, onPeriod });
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moved(event.key, over, placed.length);
    if (event.key === 'Escape') setOver(undefined);
    if (to === undefined && !(event.key === 'Enter' && over !== undefined)) return;
    event.preventDefault();
    if (to === undefined) open(over);
    else setOver(to);
  };

  const shown = over === undefined ? undefined : placed[over];
  const look = shown === undefined ? (onPeriod === undefined ? '' : 'brushable') : 'pointing';
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
        <svg width={width} height={height} aria-hidden="true" class={look} {...handlers}>
          <Grid scale={scale} right={right} bottom={bottom} height={height} />
          {paths.map(
            (path, group) =>
              path !== '' && <path key={groups[group]!.name} d={path} class={`points ${groups[group]!.shape} ${groups[group]!.look}`} />,
          )}
          {brush !== undefined && <rect class="brush" x={brush[0]} width={brush[1] - brush[0]} y={TOP} height={bottom - TOP} />}
          {shown !== undefined && <circle class="halo" cx={shown.x} cy={shown.y} r={7} />}
        </svg>
        {shown !== undefined && <Tip shown={shown} width={width} />}
      </div>
      <div class="visually-hidden" aria-live="polite">
        {shown === undefined ? '' : `${inTime(shown.point.ms)}, ${shown.point.title}, ${clock(shown.point.at)} UTC`}
      </div>
    </div>
  );
}

interface PointerOptions {
  readonly scale: Scale;
  readonly right: number;
  readonly open: (at: number | undefined) => void;
  readonly onOver: (at: number | undefined) => void;
  readonly onPeriod: ScatterProps['onPeriod'];
}

/** Shows points under the pointer, opens them by a click, and selects a period by a drag. */
function usePointer({ scale: { placed, timeAt }, right, open, onOver, onPeriod }: PointerOptions) {
  const [brush, setBrush] = useState<readonly [number, number] | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const handlers = {
    onPointerDown(event: PointerEvent): void {
      if (event.button === 0) drag.current = pixelOf(event)[0];
    },
    onPointerMove(event: PointerEvent): void {
      const pixel = pixelOf(event);
      const from = drag.current;
      if (from !== undefined && onPeriod !== undefined && Math.abs(pixel[0] - from) > 5) {
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        setBrush([Math.min(from, pixel[0]), Math.max(from, pixel[0])]);
      } else if (brush === undefined) onOver(nearest(placed, pixel));
    },
    onPointerUp(event: PointerEvent): void {
      drag.current = undefined;
      if (brush !== undefined) {
        setBrush(undefined);
        onPeriod?.(timeAt(Math.max(brush[0], LEFT)), timeAt(Math.min(brush[1], right)));
      } else if (event.button === 0) open(nearest(placed, pixelOf(event)));
    },
    onPointerLeave(): void {
      if (brush === undefined) onOver(undefined);
    },
  };
  return { brush, handlers };
}

interface GridProps {
  readonly scale: Scale;
  readonly right: number;
  readonly bottom: number;
  readonly height: number;
}

function Grid({ scale: { xTicks, yScale }, right, bottom, height }: GridProps) {
  return (
    <>
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
    </>
  );
}

function Tip({ shown, width }: { readonly shown: Placed; readonly width: number }) {
  const side = shown.x > width / 2 ? { right: `${width - shown.x + 14}px` } : { left: `${shown.x + 14}px` };
  return (
    <div class="tip" style={{ top: `${Math.max(0, shown.y - 8)}px`, ...side }}>
      <strong>{inTime(shown.point.ms)}</strong> {shown.point.title}
      <br />
      {inUtc(shown.point.at)} UTC
    </div>
  );
}
