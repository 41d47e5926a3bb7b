import type { Event } from '../lifecycle/event.js';
import { keys } from '../model/attributes.js';
import type { Origin } from '../model/line.js';
import type { AttributeValue, SpanEvent } from '../model/span.js';
import { bounds } from './bounds.js';

/** Whether the lines behind a span are its span events, and with the file and the number of each line where they are known. */
export type ShownLines = 'events' | 'numbered' | 'off';

/** The span events of a span. */
export interface LineEvents {
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
}

const NONE: LineEvents = { events: [], droppedEvents: 0 };

/**
 * Lines of one trace as span events, named by their kind: their wording with the values that the catalogue allows, and where they
 * stand. A line that bounds two spans of a service is the same event of both, so that it is made, scrubbed and encoded once.
 */
export class LinesOfTrace {
  readonly #lines: ShownLines;
  /** of spans of the service that wrote the line, and of spans of others */
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
    // Set one by one, not spread: there are fifteen lines in a trace. The span says the service, and most lines are INFO: only what
    // differs is worth its bytes.
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
