import type { FinishedTrace } from '../../model/span.js';
import { verdictOf } from '../verdict.js';
import { slowest, why } from './blame.js';
import { headline } from './headline.js';
import type { Look } from './look.js';
import { extentOf, portLabel } from './reading.js';
import { nameOf } from './rows.js';
import { cut, inSeconds, wrap } from './text.js';
import { indentsOf } from './tree.js';

/** The gating chain as in `systemd-analyze critical-chain`: the last first, `@` is the start, `+` the duration. */
export function criticalChain(trace: FinishedTrace, look: Look): string {
  const { palette, glyphs } = look;
  const { start } = extentOf(trace);
  const { steps, culprit } = verdictOf(trace);
  const indents = indentsOf(
    steps.map(({ depth }) => depth),
    glyphs,
  );
  const lines = steps.flatMap(({ spans, start: began, end }, place) => {
    const indent = indents[place] ?? '';
    const times = `@${inSeconds(began - start)}s ${end === undefined ? 'end not in the logs' : `+${inSeconds(end - began)}s`}`;
    const [span] = spans;
    if (span === undefined) return [palette.dim(`${indent}(unexplained) ${times}`)];
    const words = [nameOf(spans), portLabel(span), spans.length > 1 ? `${glyphs.times}${spans.length}` : undefined];
    const text = cut(words.filter((word) => word !== undefined).join(' '), look.width - indent.length - times.length - 1, look);
    const room = look.width - indent.length - text.length - times.length - 3;
    const who = `${span.service}@${span.host}`;
    return [
      `${indent}${span.error === undefined ? palette.bold(text) : palette.red(text)} ${times}${who.length <= room ? `  ${palette.dim(who)}` : ''}`,
      ...spans.flatMap((each) => why(each, indent.length + 2, look)),
    ];
  });
  const title = 'The end was gated by these, the last first (@ when it began, + how long it took):';
  return (
    [...headline(trace, look), '', ...wrap('', title.split(' '), look.width).map(palette.dim), ...lines, ...slowest(culprit, look)].join(
      '\n',
    ) + '\n'
  );
}
