import crypto from 'node:crypto';

/** Every span needs a hash. `hash`, in Node.js since 20.12, takes half the time of a `createHash` object. */
const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex');

/**
 * The trace id of an action, by version 1 of the recipe. Users can compute it by hand, and all sidecars compute the
 * same id without communication. `request` is the id that `openstack server event list` shows. If no line contains it,
 * it is `@<epoch ms>` of the action's first line. For the network after a boot it is `<request>/network-ready`.
 *
 * @returns 32 hex digits
 */
export const traceIdOf = (instance: string, request: string): string => sha256(`novaspan/1/trace/${instance}/${request}`).slice(0, 32);

/** The span id of a root: the same whichever host or attempt writes it. @returns 16 hex digits */
export const rootIdOf = (traceId: string): string => sha256(`novaspan/1/root/${traceId}`).slice(0, 16);

/** The facts that distinguish a span from the others of its trace. */
export interface SpanKey {
  readonly service: string;
  readonly host: string;
  readonly name: string;
  /** port id or tap; empty if the span belongs to no port */
  readonly of: string;
  /** its rank among spans that are equal in everything else */
  readonly rank: number;
}

/** The span id of a phase. @returns 16 hex digits */
export const spanIdOf = (traceId: string, { service, host, name, of, rank }: SpanKey): string =>
  sha256(`novaspan/1/span/${traceId}/${service}/${host}/${name}/${of}/${rank}`).slice(0, 16);

/** The request part of the trace id for the network after a boot. */
export const networkReady = (request: string): string => `${request}/network-ready`;
