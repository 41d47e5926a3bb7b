import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows drawn beyond the visible part, so that fast scrolling shows no gap. */
const MARGIN = 12;

/** The rows of a scrolled element that must be drawn: all have the same height. */
export function useRows(
  ref: RefObject<HTMLElement | null>,
  total: number,
  height: number,
): { readonly first: number; readonly last: number } {
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    let frame = 0;
    const look = (): void => {
      frame = 0;
      setSeen((before) =>
        // Only a move over half the margin needs other rows.
        Math.abs(before.top - element.scrollTop) < (height * MARGIN) / 2 && before.height === element.clientHeight
          ? before
          : { top: element.scrollTop, height: element.clientHeight },
      );
    };
    const soon = (): void => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    look();
    element.addEventListener('scroll', soon, { passive: true });
    const watcher = new ResizeObserver(soon);
    watcher.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
      watcher.disconnect();
    };
  }, [ref, height]);
  const top = Math.min(seen.top, Math.max(0, total * height - seen.height));
  return {
    first: Math.max(0, Math.floor(top / height) - MARGIN),
    last: Math.min(total, Math.ceil((top + seen.height) / height) + MARGIN),
  };
}

/** Scrolls a row into view, below a fixed head: to the edge for a near row, with its surroundings for a far one. */
export function reveal(element: HTMLElement | null, place: number, height: number, head: number): void {
  if (element === null) return;
  const top = place * height;
  const room = element.clientHeight - head;
  const isFar = top < element.scrollTop - 2 * height || top > element.scrollTop + room + 2 * height;
  if (isFar) element.scrollTop = Math.max(0, top - room / 3);
  else if (top < element.scrollTop) element.scrollTop = top;
  else if (top + height > element.scrollTop + room) element.scrollTop = top + height - room;
}

/** Reserves the height of all rows, and places the drawn ones. */
export function Rows({ first, total, height, children }: { first: number; total: number; height: number; children: ComponentChildren }) {
  return (
    <div role="rowgroup" class="rows" style={{ height: `${total * height}px` }}>
      <div role="presentation" style={{ transform: `translateY(${first * height}px)` }}>
        {children}
      </div>
    </div>
  );
}
