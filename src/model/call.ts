/** Spans of requests are named by the call, of which a service has dozens; where phases are listed or counted they are one. */
export const REQUESTS = 'requests';

/** `GET /v2.0/ports/{id}`: the method and the route, as OpenTelemetry names the spans of HTTP servers. */
export const callName = (method: string, route: string): string => `${method === '_OTHER' ? 'HTTP' : method} ${route}`;
