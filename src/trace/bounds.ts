import { scrubbed } from '../export/scrub.js';
import { keys } from '../model/attributes.js';
import type { Count } from '../model/counters.js';
import type { Attributes, AttributeValue, FinishedTrace, SpanData, SpanEvent } from '../model/span.js';

/**
 * The most that one trace may hold. They are far above what real actions have, and no setting changes them: two sidecars
 * that write parts of one trace, and two readings of one log, must give the same bytes.
 */
export const bounds = {
  /** spans of a trace, its root included */
  spans: 1000,
  /** lines shown on one span: backends keep no more */
  eventsOfSpan: 128,
  /** lines shown on all spans of a trace */
  eventsOfTrace: 10_000,
  /** characters of a line as it is shown, and of a span's status */
  text: 4096,
  /** characters of an attribute */
  value: 8192,
  /** items of an attribute that is a list */
  items: 1024,
} as const;

/**
 * A trace as it may leave the process: without what looks like a secret, whatever line it came from, and within bounds.
 * What is hidden, cut or left out is counted; a span that needs nothing is given back as it is.
 */
export function fitToLeave(trace: FinishedTrace, count: Count): FinishedTrace {
  const fit = new Fitting(count);
  const spans = fit.spans(trace.spans);
  return spans === trace.spans ? trace : { ...trace, spans };
}

/** Keys of few values in all traces: none of them is a text of a log, or names a thing of a user. */
const FEW: ReadonlySet<string> = new Set([
  ...[keys.action, keys.outcome, keys.start, keys.end, keys.endReason, keys.leastLevel, keys.image],
  ...[keys.logPath, keys.logService, keys.logLevel, keys.httpMethod, keys.httpRoute],
]);
/** Their values that hold no secret, and the lists that hold none: looked at once, and not in every trace. No more than so many. */
const MOST_CLEAN = 10_000;
const cleanTexts = new Set<string>();
const cleanLists = new WeakSet<readonly string[]>();

class Fitting {
  readonly #count: Count;
  /** most values of a trace are on many of its spans */
  readonly #known = new Map<string, string>();
  /** a line may be shown on several spans */
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

  /** The first spans, the root among them; a span whose parent is left out becomes its trace's root's. */
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
      // Lines are unlike each other: to remember that one has no secret costs as much as to look at it.
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

  /** Scrubbed first, then cut: a secret that is cut in two might not be known for one. @param isOfFew its key has few values */
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
