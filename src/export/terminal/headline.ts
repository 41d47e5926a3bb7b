import type { FinishedTrace } from '../../model/span.js';
import { summaryOf } from '../sentence.js';
import { type Look, type Paint, type Palette, plain } from './look.js';
import { certaintyOf, errorOf, extentOf, outcomeOf, portOf, reportedSeconds, rootOf } from './reading.js';
import { inSeconds, inUtc, wrap } from './text.js';

/** The colour of an outcome. */
export const paintOf = (outcome: string | undefined, palette: Palette): Paint =>
  outcome === 'succeeded'
    ? palette.green
    : outcome === 'failed' || outcome === 'timed-out'
      ? palette.red
      : outcome === undefined
        ? palette.cyan
        : palette.yellow;

/** The action in one sentence, then outcome, duration and time, then the ids to search for. */
export function headline(trace: FinishedTrace, look: Look): string[] {
  const { palette, width } = look;
  const root = rootOf(trace);
  const { start, end } = extentOf(trace);
  const reported = reportedSeconds(root);

  const hosts = [...new Set((root === undefined ? trace.spans : [root]).map(({ host }) => host))];
  const ports = [...new Set(trace.spans.map(portOf).filter((port) => port !== undefined))];
  // Rows leave out a port that all of them share.
  const port = ports.length === 1 ? ports[0] : undefined;
  const error = root === undefined ? undefined : errorOf(root);
  const nova = reported === undefined ? '' : ` (nova says ${reported} s)`;
  const from = `from ${inUtc(start)}`;
  const [painted, unpainted] = [palette, plain].map((each) => headlineOf(trace, end - start, each));
  const when =
    painted === undefined || unpainted === undefined
      ? [`  ${from}`]
      : unpainted.length + nova.length + from.length + 4 <= width
        ? [`  ${painted}${nova}, ${from}`]
        : [`  ${painted}${nova}`, `  ${from}`];
  return [
    ...wrap('', summaryOf(trace).split(' '), width).map(root?.error === undefined ? palette.bold : palette.red),
    ...when,
    ...packed(
      [
        ['instance', trace.instance],
        ['host', hosts.join(', ')],
        ...(port === undefined ? [] : [['port', port] as const]),
        ['request', trace.request ?? 'unknown'],
        ['trace', trace.traceId],
      ],
      look,
    ),
    ...(error === undefined ? [] : wrap('  error ', error.split(' '), width).map(palette.red)),
  ];
}

/** The outcome of an action, and its duration to the millisecond. For other forms the sentence is enough. */
function headlineOf(trace: FinishedTrace, duration: number, palette: Palette): string | undefined {
  if (trace.form !== 'action') return undefined;
  const outcome = outcomeOf(trace);
  const verb = paintOf(outcome, palette)(outcome ?? 'ended');
  const root = rootOf(trace);
  const subject = `${trace.action ?? root?.name ?? 'action'} ${verb}`;
  // If its start is not in the logs, it may have lasted longer, and lines of one moment show no length.
  const isCut = root !== undefined && certaintyOf(root, 'start') === 'unobserved';
  if (isCut && duration === 0) return subject;
  return `${subject} ${outcome === 'succeeded' ? 'in' : 'after'} ${isCut ? 'at least ' : ''}${inSeconds(duration)} s`;
}

/** Key-value pairs, several on a line if they fit. They are never cut, because users copy them. */
function packed(pairs: readonly (readonly [string, string])[], { width, palette }: Look): string[] {
  const lines: string[] = [];
  let line = '';
  let length = 0;
  for (const [key, value] of pairs) {
    const pair = `${palette.dim(key)} ${value}`;
    const added = key.length + 1 + value.length;
    if (length > 0 && length + 3 + added <= width) {
      line += `   ${pair}`;
      length += 3 + added;
    } else {
      if (length > 0) lines.push(line);
      line = `  ${pair}`;
      length = 2 + added;
    }
  }
  return [...lines, line];
}
