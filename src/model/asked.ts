import { keys } from './attributes.js';
import type { Millis } from './line.js';
import type { SpanData } from './span.js';

/** The name of the span of the API call that requested the action. */
const API_REQUEST = 'api request';

/**
 * When the user requested an action (epoch ms): the start of the API call, if it is in the trace. The root is only the
 * host's part and starts later. Undefined if no line shows the start of the call.
 */
export const askedAt = (spans: readonly SpanData[], root: SpanData): Millis | undefined =>
  spans.find(({ name, start, attributes }) => name === API_REQUEST && start < root.start && attributes[keys.start] !== 'unobserved')?.start;
