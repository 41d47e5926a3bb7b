import { keys } from './attributes.js';
import type { Millis } from './line.js';
import type { SpanData } from './span.js';

/** The span of the API call that asks for an action. */
const API_REQUEST = 'api request';

/**
 * When the user asked for an action: nova-api's first line of the request, where the trace holds it. The root is the host's part, and begins later.
 * Of a call whose beginning no line shows it is not known.
 */
export const askedAt = (spans: readonly SpanData[], root: SpanData): Millis | undefined =>
  spans.find(({ name, start, attributes }) => name === API_REQUEST && start < root.start && attributes[keys.start] !== 'unobserved')?.start;
