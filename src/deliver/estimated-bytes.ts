import type { Attributes, FinishedTrace } from '../model/span.js';

/** Memory of one object of each kind without its texts, in bytes: measured on the golden traces, and rounded up. */
const SPAN = 500;
const EVENT = 200;
const LINK = 200;
const ATTRIBUTE = 40;

/** Estimated memory of a waiting trace, in bytes. Never far below the real number: test/outage.test.ts. */
export function estimatedBytes({ spans }: FinishedTrace): number {
  let bytes = 0;
  for (const span of spans) {
    bytes += SPAN + bytesOfAttributes(span.attributes) + (span.error?.length ?? 0);
    for (const { name, attributes } of span.events) bytes += EVENT + name.length + bytesOfAttributes(attributes);
    for (const { attributes } of span.links) bytes += LINK + bytesOfAttributes(attributes);
  }
  return bytes;
}

function bytesOfAttributes(attributes: Attributes): number {
  let bytes = 0;
  for (const key in attributes) {
    const value = attributes[key]!;
    bytes += ATTRIBUTE;
    if (typeof value === 'string') bytes += value.length;
    else if (typeof value === 'object') for (const text of value) bytes += ATTRIBUTE + text.length;
  }
  return bytes;
}
