import { keys } from './attributes.js';
import type { SpanData } from './span.js';

/** Spans of requests are named by the call, of which a service has dozens; where phases are listed or counted they are one. */
export const REQUESTS = 'requests';

/** `GET /v2.0/ports/{id}`: the method and the route, as OpenTelemetry names the spans of HTTP servers. */
export const callName = (method: string, route: string): string => `${method === '_OTHER' ? 'HTTP' : method} ${route}`;

/** The phase that a span is of: its name, but one for all requests that are named by their call. Of few values. */
export function phaseOf({ name, attributes }: Pick<SpanData, 'name' | 'attributes'>): string {
  const { [keys.httpMethod]: method, [keys.httpRoute]: route } = attributes;
  return typeof method === 'string' && typeof route === 'string' && name === callName(method, route) ? REQUESTS : name;
}
