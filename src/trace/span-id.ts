import crypto from 'node:crypto';

/** Every span has one: `hash`, which Node.js has since 20.12, takes half as long as an object that is fed. */
const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex');

/**
 * The trace of an action: version 1 of a recipe that users may follow by hand, and that sidecars which never talk to each
 * other share. `request` is the id that `openstack server event list` shows; where no line gives it, `@<epoch ms>` of the
 * action's first line; `<request>/network-ready` for the sequel of a boot.
 *
 * @returns 32 hex digits
 */
export const traceIdOf = (instance: string, request: string): string => sha256(`novaspan/1/trace/${instance}/${request}`).slice(0, 32);

/** The root of a trace: the same whichever host or attempt writes it. 16 hex digits. */
export const rootIdOf = (traceId: string): string => sha256(`novaspan/1/root/${traceId}`).slice(0, 16);

/** What tells a span from the others of its trace. */
export interface SpanKey {
  readonly service: string;
  readonly host: string;
  readonly name: string;
  /** port id or tap, empty where the span is of no port */
  readonly of: string;
  /** its rank among spans that are equal in all else */
  readonly rank: number;
}

export const spanIdOf = (traceId: string, { service, host, name, of, rank }: SpanKey): string =>
  sha256(`novaspan/1/span/${traceId}/${service}/${host}/${name}/${of}/${rank}`).slice(0, 16);

/** The request part of the sequel's trace id. */
export const networkReady = (request: string): string => `${request}/network-ready`;
