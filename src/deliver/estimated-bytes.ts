import type { Attributes, FinishedTrace } from '../model/span.js';

/** What V8 takes for an object of each kind, besides its texts: measured on the golden traces, and rounded up. */
const SPAN = 500;
const EVENT = 200;
const LINK = 200;
const ATTRIBUTE = 40;

/** About how many bytes of memory a finished trace takes while it waits. Never far below what it takes: test/outage.test.ts. */
export function weightOf({ spans }: FinishedTrace): number {
  let bytes = 0;
  for (const span of spans) {
    bytes += SPAN + weightOfAttributes(span.attributes) + (span.error?.length ?? 0);
    for (const { name, attributes } of span.events) bytes += EVENT + name.length + weightOfAttributes(attributes);
    for (const { attributes } of span.links) bytes += LINK + weightOfAttributes(attributes);
  }
  return bytes;
}

function weightOfAttributes(attributes: Attributes): number {
  let bytes = 0;
  for (const key in attributes) {
    const value = attributes[key]!;
    bytes += ATTRIBUTE;
    if (typeof value === 'string') bytes += value.length;
    else if (typeof value === 'object') for (const text of value) bytes += ATTRIBUTE + text.length;
  }
  return bytes;
}
