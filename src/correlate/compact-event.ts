import type { EventKind } from '../catalogue/event.js';
import { atTime, type Event } from '../lifecycle/event.js';
import type { Millis, Origin } from '../model/line.js';
import type { Level } from '../model/record.js';
import { type Keepable, type Kept, type Links, NO_LINKS } from './kept.js';
import { type Said, unpacked } from './packed-text.js';

/** The log and the process that a line is from. */
export interface Source {
  readonly pid: number | undefined;
  readonly service: string;
  readonly host: string;
  readonly path: string;
  readonly file: number;
}

/** The ids in a line's brackets. */
export interface Context {
  readonly requestId: string | undefined;
  readonly globalRequestId: string | undefined;
  readonly twoIds: true | undefined;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
}

/** What all lines of one wording share. */
export interface Shape {
  readonly kind: EventKind;
  readonly level: Level;
  readonly logger: string;
  /** of the fields, in their order */
  readonly names: readonly string[];
  /** undefined where each line keeps its own */
  readonly wording: string | undefined;
}

/** What only a few lines have. */
export interface Rare {
  readonly detail: string[];
  readonly name: string | undefined;
  readonly line: number | undefined;
  readonly serial: Origin['serial'];
  readonly isRough: true | undefined;
  readonly stated: Millis | undefined;
}

export interface Parts {
  readonly source: Source;
  readonly context: Context;
  readonly shape: Shape;
  readonly rare: Rare | undefined;
  readonly at: Millis;
  readonly instance: string | undefined;
  readonly offset: number;
  /** undefined where the line cannot be packed */
  readonly packed: string | undefined;
  readonly said: Said;
}

/** Events that keep their unpacked fields: those of one action are asked for again and again. */
const MOST_READ = 256;
/** Shared by all lines that no traceback can follow. */
const NO_DETAIL: string[] = [];

/** The events that were read last. */
class RecentlyRead {
  readonly #events: (CompactEvent | undefined)[] = new Array(MOST_READ).fill(undefined);
  #at = 0;

  note(event: CompactEvent): void {
    this.#events[this.#at]?.forget();
    this.#events[this.#at] = event;
    this.#at = (this.#at + 1) % MOST_READ;
  }
}

const recentlyRead = new RecentlyRead();

/**
 * An event that takes little memory. Lines of one log, one request or one wording share one object; the rest of a line
 * is one packed string. The event is its own entry in the store: a separate object for each took as much memory again.
 */
export class CompactEvent implements Event, Kept, Keepable {
  links: Links = NO_LINKS;
  look = 0;
  readonly at: Millis;
  readonly instance: string | undefined;
  readonly #source: Source;
  readonly #context: Context;
  readonly #shape: Shape;
  readonly #rare: Rare | undefined;
  readonly #offset: number;
  readonly #packed: string | undefined;
  #said: Said | undefined;

  constructor({ source, context, shape, rare, at, instance, offset, packed, said }: Parts) {
    this.at = at;
    this.instance = instance;
    this.#source = source;
    this.#context = context;
    this.#shape = shape;
    this.#rare = rare;
    this.#offset = offset;
    this.#packed = packed;
    this.#said = said;
  }

  get event(): this {
    return this;
  }

  keptWith(links: Links): this {
    this.links = links;
    return this;
  }

  /** All of it as plain JSON, for a checkpoint: JSON.stringify sees only own fields, and most of these are getters. */
  toJSON(): Event {
    return atTime(this.at, this);
  }

  get pid(): number | undefined {
    return this.#source.pid;
  }

  get kind(): EventKind {
    return this.#shape.kind;
  }

  get level(): Level {
    return this.#shape.level;
  }

  get logger(): string {
    return this.#shape.logger;
  }

  get fields(): Event['fields'] {
    return this.said.fields;
  }

  get text(): string {
    return this.said.text;
  }

  get service(): string {
    return this.#source.service;
  }

  get host(): string {
    return this.#source.host;
  }

  get requestId(): string | undefined {
    return this.#context.requestId;
  }

  get globalRequestId(): string | undefined {
    return this.#context.globalRequestId;
  }

  get twoIds(): true | undefined {
    return this.#context.twoIds;
  }

  get userId(): string | undefined {
    return this.#context.userId;
  }

  get projectId(): string | undefined {
    return this.#context.projectId;
  }

  get detail(): string[] {
    return this.#rare?.detail ?? NO_DETAIL;
  }

  get isRough(): true | undefined {
    return this.#rare?.isRough;
  }

  get stated(): Millis | undefined {
    return this.#rare?.stated;
  }

  get origin(): Origin {
    const { path, file } = this.#source;
    const offset = this.#offset;
    if (this.#rare === undefined) return { path, file, offset };
    const { name, line, serial } = this.#rare;
    return {
      path,
      file,
      offset,
      ...(name !== undefined && { name }),
      ...(line !== undefined && { line }),
      ...(serial !== undefined && { serial }),
    };
  }

  /** Drops the unpacked fields: they can be unpacked again. */
  forget(): void {
    if (this.#packed !== undefined) this.#said = undefined;
  }

  /** `private`, not `#`: a private method costs each object one more slot. */
  private get said(): Said {
    if (this.#said !== undefined) return this.#said;
    const said = unpacked(this.#packed ?? '', this.#shape, this);
    this.#said = said;
    recentlyRead.note(this);
    return said;
  }
}
