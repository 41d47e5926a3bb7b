import type { Level } from '../model/record.js';
import type { HoleType, holes } from './holes.js';
import type { FieldValue } from './scan.js';

/** Locks of oslo.concurrency, by what they protect. */
type LockOf = 'instance' | 'interface' | 'claim' | 'resource' | 'image' | 'cache';

/** The meaning of a message besides its fields. Code uses these traits and never the spelling of a kind. */
export interface Traits {
  /** a step in the life of a lock */
  readonly lock?: { readonly of: LockOf; readonly step: 'awaited' | 'acquired' | 'released' };
  /** the access line of a service that answered an HTTP request */
  readonly request?: true;
  /** an event that neutron sends to nova with a request id of its own: that request is no instance action */
  readonly external?: true;
  /** about the work of a neutron agent on a port; an SR-IOV agent names the port by its MAC address */
  readonly agent?: true;
}

/** One message that a service logs. */
export interface MessageSpec extends Traits {
  /** the Python logger or the vlog module; several if it moved; `*` for any logger of the service */
  readonly logger: string | readonly string[];
  readonly level: Level | readonly Level[];
  /** upstream's wordings over the releases, the newest last; braces are placeholders */
  readonly says: readonly string[];
  /** real lines, after the envelope */
  readonly seen: readonly string[];
  /** the first and the last release with this message; open if not given */
  readonly since?: string;
  readonly until?: string;
  /** used only if no other entry matches the line */
  readonly general?: true;
}

export type Messages = Readonly<Record<string, MessageSpec>>;

export interface Table<M extends Messages> {
  readonly services: readonly string[];
  readonly messages: M;
}

/** The messages of a service, or of several that share a log format and a code base. */
export const defineMessages = <const M extends Messages>(services: string | readonly string[], messages: M): Table<M> => ({
  services: typeof services === 'string' ? [services] : services,
  messages,
});

type Unwrapped<Hole extends HoleType> = (typeof holes)[Hole];

/** The fields of one hole: its own, or all that are scanned out of it (any of which may be missing). */
type FieldsOfHole<Name extends string, Hole extends HoleType> =
  Unwrapped<Hole> extends { readonly read: (raw: string) => infer Value }
    ? { readonly [N in Name]: Value }
    : Unwrapped<Hole> extends { readonly gives: readonly (infer Given extends string)[] }
      ? { readonly [N in Given]?: FieldValue }
      : unknown;

/** The fields that a wording captures, derived from its text: `{port:uuid}` gives `{ port: string }`. */
export type Fields<Wording extends string> = Wording extends `${string}{${infer Name}:${infer Hole extends HoleType}}${infer Rest}`
  ? FieldsOfHole<Name, Hole> & Fields<Rest>
  : unknown;
