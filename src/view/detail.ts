import { dirname, join } from 'node:path';
import { causesOf } from '../export/terminal/causes.js';
import { boundsOf, certaintyOf, durationOf, errorOf, extentOf, portLabel, reportedSeconds, rootOf } from '../export/terminal/reading.js';
import { treeOf, waitersOf } from '../export/terminal/tree.js';
import { verdictOf } from '../export/verdict.js';
import { glossary } from '../lifecycle/glossary.js';
import { keys } from '../model/attributes.js';
import { phaseOf, REQUESTS } from '../model/call.js';
import { knownServices } from '../model/services.js';
import type { AttributeValue, FinishedTrace, SpanData, SpanEvent } from '../model/span.js';
import { chainOf, gatesOf } from './chain.js';
import { outlineOf } from './outline.js';
import type { LogLine, SpanRow, TracePage } from './types.js';

/** An action with all its details. */
export function pageOf(trace: FinishedTrace): TracePage {
  const { id, form, action, outcome, isError, headline, error, start, ms } = outlineOf(trace);
  const verdict = verdictOf(trace);
  const gates = gatesOf(verdict, trace);
  const gateOf = new Map<string, number>();
  for (const [place, { step }] of gates.entries()) {
    for (const span of [...step.spans, ...(step.waiter === undefined ? [] : [step.waiter])])
      if (!gateOf.has(span.spanId)) gateOf.set(span.spanId, place);
  }
  const { culprit } = verdict;
  const { start: from, end: to } = boundsOf(trace);
  return {
    ...{ id, form, action, outcome, isError, headline, start, ms, from, to },
    ...(error !== undefined && { error }),
    facts: factsOf(trace),
    ...(culprit !== undefined && {
      culprit: { span: culprit.span.spanId, name: culprit.name, ms: culprit.millis, sure: culprit.evidence === 'observed' },
    }),
    chain: chainOf(gates),
    rows: treeOf(trace.spans, waitersOf(trace)).map(({ span, depth, children }) =>
      rowOf(span, depth, children.length > 0, gateOf.get(span.spanId)),
    ),
    links: [...new Set(trace.spans.flatMap(({ links }) => links.map(({ traceId }) => traceId)))].filter((one) => one !== id),
  };
}

function factsOf(trace: FinishedTrace): TracePage['facts'] {
  const root = rootOf(trace);
  const reported = reportedSeconds(root);
  const { start } = extentOf(trace);
  const facts: (readonly [string, string | undefined])[] = [
    ['instance', trace.instance],
    ['request', trace.request],
    ['host', root?.host ?? [...new Set(trace.spans.map(({ host }) => host))].join(', ')],
    ['began', new Date(start).toISOString().replace('T', ' ').replace('Z', ' UTC')],
    ['nova says', reported === undefined ? undefined : `${reported} s`],
    ['project', textOf(root?.attributes[keys.project])],
    ['trace', trace.traceId],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

const textOf = (value: AttributeValue | undefined): string | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value);

function rowOf(span: SpanData, depth: number, hasParts: boolean, gate: number | undefined): SpanRow {
  const port = portLabel(span);
  const error = errorOf(span);
  const phase = phaseOf(span);
  const about = Object.hasOwn(glossary, phase) ? glossary[phase] : undefined;
  return {
    id: span.spanId,
    name: span.name,
    service: span.service,
    host: span.host,
    project: knownServices.projectOf(span.service) ?? 'other',
    depth,
    hasParts,
    isRequest: phase === REQUESTS,
    start: span.start,
    ms: durationOf(span),
    begins: certaintyOf(span, 'start'),
    ends: certaintyOf(span, 'end'),
    ...(port !== undefined && { port }),
    ...(error !== undefined && { error }),
    causes: causesOf(span),
    attributes: Object.entries(span.attributes)
      .map(([key, value]) => [key, textOf(value) ?? ''] as const)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    lines: span.events.map(lineOf),
    moreLines: span.droppedEvents,
    ...(about !== undefined && { about }),
    ...(gate !== undefined && { gate }),
  };
}

function lineOf({ name, at, attributes }: SpanEvent): LogLine {
  const stack = textOf(attributes[keys.exceptionStack]);
  return {
    at,
    level: textOf(attributes[keys.logLevel]) ?? (stack === undefined ? '' : 'ERROR'),
    service: textOf(attributes[keys.logService]) ?? '',
    text: textOf(attributes[keys.logMessage]) ?? stack ?? textOf(attributes[keys.exceptionMessage]) ?? name,
    place: placeOf(attributes),
  };
}

/** `FILE:LINE`, as in editors and grep; without a line number, the byte offset. */
function placeOf(attributes: SpanEvent['attributes']): string {
  const path = textOf(attributes[keys.logPath]);
  if (path === undefined) return '';
  const name = textOf(attributes[keys.logName]);
  const file = name === undefined ? path : join(dirname(path), name);
  const line = textOf(attributes[keys.logLine]);
  const offset = textOf(attributes[keys.logOffset]);
  return line !== undefined ? `${file}:${line}` : offset !== undefined ? `${file} (byte ${offset})` : file;
}
