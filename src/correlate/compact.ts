import type { EventKind, FieldValue } from '../catalogue/event.js';
import { type Event, movedTo } from '../lifecycle/event.js';
import type { Millis, Origin } from '../model/line.js';
import { ownText } from '../model/own-text.js';
import type { Level } from '../model/record.js';
import { type Keepable, type Kept, type Links, NO_LINKS } from './kept.js';

/**
 * Events of a process that keeps them for long, beside the guests of others. What the lines of one log, one request or one wording
 * have in common is one object for all of them. What a line says besides is one string, out of which the fields are read when they are
 * asked for:
 *
 *     s l l   s l l   15.59 …   [the wording, where it is this line's alone]
 *     └─┬─┘           └─┬─┘
 *   of each field: its sort, and the length of its value in what follows; each letter is one byte. An id that the event has is not written
 *
 * A wording is the text with a mark in the place of each value: `Took ␁ seconds to build instance.`
 */

/** The log that a line is from, and the process. */
interface Source {
  readonly pid: number | undefined;
  readonly service: string;
  readonly host: string;
  readonly path: string;
  readonly file: number;
}

/** The ids in a line's brackets. */
interface Context {
  readonly requestId: string | undefined;
  readonly globalRequestId: string | undefined;
  readonly twoIds: true | undefined;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
}

/** What the lines of a wording have in common. */
interface Shape {
  readonly kind: EventKind;
  readonly level: Level;
  readonly logger: string;
  /** of the fields, in their order */
  readonly names: readonly string[];
  /** undefined where each line keeps its own */
  readonly wording: string | undefined;
}

/** What few lines have. */
interface Rare {
  readonly detail: string[];
  readonly name: string | undefined;
  readonly line: number | undefined;
  readonly serial: Origin['serial'];
  readonly isRough: true | undefined;
  readonly stated: Millis | undefined;
}

type Said = Pick<Event, 'fields' | 'text'>;

interface Parts {
  readonly source: Source;
  readonly context: Context;
  readonly shape: Shape;
  readonly rare: Rare | undefined;
  readonly at: Millis;
  readonly instance: string | undefined;
  readonly offset: number;
  /** undefined where what the line says cannot be kept so */
  readonly packed: string | undefined;
  readonly said: Said;
}

const TEXT = 1;
const NUMBER = 2;
/** The value is an id that the event has anyway. */
const INSTANCE = 3;
const REQUEST = 4;
const FIELD_BYTES = 3;
const BYTE = 256;
const LONGEST = 0xffff;
/** What stands for a secret in a text, and the byte for it: a control character, which no message holds (see `printable`). */
const HIDDEN = '…';
const HIDDEN_BYTE = '\x85';
/** Marks are control characters, too. */
const NOT_BYTES = /[^\x20-\x84\x86-\xff…]/;
const MARK = /[\x01-\x1f]/g;
const MOST_MARKS = 0x1f;
/** Values that are so long stand for nothing else wherever they are in a text. */
const UNMISTAKABLE = 8;
/** Wordings of a kind that are shared. With more of them each line has its own. */
const MOST_WORDINGS = 64;

/** Events that keep their fields after they were read: those of one action are asked for again and again. */
const MOST_READ = 256;
/** Texts, and contexts, that the next line may repeat; twice as many are kept at most. */
const MOST_SHARED = 2048;
/** Processes of one log that are kept in mind. */
const MOST_PROCESSES = 32;
/** Shared by all lines that no traceback can follow. */
const NO_DETAIL: string[] = [];

/** The events of which something was read last. */
class Lately {
  readonly #events: (CompactEvent | undefined)[] = new Array(MOST_READ).fill(undefined);
  #at = 0;

  note(event: CompactEvent): void {
    this.#events[this.#at]?.forget();
    this.#events[this.#at] = event;
    this.#at = (this.#at + 1) % MOST_READ;
  }
}

const lately = new Lately();

