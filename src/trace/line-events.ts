import type { Event } from '../lifecycle/event.js';
import { keys } from '../model/attributes.js';
import type { Origin } from '../model/line.js';
import type { AttributeValue, SpanEvent } from '../model/span.js';
import { bounds } from './bounds.js';

/** Whether a span has its lines as span events, and whether each event has the file and number of its line. */
export type ShownLines = 'events' | 'numbered' | 'off';

/** The span events of a span. */
export interface LineEvents {
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
}

const NONE: LineEvents = { events: [], droppedEvents: 0 };

/**
 * The lines of one trace as span events. An event is named by the kind of the line, and has its text, with only the
 * values that the catalogue allows, and its place. A line that bounds two spans of a service is one event on both: it
 * is made, scrubbed and encoded once.
 */
export class LinesOfTrace {
  readonly #lines: ShownLines;
  /** on spans of the service that wrote the line, and on spans of other services */
  readonly #own = new Map<Event, SpanEvent>();
  readonly #others = new Map<Event, SpanEvent>();

  constructor(lines: ShownLines) {
    this.#lines = lines;
  }

  /** @param service of the span */
  on(lines: readonly Event[], service: string): LineEvents {
    if (this.#lines === 'off' || lines.length === 0) return NONE;
    const shown = lines.length > bounds.eventsOfSpan ? lines.slice(0, bounds.eventsOfSpan) : lines;
    return { events: shown.map((event) => this.#eventOf(event, service)), droppedEvents: lines.length - shown.length };
  }

  #eventOf(line: Event, service: string): SpanEvent {
    const known = line.service === service ? this.#own : this.#others;
    let event = known.get(line);
    if (event === undefined) known.set(line, (event = this.#made(line, service)));
    return event;
  }

  #made(line: Event, service: string): SpanEvent {
    // Set one by one, which is faster than spreading. The span names the service, and most lines are INFO: only other
    // values are written.
    const attributes: Record<string, AttributeValue> = {};
    if (line.service !== service) attributes[keys.logService] = line.service;
    if (line.level !== 'INFO') attributes[keys.logLevel] = line.level;
    attributes[keys.logPath] = line.origin.path;
    attributes[keys.logOffset] = line.origin.offset;
    if (this.#lines === 'numbered') addLineNumber(attributes, line.origin);
    attributes[keys.logMessage] = line.text;
    return { name: line.kind, at: line.stated ?? line.at, attributes };
  }
}

function addLineNumber(attributes: Record<string, AttributeValue>, { name, line }: Origin): void {
  if (name !== undefined) attributes[keys.logName] = name;
  if (line !== undefined) attributes[keys.logLine] = line;
}
