import { type Catalogue, catalogue as ours } from '../catalogue/index.js';
import { portsOf } from '../correlate/store.js';
import { scrubbed } from '../export/scrub.js';
import { readContext } from '../format/oslo.js';
import { printable } from '../format/prefix.js';
import { formNamed, formOf } from '../format/wrap/index.js';
import { Unwrapper } from '../format/wrap/unwrapper.js';
import { createZone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import { actions } from '../lifecycle/name.js';
import { systemClock } from '../model/clock.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import { EnvelopeReader, formatOf } from '../read/envelope.js';
import { LogReader, ownName } from '../read/log-reader.js';
import { loadRules, type Rules } from '../read/rules.js';
import { asWritten } from '../read/unfold.js';
import { serviceOfIdent } from '../tail/name.js';

const CARRIAGE_RETURN = 13;

/** Explanation of a line or a phase, as named stages in order. */
export interface Explanation {
  readonly stages: readonly { readonly name: string; readonly text: string }[];
  /** false if a stage failed, so that the line leads to no span */
  readonly understood: boolean;
}

export interface ExplainOptions {
  readonly service?: string;
  /** form of the line; detected if not given */
  readonly form?: LogForm;
  readonly zone: string;
  /** rule files of the user */
  readonly rules?: readonly string[];
}

/**
 * Explains how one line is read, stage by stage. Without a given service, the wrapper's is taken, else each service
 * that knows the line is tried, nova-compute first.
 */
export function explainLine(line: string, options: ExplainOptions): Explanation {
  const { stages, understood } = explainAny(asWritten(line), options);
  return { understood, stages: stages.map(({ name, text }) => ({ name, text: printable(text) })) };
}

function explainAny(line: string, options: ExplainOptions): Explanation {
  const inner = unwrapped(line, options);
  if (inner === undefined) return explainInner({ text: line, at: undefined }, options);
  if ('broken' in inner) return { understood: false, stages: [{ name: 'form', text: inner.broken }] };
  const service = options.service ?? inner.service;
  const { stages, understood } = explainInner(inner, { ...options, ...(service !== undefined && { service }) });
  return { understood, stages: [{ name: 'form', text: inner.note }, ...stages] };
}

function explainInner({ text, at }: Pick<Inner, 'text' | 'at'>, options: ExplainOptions): Explanation {
  const rules = loadRules(options.rules ?? []);
  const catalogue = rules?.catalogue ?? ours;
  const all = ['nova-compute', ...catalogue.services.filter((each) => each !== 'nova-compute')];
  const tried = options.service === undefined ? all : [options.service];
  for (const service of tried) {
    const event = readBy(service, text, at, options.zone, catalogue);
    if (event !== undefined) return explained(event, service, rules);
  }
  return unread({ text, at }, options, tried, catalogue);
}

/** A line without its wrapper. */
interface Inner {
  /** text of the stage `form` */
  readonly note: string;
  readonly text: string;
  readonly at: Millis | undefined;
  readonly service: string | undefined;
}

/** @returns undefined for a plain line */
function unwrapped(line: string, { form: given, zone }: ExplainOptions): Inner | { readonly broken: string } | undefined {
  const bytes = Buffer.from(line);
  const name = given ?? formOf(bytes, 0, bytes.length);
  const form = name === undefined ? undefined : formNamed(name);
  if (form === undefined) return undefined;
  const found: Inner[] = [];
  const unwrapper = new Unwrapper({
    form,
    zone: createZone(zone),
    latest: () => systemClock.now(),
    count: () => undefined,
    onLine({ idents, host }, inner, start, end, _offset, at) {
      const place = host === undefined ? '' : ` on ${host}`;
      const who = idents[0] === undefined ? place : ` by ${idents[0]}${place}`;
      found.push({
        note: `${name}${who === '' ? '' : `, written${who}`}`,
        text: inner.toString('utf8', start, end),
        at,
        service: idents.map((ident) => serviceOfIdent(ident)).find((service) => service !== undefined && ours.services.includes(service)),
      });
    },
  });
  if (!unwrapper.line(bytes, 0, bytes.length, 0))
    return { broken: `${name} was asked for, but this line is not of that form, or is broken` };
  return found[0] ?? { broken: `${name}: one part of a line that its wrapper has cut; the parts are put together where the log is read` };
}

function readBy(service: string, line: string, at: Millis | undefined, zone: string, catalogue: Catalogue): Event | undefined {
  let found: Event | undefined;
  const reader = new LogReader({
    service,
    host: 'here',
    path: '-',
    zone: createZone(zone),
    format: formatOf(service),
    catalogue,
    count: () => undefined,
    onEvent: (event) => {
      found = event;
    },
  });
  const bytes = Buffer.from(line);
  reader.line(bytes, 0, bytes.length, 0, at);
  return found;
}

function explained(event: Event, service: string, rules: Rules | undefined): Explanation {
  const edges = actions.flatMap((spec) => {
    const roles = (rules?.phasesOf(spec) ?? spec.phases).flatMap((phase) => [
      ...(phase.from.some(({ kinds }) => kinds.includes(event.kind)) ? [`begins "${phase.name}"`] : []),
      ...(phase.to.some(({ kinds }) => kinds.includes(event.kind)) ? [`ends "${phase.name}"`] : []),
    ]);
    if (spec.namedBy.includes(event.kind)) roles.unshift('names it');
    if (spec.ends.includes(event.kind)) roles.push('ends it');
    if (spec.fails.includes(event.kind)) roles.push('shows its failure');
    return roles.length === 0 ? [] : [`${spec.name}: ${[...new Set(roles)].join(', ')}`];
  });
  const ids = [
    event.instance === undefined ? undefined : `instance ${event.instance}`,
    event.requestId === undefined ? undefined : `request ${event.requestId}`,
    event.globalRequestId === undefined ? undefined : `caller's request ${event.globalRequestId}`,
    ...portsOf(event).map(({ port, tap, mac }) => ['port', port, tap, mac].filter((each) => each !== undefined).join(' ')),
  ].filter((each) => each !== undefined);
  return {
    understood: true,
    stages: [
      { name: 'service', text: ownName(service) },
      { name: 'time', text: new Date(event.at).toISOString() },
      { name: 'level', text: event.level },
      { name: 'logger', text: event.logger },
      { name: 'ids', text: ids.length === 0 ? 'none: it is joined by time, or not at all' : ids.join('; ') },
      { name: 'event', text: event.kind },
      { name: 'shown as', text: scrubbed(event.text) },
      { name: 'role', text: edges.length === 0 ? 'no phase begins or ends with it' : edges.join('; ') },
    ],
  };
}

/** Explains how far a line could be read that gives no event. */
function unread(
  { text, at }: Pick<Inner, 'text' | 'at'>,
  { service, zone }: ExplainOptions,
  tried: readonly string[],
  catalogue: Catalogue,
): Explanation {
  const reader = new EnvelopeReader(service === undefined ? undefined : formatOf(service));
  const bytes = Buffer.from(text);
  const made = reader.read(bytes, 0, bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length, at);
  const envelope = made === undefined ? undefined : reader.envelope(made, at);
  if (envelope === undefined) {
    return {
      understood: false,
      stages: [
        {
          name: 'envelope',
          text: 'not a record in any known format: it would continue the record before it, or be counted in unparsed_lines',
        },
      ],
    };
  }
  const { writing, isUtc, logger, message, level, context } = envelope;
  const known = tried.filter((each) => catalogue.knowsLogger(each, logger));
  const ids = context === undefined ? undefined : readContext(context).requestId;
  const kind = tried.map((each) => catalogue.recognise(each, logger, message)?.kind).find((each) => each !== undefined);
  return {
    understood: false,
    stages: [
      { name: 'envelope', text: `${writing}, ${isUtc ? 'UTC' : `local time in ${zone}`}` },
      { name: 'level', text: level },
      {
        name: 'logger',
        text:
          known.length === 0
            ? `${logger}: no service's log is read for this logger`
            : `${logger}, known in ${known.map(ownName).join(', ')}`,
      },
      ...(ids === undefined ? [] : [{ name: 'ids', text: `request ${ids}` }]),
      {
        name: 'event',
        text:
          kind === undefined
            ? 'none: the catalogue knows no such message, so it is counted as unrecognised and skipped'
            : `${kind}: known, but no action needs it, so it is passed over`,
      },
    ],
  };
}
