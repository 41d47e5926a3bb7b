import type { EventKind } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import { ownText } from '../model/own-text.js';
import { CompactEvent, type Context, type Rare, type Shape, type Source } from './compact-event.js';
import { packedOf, valuesOf, wordingOf } from './packed-text.js';

/** How many wordings of one kind are shared. Lines of further wordings store their own. */
const MAX_WORDINGS = 64;
/** How many texts and contexts are kept for later lines that repeat them. At most twice as many are in memory. */
const MAX_SHARED = 2048;
/** How many processes of one log are kept. */
const MAX_PROCESSES = 32;

/** A cache of recent values by key, so that equal values are one object. */
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
    if (this.#young.size >= MAX_SHARED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

/** Makes compact events with the same content. */
export class Compactor {
  readonly #texts = new Shared<string>();
  readonly #contexts = new Shared<Context>();
  readonly #sources = new Map<string, Source[]>();
  readonly #shapes = new Map<EventKind, Shape[]>();
  #newest: CompactEvent | undefined;

  /** Returns a compact copy. Also drops the unpacked fields of the copy before, whose caller has read it by now. */
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
      content: packed === undefined ? { fields, text } : event,
    });
  }

  #sourceOf({ service, host, pid, origin: { path, file } }: Event): Source {
    const sources = this.#sources.get(path);
    if (sources !== undefined)
      for (const each of sources) if (each.pid === pid && each.file === file && each.service === service && each.host === host) return each;
    const made = { pid, service, host, path, file };
    // The log has many workers. After a rotation or a restart it continues with new ones.
    if (sources === undefined || sources.length >= MAX_PROCESSES) this.#sources.set(path, [made]);
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
    const isFull = shapes.length >= MAX_WORDINGS;
    let spare: Shape | undefined;
    // No closure, because this runs for every stored line.
    for (const each of shapes) {
      if (each.level !== level || each.logger !== logger || !isSame(each.names, names)) continue;
      if (each.wording === wording) return each;
      if (each.wording === undefined) spare = each;
    }
    if (isFull && spare !== undefined) return spare;
    const made = { kind, level, logger, names, wording: isFull || wording === undefined ? undefined : ownText(wording) };
    if (shapes.length < MAX_SHARED) shapes.push(made);
    return made;
  }

  /** An equal text that does not keep its line in memory. */
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
