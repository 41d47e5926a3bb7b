import type { EventKind, FieldValue } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis, Origin } from '../model/line.js';
import { ownText } from '../model/own-text.js';
import type { Level } from '../model/record.js';

/**
 * Events of a process that keeps them for long, beside the guests of others. What the lines of one log, one request or one wording
 * have in common is one object for all of them. What a line says is one string, out of which the fields are read when they are asked for:
 *
 *     n n   s o o l l   s o o l l   Took 15.59 seconds to build instance.…
 *     └┬┘   └───┬───┘               └──────────────── n ────────────────┘└ values that the text does not show
 *   length   of each field: its sort, where its value begins in what follows, and its length; each letter is one byte
 */

/** The log that a line is from. */
interface Source {
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
  readonly pid: number | undefined;
  readonly instance: string | undefined;
  readonly offset: number;
  /** undefined where what the line says cannot be kept so */
  readonly packed: string | undefined;
  readonly said: Said;
}

const TEXT = 1;
const NUMBER = 2;
const LENGTH_BYTES = 2;
const FIELD_BYTES = 5;
const BYTE = 256;
const LONGEST = 0xffff;
/** What stands for a secret in a text, and the byte for it: a control character, which no message holds (see `printable`). */
const HIDDEN = '…';
const HIDDEN_BYTE = '\x85';
const NOT_BYTES = /[^\x00-\x84\x86-\xff…]/;

/** Events that keep their fields after they were read: those of one action are asked for again and again. */
const MOST_READ = 256;
/** Texts, and contexts, that the next line may repeat; twice as many are kept at most. */
const MOST_SHARED = 2048;
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

class CompactEvent implements Event {
  readonly at: Millis;
  readonly pid: number | undefined;
  readonly instance: string | undefined;
  readonly #source: Source;
  readonly #context: Context;
  readonly #shape: Shape;
  readonly #rare: Rare | undefined;
  readonly #offset: number;
  readonly #packed: string | undefined;
  #said: Said | undefined;

  constructor({ source, context, shape, rare, at, pid, instance, offset, packed, said }: Parts) {
    this.at = at;
    this.pid = pid;
    this.instance = instance;
    this.#source = source;
    this.#context = context;
    this.#shape = shape;
    this.#rare = rare;
    this.#offset = offset;
    this.#packed = packed;
    this.#said = said;
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
    return this.#read().fields;
  }

  get text(): string {
    return this.#read().text;
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

  #read(): Said {
    if (this.#said !== undefined) return this.#said;
    const said = unpacked(this.#packed ?? '', this.#shape.names);
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
  readonly #sources = new Map<string, Source>();
  readonly #shapes = new Map<EventKind, Shape[]>();
  #newest: CompactEvent | undefined;

  /** The event that was made before lets go of the one that it was made of: who took it has read it by now. */
  readonly of = (event: Event): Event => {
    this.#newest?.forget();
    this.#newest = this.#made(event);
    return this.#newest;
  };

  #made(event: Event): CompactEvent {
    const { at, pid, instance, origin, fields, text } = event;
    const names = Object.keys(fields);
    const packed = packedOf(text, fields, names);
    return new CompactEvent({
      source: this.#sourceOf(event),
      context: this.#contextOf(event),
      shape: this.#shapeOf(event, names),
      rare: rareOf(event),
      at,
      pid,
      instance: this.#textOf(instance),
      offset: origin.offset,
      packed,
      said: packed === undefined ? { fields, text } : event,
    });
  }

  #sourceOf({ service, host, origin: { path, file } }: Event): Source {
    const found = this.#sources.get(path);
    if (found !== undefined && found.file === file && found.service === service && found.host === host) return found;
    const made = { service, host, path, file };
    this.#sources.set(path, made);
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

  #shapeOf({ kind, level, logger }: Event, names: readonly string[]): Shape {
    const shapes = this.#shapes.get(kind);
    // No closure: this is asked for every line that is kept.
    if (shapes !== undefined)
      for (const each of shapes) if (each.level === level && each.logger === logger && isSame(each.names, names)) return each;
    const made = { kind, level, logger, names };
    if (shapes === undefined) this.#shapes.set(kind, [made]);
    else if (shapes.length < MOST_SHARED) shapes.push(made);
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

const scratch = Buffer.allocUnsafe(LENGTH_BYTES + LONGEST);

/** @returns undefined where a field is a list, or what there is cannot be written in bytes */
function packedOf(text: string, fields: Event['fields'], names: readonly string[]): string | undefined {
  let more = '';
  let at = LENGTH_BYTES;
  scratch[0] = text.length >> 8;
  scratch[1] = text.length;
  const head = LENGTH_BYTES + FIELD_BYTES * names.length;
  if (head + text.length > LONGEST || NOT_BYTES.test(text)) return undefined;
  for (const name of names) {
    const value: FieldValue | undefined = fields[name];
    const isNumber = typeof value === 'number';
    if (!isNumber && typeof value !== 'string') return undefined;
    const raw = isNumber ? String(value) : value;
    let from = text.indexOf(raw);
    if (from === -1) {
      from = text.length + more.length;
      if (head + from + raw.length > LONGEST || NOT_BYTES.test(raw)) return undefined;
      more += raw;
    }
    scratch[at] = isNumber ? NUMBER : TEXT;
    scratch[at + 1] = from >> 8;
    scratch[at + 2] = from;
    scratch[at + 3] = raw.length >> 8;
    scratch[at + 4] = raw.length;
    at += FIELD_BYTES;
  }
  // Written to bytes and read from them: a string that is put together, or cut out, keeps what it was made of.
  at += scratch.write(inBytes(text), at, 'latin1');
  if (more !== '') at += scratch.write(inBytes(more), at, 'latin1');
  return scratch.toString('latin1', 0, at);
}

const inBytes = (text: string): string => (text.includes(HIDDEN) ? text.replaceAll(HIDDEN, HIDDEN_BYTE) : text);

function unpacked(packed: string, names: readonly string[]): Said {
  const body = LENGTH_BYTES + FIELD_BYTES * names.length;
  const isShown = !packed.includes(HIDDEN_BYTE, body);
  const all = isShown ? packed.slice(body) : packed.slice(body).replaceAll(HIDDEN_BYTE, HIDDEN);
  const fields: Record<string, FieldValue> = {};
  let at = LENGTH_BYTES;
  for (const name of names) {
    const from = packed.charCodeAt(at + 1) * BYTE + packed.charCodeAt(at + 2);
    const raw = all.slice(from, from + packed.charCodeAt(at + 3) * BYTE + packed.charCodeAt(at + 4));
    fields[name] = packed.charCodeAt(at) === NUMBER ? Number(raw) : raw;
    at += FIELD_BYTES;
  }
  return { fields, text: all.slice(0, packed.charCodeAt(0) * BYTE + packed.charCodeAt(1)) };
}
