import { keys } from './attributes.js';
import type { SpanData } from './span.js';

/**
 * Spans of requests are named by their call, and a service has dozens. Where phases are listed or counted, they are
 * one phase.
 */
export const REQUESTS = 'requests';

/** `GET /v2.0/ports/{id}`: the method and the route, as OpenTelemetry names the spans of HTTP servers. */
export const callName = (method: string, route: string): string => `${method === '_OTHER' ? 'HTTP' : method} ${route}`;

/**
 * The phase of a span: its name, or one common name for all requests that are named by their call. It has few values.
 */
export function phaseOf({ name, attributes }: Pick<SpanData, 'name' | 'attributes'>): string {
  const { [keys.httpMethod]: method, [keys.httpRoute]: route } = attributes;
  return typeof method === 'string' && typeof route === 'string' && name === callName(method, route) ? REQUESTS : name;
}
