import { couldBe, type Unnamed } from '../lifecycle/unnamed.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import { GRACE } from './times.js';

/**
 * Whether an action that did not succeed lacks a line that it always logs next. Then its name came from a line that
 * other actions log as well, such as the claim of an unshelve whose first lines are missing.
 */
export function lacksRequiredLine({ spec, lines, outcome }: Candidate, inputEnd: Millis): boolean {
  const { requiredNext } = spec ?? {};
  if (spec === undefined || requiredNext === undefined || outcome === 'succeeded' || outcome === 'interrupted') return false;
  if (lines.byRequest.some(({ kind }) => spec.namedBy.includes(kind))) return false;
  const { after, with: next } = requiredNext;
  const all = [...lines.byRequest, ...lines.attributed];
  const last = all.findLast(({ kind }) => kind === after);
  return last !== undefined && last.at + GRACE < inputEnd && !all.some(({ kind }) => next.includes(kind));
}

/** The report about a candidate that could not be named. */
export function unnamedOf({ instance, request, host, lines: { byRequest } }: Candidate): Unnamed {
  const error =
    byRequest.find(({ level }) => level === 'ERROR' || level === 'CRITICAL') ?? byRequest.find(({ level }) => level === 'WARNING');
  return {
    instance,
    request,
    host,
    lines: byRequest.length,
    from: byRequest[0]!.at,
    ...(error !== undefined && { error: { at: error.at, text: error.text } }),
    couldBe: couldBe(byRequest),
  };
}
