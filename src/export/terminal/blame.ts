import type { FinishedTrace, SpanData } from '../../model/span.js';
import { type Culprit, verdictOf } from '../verdict.js';
import { causesOf } from './causes.js';
import { headline } from './headline.js';
import type { Look } from './look.js';
import { certaintyOf, durationOf, extentOf, isKnown, portLabel, rootOf, shortPortLabel } from './reading.js';
import { commaed, cut, inPercent, inSeconds, shortHost, wrap } from './text.js';
import { selfTime, treeOf } from './tree.js';
import { certaintySigns } from './waterfall.js';

/**
 * The phases with two known ends, by duration. `share` is the share of the root's time; phases may be parallel, so
 * shares do not add up. `self` is the time in which none of the phase's parts was in progress. Below a phase are its
 * causes, if the logs show them.
 */
export function blame(trace: FinishedTrace, look: Look): string {
  const { palette } = look;
  const root = rootOf(trace);
  const { start, end } = extentOf(trace);
  const rows = treeOf(trace.spans)
    .filter(({ span }) => span !== root && isKnown(span))
    .sort((a, b) => durationOf(b.span) - durationOf(a.span));

  const whoOf = ({ service, host }: SpanData): string => `${service}@${shortHost(host)}`;
  const whoWidth = Math.max('service'.length, ...rows.map(({ span }) => whoOf(span).length));
  const lines = rows.flatMap(({ span, children }) => {
    const numbers = [
      `${inSeconds(durationOf(span)).padStart(9)}${doubtOf(span)}`,
      inPercent(durationOf(span), end - start).padStart(8),
      inSeconds(selfTime(span, children)).padStart(9),
    ].join(' ');
    const who = whoOf(span).padEnd(whoWidth);
    const room = look.width - numbers.length - 2;
    const [full, compact] = [portLabel(span), shortPortLabel(span)].map(
      (port) => `${who}  ${span.name}${port === undefined ? '' : ` ${port}`}`,
    );
    const labels = full!.length <= room ? full! : cut(compact!, room, look);
    return [`${numbers}  ${span.error === undefined ? labels : palette.red(labels)}`, ...why(span, numbers.length + 4, look)];
  });
  const whole = root === undefined ? [] : wrap(`${root.name}: `, commaed(causesOf(root)).join(' ').split(' '), look.width);

  const title = ` ${'duration'.padStart(8)}  ${'share'.padStart(8)} ${'self'.padStart(9)}  ${'service'.padEnd(whoWidth)}  phase`;
  return (
    [
      ...headline(trace, look),
      '',
      palette.dim(title),
      ...lines,
      ...openOnes(trace, look),
      ...slowest(verdictOf(trace).culprit, look),
      ...(root !== undefined && causesOf(root).length > 0 ? ['', ...whole.map(palette.yellow)] : []),
    ].join('\n') + '\n'
  );
}

/** The causes of a span's duration, each on a line of its own below the name of the span. */
export const why = (span: SpanData, indent: number, look: Look): string[] =>
  causesOf(span).map((cause) => {
    const label = ' '.repeat(Math.max(2, Math.min(indent, look.width - cause.length - 2)));
    return `${label}${look.palette.yellow(cut(`- ${cause}`, look.width - label.length, look))}`;
  });

/** Phases of unknown duration, which cannot be ordered. */
function openOnes(trace: FinishedTrace, look: Look): string[] {
  const names = new Set(trace.spans.filter((span) => !isKnown(span)).map(({ name }) => name));
  return names.size === 0 ? [] : ['', ...wrap('an end not in the logs: ', commaed([...names]), look.width).map(look.palette.dim)];
}

/** The verdict in words. */
export function slowest(culprit: Culprit | undefined, look: Look): string[] {
  if (culprit === undefined) return ['', look.palette.dim('slowest phase: not proven by these logs')];
  const port = portLabel(culprit.span);
  const text = `${culprit.name}${port === undefined ? '' : ` ${port}`}, ${inSeconds(culprit.millis)} s${culprit.evidence === 'derived' ? ' (about)' : ''}`;
  return ['', ...wrap('slowest phase: ', text.split(' '), look.width).map(look.palette.bold)];
}

/** The sign of the less certain end, which applies to the duration. */
const doubtOf = (span: SpanData): string =>
  certaintyOf(span, 'start') === 'observed' && certaintyOf(span, 'end') === 'observed' ? certaintySigns.observed : certaintySigns.derived;
