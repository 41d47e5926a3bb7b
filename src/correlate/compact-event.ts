import type { EventKind } from '../catalogue/event.js';
import { atTime, type Event } from '../lifecycle/event.js';
import type { Millis, Origin } from '../model/line.js';
import type { Level } from '../model/record.js';
import { type Content, unpacked } from './packed-text.js';
import { type Links, NO_LINKS, type SelfStored, type StoredLine } from './stored-line.js';

/** The log and the process of a line. */
export interface Source {
  readonly pid: number | undefined;
  readonly service: string;
  readonly host: string;
  readonly path: string;
  readonly file: number;
}

/** The ids in the brackets of a line. */
export interface Context {
  readonly requestId: string | undefined;
  readonly globalRequestId: string | undefined;
  readonly twoIds: true | undefined;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
}

/** Facts that all lines of one wording share. */
export interface Shape {
  readonly kind: EventKind;
  readonly level: Level;
  readonly logger: string;
  /** the names of the fields, in their order */
  readonly names: readonly string[];
  /** undefined if each line stores its own */
  readonly wording: string | undefined;
}

/** Facts that only a few lines have. */
export interface Rare {
  readonly detail: string[];
  readonly name: string | undefined;
  readonly line: number | undefined;
  readonly serial: Origin['serial'];
  readonly isRough: true | undefined;
  readonly stated: Millis | undefined;
}

/** The parts of an event that are stored separately. */
export interface Parts {
  readonly source: Source;
  readonly context: Context;
  readonly shape: Shape;
  readonly rare: Rare | undefined;
  readonly at: Millis;
  readonly instance: string | undefined;
  readonly offset: number;
  /** undefined if the line cannot be packed */
  readonly packed: string | undefined;
  readonly content: Content;
}

/** How many events keep their unpacked fields: the fields of one action are read many times. */
const MAX_READ = 256;
/** Shared by all lines that cannot have a traceback. */
const NO_DETAIL: string[] = [];

/** The events whose fields were read last. */
class RecentlyRead {
  readonly #events: (CompactEvent | undefined)[] = new Array(MAX_READ).fill(undefined);
  #at = 0;

  note(event: CompactEvent): void {
    this.#events[this.#at]?.forget();
    this.#events[this.#at] = event;
    this.#at = (this.#at + 1) % MAX_READ;
  }
}

const recentlyRead = new RecentlyRead();

/**
 * An event that takes little memory. Lines of one log, one request or one wording share objects; the rest of a line is
 * one packed string. The event is also its own entry in the store: a separate object would double the memory.
 */
export class CompactEvent implements Event, StoredLine, SelfStored {
  links: Links = NO_LINKS;
  lastSearch = 0;
  readonly at: Millis;
  readonly instance: string | undefined;
  readonly #source: Source;
  readonly #context: Context;
  readonly #shape: Shape;
  readonly #rare: Rare | undefined;
  readonly #offset: number;
  readonly #packed: string | undefined;
  #content: Content | undefined;

  constructor({ source, context, shape, rare, at, instance, offset, packed, content }: Parts) {
    this.at = at;
    this.instance = instance;
    this.#source = source;
    this.#context = context;
    this.#shape = shape;
    this.#rare = rare;
    this.#offset = offset;
    this.#packed = packed;
    this.#content = content;
  }

  get event(): this {
    return this;
  }

  storedWith(links: Links): this {
    this.links = links;
    return this;
  }

  /** All fields as plain JSON, for a checkpoint: JSON.stringify skips the getters of a class. */
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
    return this.content.fields;
  }

  get text(): string {
    return this.content.text;
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

  /** Drops the unpacked fields. They can be unpacked again. */
  forget(): void {
    if (this.#packed !== undefined) this.#content = undefined;
  }

  /** `private` instead of `#`: a `#` getter costs one more slot per object. */
  private get content(): Content {
    if (this.#content !== undefined) return this.#content;
    const content = unpacked(this.#packed ?? '', this.#shape, this);
    this.#content = content;
    recentlyRead.note(this);
    return content;
  }
}