/** It is itself what is kept of it: an object beside each took as much again. */
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

  /** All of it, as plain JSON: a checkpoint holds lines, and what is seen of a class is the fields that are its own. */
  toJSON(): Event {
    return movedTo(this.at, this);
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

  /** Lets go of what was read: it can be read again. */
  forget(): void {
    if (this.#packed !== undefined) this.#said = undefined;
  }

  /** No private method: each object would have a place to show that it has it. */
  private get said(): Said {
    if (this.#said !== undefined) return this.#said;
    const said = unpacked(this.#packed ?? '', this.#shape, this);
    this.#said = said;
    lately.note(this);
    return said;
  }
}

/** Values that were met lately, by a key, so that equal ones are one. */
class Shared<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  get(key: string): T | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= MOST_SHARED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

/** Makes events that take little memory. They say what those say of which they are made. */
export class Compactor {
  readonly #texts = new Shared<string>();
  readonly #contexts = new Shared<Context>();
  readonly #sources = new Map<string, Source[]>();
  readonly #shapes = new Map<EventKind, Shape[]>();
  #newest: CompactEvent | undefined;

  /** The event that was made before lets go of the one that it was made of: who took it has read it by now. */
  readonly of = (event: Event): Event => {
    this.#newest?.forget();
    this.#newest = this.#made(event);
    return this.#newest;
  };

  #made(event: Event): CompactEvent {
    const { at, instance, origin, fields, text } = event;
    const names = Object.keys(fields);
    const values = valuesOf(text, fields, names);
    const wording = values === undefined ? undefined : wordingOf(text, values);
    const shape = this.#shapeOf(event, names, wording);
    const packed = values === undefined ? undefined : packedOf(event, values, names, shape.wording === undefined ? wording : '');
    return new CompactEvent({
      source: this.#sourceOf(event),
      context: this.#contextOf(event),
      shape,
      rare: rareOf(event),
      at,
      instance: this.#textOf(instance),
      offset: origin.offset,
      packed,
      said: packed === undefined ? { fields, text } : event,
    });
  }

  #sourceOf({ service, host, pid, origin: { path, file } }: Event): Source {
    const sources = this.#sources.get(path);
    if (sources !== undefined)
      for (const each of sources) if (each.pid === pid && each.file === file && each.service === service && each.host === host) return each;
    const made = { pid, service, host, path, file };
    // A log of many workers; at a rotation, or a restart, it goes on with others.
    if (sources === undefined || sources.length >= MOST_PROCESSES) this.#sources.set(path, [made]);
    else sources.push(made);
    return made;
  }

  #contextOf({ requestId, globalRequestId, twoIds, userId, projectId }: Event): Context {
    const key = requestId ?? '';
    const found = this.#contexts.get(key);
    if (
      found !== undefined &&
      found.requestId === requestId &&
      found.globalRequestId === globalRequestId &&
      found.twoIds === twoIds &&
      found.userId === userId &&
      found.projectId === projectId
    )
      return found;
    const made = {
      requestId: this.#textOf(requestId),
      globalRequestId: this.#textOf(globalRequestId),
      twoIds,
      userId: this.#textOf(userId),
      projectId: this.#textOf(projectId),
    };
    this.#contexts.set(made.requestId ?? '', made);
    return made;
  }

  #shapeOf({ kind, level, logger }: Event, names: readonly string[], wording: string | undefined): Shape {
    let shapes = this.#shapes.get(kind);
    if (shapes === undefined) this.#shapes.set(kind, (shapes = []));
    const isFull = shapes.length >= MOST_WORDINGS;
    let spare: Shape | undefined;
    // No closure: this is asked for every line that is kept.
    for (const each of shapes) {
      if (each.level !== level || each.logger !== logger || !isSame(each.names, names)) continue;
      if (each.wording === wording) return each;
      if (each.wording === undefined) spare = each;
    }
    if (isFull && spare !== undefined) return spare;
    const made = { kind, level, logger, names, wording: isFull || wording === undefined ? undefined : ownText(wording) };
    if (shapes.length < MOST_SHARED) shapes.push(made);
    return made;
  }

  /** An equal text that does not keep the line that it was cut out of. */
  #textOf<T extends string | undefined>(text: T): T | string {
    if (text === undefined) return text;
    const found = this.#texts.get(text);
    if (found !== undefined) return found;
    const own = ownText(text);
    this.#texts.set(own, own);
    return own;
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

