import type { FinishedTrace, SpanData } from '../../model/span.js';
import { headline } from './headline.js';
import type { Look } from './look.js';
import { boundsOf, durationOf, extentOf, portLabel, portOf, rootOf } from './reading.js';
import { cut, inSeconds } from './text.js';

/** One step of the way back from the end: a span, or the time between two for which no line accounts. */
export interface Step {
  readonly span: SpanData | undefined;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
}

/** Shorter gaps are the time between two log lines. */
const LEAST_GAP = 10;

/**
 * What gated the end: from the root's end backwards, always the span that ended last before the point reached, and
 * within it the same again. Time decides what lies within what, not the tree: a wait on one service is filled by the
 * work of others.
 *
 * Of spans that ran side by side and ended together (within 2 % of the root's time, as systemd-analyze's --fuzz), the
 * one that began first gated; the others were only carried along.
 */
export function criticalSteps(trace: FinishedTrace): Step[] {
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const fuzz = 0.02 * (extent.end - extent.start);
  const steps: Step[] = [];
  const left = new Set(trace.spans.filter((span) => span !== root && durationOf(span) > 0));

  const walk = (from: number, to: number, port: string | undefined, depth: number): void => {
    let point = to;
    while (true) {
      const before = [...left].filter(
        (span) => span.end <= point && span.start >= from && (port === undefined || (portOf(span) ?? port) === port),
      );
      const latest = before.reduce<SpanData | undefined>(later, undefined);
      if (latest === undefined) break;
      const gate = before
        .filter((span) => span.end > latest.start && span.end >= latest.end - fuzz && span.start < latest.start)
        .reduce((found, span) => (span.start < found.start ? span : found), latest);

      gap(gate.end, point, depth);
      left.delete(gate);
      steps.push({ span: gate, depth, start: gate.start, end: gate.end });
      walk(gate.start, gate.end, portOf(gate) ?? port, depth + 1);
      point = gate.start;
    }
    // Within a span without known parts nothing is unexplained: it explains itself.
    if (Number.isFinite(from) && point < to) gap(from, point, depth);
  };

  const gap = (start: number, end: number, depth: number): void => {
    if (end - start >= LEAST_GAP) steps.push({ span: undefined, depth, start, end });
  };

  if (root === undefined) {
    walk(-Infinity, boundsOf(trace).end, undefined, 0);
    return steps;
  }
  steps.push({ span: root, depth: 0, start: root.start, end: root.end });
  walk(root.start, root.end, undefined, 1);
  walk(-Infinity, root.start, undefined, 1);
  return steps;
}

/** The later to end; of two that end together the longer, since it holds the other. */
const later = (found: SpanData | undefined, span: SpanData): SpanData =>
  found === undefined || span.end > found.end || (span.end === found.end && span.start < found.start) ? span : found;

/** As `systemd-analyze critical-chain` prints it: last first, `@` when it began, `+` how long it took. */
export function criticalChain(trace: FinishedTrace, look: Look): string {
  const { palette, glyphs } = look;
  const { start } = extentOf(trace);
  const lines = criticalSteps(trace).map((step) => {
    const indent = step.depth === 0 ? '' : `${'  '.repeat(step.depth - 1)}${glyphs.branch} `;
    const times = `@${inSeconds(step.start - start)}s +${inSeconds(step.end - step.start)}s`;
    if (step.span === undefined) return palette.dim(`${indent}(nothing logged) ${times}`);
    const { service, host, name } = step.span;
    const port = portLabel(step.span);
    const text = cut(`${name}${port === undefined ? '' : ` ${port}`}`, look.width - indent.length - times.length - 1, look);
    const room = look.width - indent.length - text.length - times.length - 3;
    const who = `${service}@${host}`;
    return `${indent}${step.span.error === undefined ? palette.bold(text) : palette.red(text)} ${times}${who.length <= room ? `  ${palette.dim(who)}` : ''}`;
  });
  const title = 'The end was gated by these, the last first (@ when it began, + how long it took):';
  return [...headline(trace, look), '', palette.dim(title), ...lines].join('\n') + '\n';
}
