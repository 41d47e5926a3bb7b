import { keys } from './attributes.js';
import type { SpanData } from './span.js';

/**
 * The common phase name of all requests that are named by their call. A service has dozens of calls; in lists and
 * counts they are one phase.
 */
export const REQUESTS = 'requests';

/** The span name of a call, such as `GET /v2.0/ports/{id}`, by OpenTelemetry's rule for HTTP servers. */
export const callName = (method: string, route: string): string => `${method === '_OTHER' ? 'HTTP' : method} ${route}`;

/**
 * The phase of a span: its name, or `REQUESTS` if it is named by its call. It has few values.
 */
export function phaseOf({ name, attributes }: Pick<SpanData, 'name' | 'attributes'>): string {
  const { [keys.httpMethod]: method, [keys.httpRoute]: route } = attributes;
  return typeof method === 'string' && typeof route === 'string' && name === callName(method, route) ? REQUESTS : name;
}