function rareOf({ level, detail, origin: { name, line, serial }, isRough, stated }: Event): Rare | undefined {
  const mayGrow = level === 'ERROR' || level === 'WARNING' || level === 'CRITICAL';
  const isPlain = !mayGrow && detail.length === 0 && isRough === undefined && stated === undefined;
  if (isPlain && name === undefined && line === undefined && serial === undefined) return undefined;
  return { detail, name, line, serial, isRough, stated };
}

const scratch = Buffer.allocUnsafe(LONGEST);

/** The values of the fields as they are written. @returns undefined where one is a list, or cannot be written in bytes */
function valuesOf(text: string, fields: Event['fields'], names: readonly string[]): string[] | undefined {
  if (NOT_BYTES.test(text)) return undefined;
  const values: string[] = [];
  let length = FIELD_BYTES * names.length + text.length;
  for (const name of names) {
    const value: FieldValue | undefined = fields[name];
    if (typeof value !== 'number' && typeof value !== 'string') return undefined;
    const raw = String(value);
    length += raw.length;
    if (length > LONGEST || NOT_BYTES.test(raw)) return undefined;
    values.push(raw);
  }
  return values;
}

/** The text with marks in the place of values, the longest first: a short one may be a part of another. */
function wordingOf(text: string, values: readonly string[]): string {
  let wording = text;
  const places = Array.from(values, (_, place) => place).sort((a, b) => values[b]!.length - values[a]!.length);
  for (const place of places) {
    const value = values[place]!;
    if (value === '' || place >= MOST_MARKS) continue;
    const mark = String.fromCharCode(place + 1);
    wording = value.length < UNMISTAKABLE ? wording.replace(value, mark) : wording.replaceAll(value, mark);
  }
  return wording;
}

function packedOf(event: Event, values: readonly string[], names: readonly string[], wording = ''): string {
  let at = 0;
  for (const [i, name] of names.entries()) {
    const sort = sortOf(event, event.fields[name]);
    const length = sort === TEXT || sort === NUMBER ? values[i]!.length : 0;
    scratch[at] = sort;
    scratch[at + 1] = length >> 8;
    scratch[at + 2] = length;
    at += FIELD_BYTES;
  }
  // Written to bytes and read from them: a string that is put together, or cut out, keeps what it was made of.
  for (const [i, value] of values.entries()) {
    const sort = scratch[FIELD_BYTES * i];
    if (sort === TEXT || sort === NUMBER) at += scratch.write(inBytes(value), at, 'latin1');
  }
  at += scratch.write(inBytes(wording), at, 'latin1');
  return scratch.toString('latin1', 0, at);
}

function sortOf({ instance, requestId }: Event, value: FieldValue | undefined): number {
  if (typeof value === 'number') return NUMBER;
  return value === instance ? INSTANCE : value === requestId ? REQUEST : TEXT;
}

const inBytes = (text: string): string => (text.includes(HIDDEN) ? text.replaceAll(HIDDEN, HIDDEN_BYTE) : text);

function unpacked(packed: string, { names, wording }: Shape, { instance = '', requestId = '' }: Event): Said {
  const fields: Record<string, FieldValue> = {};
  const values: string[] = [];
  let from = FIELD_BYTES * names.length;
  const all = packed.includes(HIDDEN_BYTE, from) ? packed.slice(0, from) + packed.slice(from).replaceAll(HIDDEN_BYTE, HIDDEN) : packed;
  for (const [i, name] of names.entries()) {
    const at = FIELD_BYTES * i;
    const sort = packed.charCodeAt(at);
    const to = from + packed.charCodeAt(at + 1) * BYTE + packed.charCodeAt(at + 2);
    const raw = sort === INSTANCE ? instance : sort === REQUEST ? requestId : all.slice(from, to);
    values.push(raw);
    fields[name] = sort === NUMBER ? Number(raw) : raw;
    from = to;
  }
  return { fields, text: (wording ?? all.slice(from)).replace(MARK, (mark) => values[mark.charCodeAt(0) - 1]!) };
}
