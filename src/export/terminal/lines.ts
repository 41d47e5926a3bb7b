import { dirname, join } from 'node:path';
import { keys } from '../../model/attributes.js';
import type { FinishedTrace, SpanEvent } from '../../model/span.js';
import type { Look } from './look.js';
import { portLabel } from './reading.js';
import { inUtc, tame, wrap } from './text.js';
import { treeOf } from './tree.js';

/** The log lines of each span, with file and line number, below the view of the trace. */
export function linesOf(trace: FinishedTrace, look: Look): string {
  const { palette } = look;
  const width = Number.isFinite(look.width) ? look.width : Infinity;
  const lines = treeOf(trace.spans).flatMap(({ span }) => {
    const shown = span.events.filter(({ attributes }) => attributes[keys.logMessage] !== undefined);
    if (shown.length === 0) return [];
    const port = portLabel(span);
    const more = span.droppedEvents === 0 ? [] : [`      and ${span.droppedEvents} more`];
    return [
      palette.bold(`  ${span.name}${port === undefined ? '' : ` ${port}`}`) + palette.dim(`  ${span.service}@${span.host}`),
      ...shown.flatMap((event) => wrap('      ', lineOf(event).split(' '), width).map((text, i) => (i === 0 ? text.slice(2) : text))),
      ...more,
    ];
  });
  return ['', palette.dim('lines behind the spans (FILE:LINE, time in UTC):'), ...(lines.length === 0 ? ['  none'] : lines), ''].join('\n');
}

function lineOf({ at, attributes }: SpanEvent): string {
  const level = attributes[keys.logLevel] ?? 'INFO';
  return tame(`${placeOf(attributes)} ${inUtc(at).slice(11, 23)} ${level} ${attributes[keys.logMessage]}`);
}

/** `FILE:LINE`, as in editors and grep. */
function placeOf(attributes: SpanEvent['attributes']): string {
  const path = String(attributes[keys.logPath] ?? '-');
  const name = attributes[keys.logName];
  const line = attributes[keys.logLine];
  const file = name === undefined || path === '-' ? path : join(dirname(path), String(name));
  return line === undefined ? file : `${file}:${line}`;
}
