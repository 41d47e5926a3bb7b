import { scrubbed } from '../export/scrub.js';
import { keys } from '../model/attributes.js';
import type { Count } from '../model/counters.js';
import type { Attributes, AttributeValue, FinishedTrace, SpanData, SpanEvent } from '../model/span.js';

/**
 * The limits of one trace. They are far above what real actions have. No setting changes them: two sidecars that write
 * parts of one trace, and two readings of one log, must give the same bytes.
 */
export const bounds = {
  /** spans of a trace, its root included */
  spans: 1000,
  /** lines shown on one span: backends store no more */
  eventsOfSpan: 128,
  /** lines shown on all spans of a trace */
  eventsOfTrace: 10_000,
  /** characters of a shown line, and of a span's status */
  text: 4096,
  /** characters of an attribute */
  value: 8192,
  /** items of an attribute that is a list */
  items: 1024,
} as const;

/**
 * A trace that may leave the process: within the limits, and without anything that looks like a secret. What is
 * hidden, cut or left out is counted. A span that needs no change is returned as it is.
 */
export function fitToLeave(trace: FinishedTrace, count: Count): FinishedTrace {
  const fit = new Fitting(count);
  const spans = fit.spans(trace.spans);
  return spans === trace.spans ? trace : { ...trace, spans };
}

/** Keys with few different values in all traces. None of them contains text of a log or a user's name. */
const FEW: ReadonlySet<string> = new Set([
  ...[keys.action, keys.outcome, keys.start, keys.end, keys.endReason, keys.leastLevel, keys.image],
  ...[keys.logPath, keys.logService, keys.logLevel, keys.httpMethod, keys.httpRoute],
]);
/** How many values are cached that contain no secret: they are checked once, and not in every trace. */
const MOST_CLEAN = 10_000;
const cleanTexts = new Set<string>();
const cleanLists = new WeakSet<readonly string[]>();

class Fitting {
  readonly #count: Count;
  /** values that were checked in this trace: most are on many of its spans */
  readonly #known = new Map<string, string>();
  /** lines that were checked in this trace: one line may be on several spans */
  readonly #clean = new Set<SpanEvent>();
  #eventsLeft: number = bounds.eventsOfTrace;

  constructor(count: Count) {
    this.#count = count;
  }

  spans(given: readonly SpanData[]): readonly SpanData[] {
    const kept = given.length > bounds.spans ? this.#first(given) : given;
    let isSame = kept === given;
    const fitted = kept.map((span) => {
      const fit = this.#span(span);
      if (fit !== span) isSame = false;
      return fit;
    });
    return isSame ? given : fitted;
  }

  /** The first spans, with the root. A span whose parent is left out becomes a child of the root. */
  #first(spans: readonly SpanData[]): readonly SpanData[] {
    this.#count('spans_left_out', spans.length - bounds.spans);
    const kept = spans.slice(0, bounds.spans);
    const leftOut = new Map(spans.slice(bounds.spans).map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
    return kept.map((span) => {
      let parent = span.parentSpanId;
      while (parent !== undefined && leftOut.has(parent)) parent = leftOut.get(parent);
      return parent === span.parentSpanId ? span : { ...span, parentSpanId: parent };
    });
  }

  #span(span: SpanData): SpanData {
    const attributes = this.#attributes(span.attributes);
    const error = span.error === undefined ? undefined : this.#text(span.error, bounds.text, false);
    const events = this.#events(span.events);
    if (attributes === span.attributes && error === span.error && events === span.events) {
      if (span.droppedEvents > 0) this.#count('lines_left_out', span.droppedEvents);
      return span;
    }
    const droppedEvents = span.droppedEvents + span.events.length - events.length;
    if (droppedEvents > 0) this.#count('lines_left_out', droppedEvents);
    return { ...span, attributes, error, events, droppedEvents };
  }

  #events(given: readonly SpanEvent[]): readonly SpanEvent[] {
    const kept = given.length > this.#eventsLeft ? given.slice(0, this.#eventsLeft) : given;
    this.#eventsLeft -= kept.length;
    let fitted: SpanEvent[] | undefined;
    for (let i = 0; i < kept.length; i++) {
      const event = kept[i]!;
      if (this.#clean.has(event)) continue;
      const name = this.#text(event.name, bounds.text, true);
      const attributes = this.#attributes(event.attributes);
      if (name === event.name && attributes === event.attributes) this.#clean.add(event);
      else (fitted ??= [...kept])[i] = { ...event, name, attributes };
    }
    return fitted ?? kept;
  }

  #attributes(given: Attributes): Attributes {
    let fitted: Record<string, AttributeValue> | undefined;
    for (const key in given) {
      const value = given[key]!;
      if (typeof value === 'number') continue;
      // Lines differ: remembering that one has no secret costs as much as checking it.
      if (key === keys.logMessage && typeof value === 'string' && value.length <= bounds.text && scrubbed(value) === value) continue;
      const longest = key === keys.logMessage ? bounds.text : bounds.value;
      const fit =
        typeof value === 'string' ? this.#text(value, longest, FEW.has(key)) : typeof value === 'object' ? this.#list(value) : value;
      if (fit === value) continue;
      fitted ??= { ...given };
      fitted[key] = fit;
    }
    return fitted ?? given;
  }

  #list(given: readonly string[]): readonly string[] {
    if (cleanLists.has(given)) return given;
    let isSame = given.length <= bounds.items;
    if (!isSame) this.#count('values_cut');
    const fitted = (isSame ? given : given.slice(0, bounds.items)).map((item) => {
      const fit = this.#text(item, bounds.value, false);
      if (fit !== item) isSame = false;
      return fit;
    });
    if (!isSame) return fitted;
    cleanLists.add(given);
    return given;
  }

  /** Scrubs first, then cuts: half a secret might not be recognised. @param isOfFew its key has few values */
  #text(text: string, longest: number, isOfFew: boolean): string {
    if (isOfFew && cleanTexts.has(text)) return text;
    let clean = this.#known.get(text);
    if (clean === undefined) {
      clean = scrubbed(text);
      if (clean !== text) this.#count('secrets_hidden');
      else if (isOfFew && text.length <= longest) {
        if (cleanTexts.size === MOST_CLEAN) cleanTexts.clear();
        cleanTexts.add(text);
        return text;
      }
      this.#known.set(text, clean);
    }
    if (clean.length <= longest) return clean;
    this.#count('values_cut');
    return clean.slice(0, longest);
  }
}
