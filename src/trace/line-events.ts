import type { Event } from '../lifecycle/event.js';
import { keys } from '../model/attributes.js';
import type { Origin } from '../model/line.js';
import type { AttributeValue, SpanEvent } from '../model/span.js';
import { bounds } from './bounds.js';

/** How lines are shown: as span events, as span events with file name and line number, or not at all. */
export type ShownLines = 'events' | 'numbered' | 'off';

/** The span events of a span, and the number of lines that were left out. */
export interface LineEvents {
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
}

const NONE: LineEvents = { events: [], droppedEvents: 0 };

/**
 * The lines of one trace as span events. The name of an event is the kind of the line. It contains the text, with only
 * the values that the catalogue allows, and the place of the line. A line that bounds two spans of a service is the
 * same event on both, so that it is made, scrubbed and encoded once.
 */
export class LinesOfTrace {
  readonly #lines: ShownLines;
  /** on spans of the service that wrote the line, and on spans of other services */
  readonly #own = new Map<Event, SpanEvent>();
  readonly #others = new Map<Event, SpanEvent>();

  constructor(lines: ShownLines) {
    this.#lines = lines;
  }

  /** The span events of lines. @param service the service of the span */
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
