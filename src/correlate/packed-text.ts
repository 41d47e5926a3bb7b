import type { FieldValue } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';

/**
 * The content of a line, packed into one string. The fields are unpacked when they are read.
 *
 *     s l l   s l l   15.59 …   [the wording, where only this line has it]
 *     └─┬─┘           └─┬─┘
 *   per field: its sort, and the length of its value in what follows. Each letter is one byte. An id that the event has anyway is
 *   not written.
 *
 * A wording is the text with a placeholder in the place of each value: `Took ␁ seconds to build instance.`
 */

/** The fields and the text of a line. */
export type Content = Pick<Event, 'fields' | 'text'>;

/** Facts that all lines of one wording share. */
interface Wording {
  /** the names of the fields, in their order */
  readonly names: readonly string[];
  /** undefined if each line stores its own */
  readonly wording: string | undefined;
}

/** The types of field values. */
const TEXT = 1;
const NUMBER = 2;
/** The value is the event's own instance or request id, so it is not stored. */
const INSTANCE = 3;
const REQUEST = 4;
const FIELD_BYTES = 3;
const BYTE = 256;
const LONGEST = 0xffff;
/** Replaces a secret in a text. It is stored as a control character, which no message contains (see `printable`). */
const HIDDEN = '…';
const HIDDEN_BYTE = '\x85';
/** Placeholders are control characters as well. */
const NOT_BYTES = /[^\x20-\x84\x86-\xff…]/;
const PLACEHOLDER = /[\x01-\x1f]/g;
const MAX_PLACEHOLDERS = 0x1f;
/** A value with this many characters is replaced wherever it occurs in the text; a shorter one only once. */
const UNIQUE_LENGTH = 8;

const scratch = Buffer.allocUnsafe(LONGEST);

/** The values of the fields as text; undefined if one is a list, or has characters that do not fit in one byte. */
export function valuesOf(text: string, fields: Event['fields'], names: readonly string[]): string[] | undefined {
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

/** The text with placeholders for the values. The longest value goes first, because a short one may be part of it. */
export function wordingOf(text: string, values: readonly string[]): string {
  let wording = text;
  const places = Array.from(values, (_, place) => place).sort((a, b) => values[b]!.length - values[a]!.length);
  for (const place of places) {
    const value = values[place]!;
    if (value === '' || place >= MAX_PLACEHOLDERS) continue;
    const placeholder = String.fromCharCode(place + 1);
    wording = value.length < UNIQUE_LENGTH ? wording.replace(value, placeholder) : wording.replaceAll(value, placeholder);
  }
  return wording;
}

/** Packs the values. @param wording only if this line stores its own */
export function packedOf(event: Event, values: readonly string[], names: readonly string[], wording = ''): string {
  let at = 0;
  for (const [i, name] of names.entries()) {
    const type = typeOf(event, event.fields[name]);
    const length = type === TEXT || type === NUMBER ? values[i]!.length : 0;
    scratch[at] = type;
    scratch[at + 1] = length >> 8;
    scratch[at + 2] = length;
    at += FIELD_BYTES;
  }
  // The text is written to bytes and read back, because a concatenated string keeps its parts in memory.
  for (const [i, value] of values.entries()) {
    const type = scratch[FIELD_BYTES * i];
    if (type === TEXT || type === NUMBER) at += scratch.write(inBytes(value), at, 'latin1');
  }
  at += scratch.write(inBytes(wording), at, 'latin1');
  return scratch.toString('latin1', 0, at);
}

function typeOf({ instance, requestId }: Event, value: FieldValue | undefined): number {
  if (typeof value === 'number') return NUMBER;
  return value === instance ? INSTANCE : value === requestId ? REQUEST : TEXT;
}

const inBytes = (text: string): string => (text.includes(HIDDEN) ? text.replaceAll(HIDDEN, HIDDEN_BYTE) : text);

/** Unpacks the fields and the text of a line. */
export function unpacked(
  packed: string,
  { names, wording }: Wording,
  { instance = '', requestId = '' }: Pick<Event, 'instance' | 'requestId'>,
): Content {
  const fields: Record<string, FieldValue> = {};
  const values: string[] = [];
  let from = FIELD_BYTES * names.length;
  const all = packed.includes(HIDDEN_BYTE, from) ? packed.slice(0, from) + packed.slice(from).replaceAll(HIDDEN_BYTE, HIDDEN) : packed;
  for (const [i, name] of names.entries()) {
    const at = FIELD_BYTES * i;
    const type = packed.charCodeAt(at);
    const to = from + packed.charCodeAt(at + 1) * BYTE + packed.charCodeAt(at + 2);
    const raw = type === INSTANCE ? instance : type === REQUEST ? requestId : all.slice(from, to);
    values.push(raw);
    fields[name] = type === NUMBER ? Number(raw) : raw;
    from = to;
  }
  return { fields, text: (wording ?? all.slice(from)).replace(PLACEHOLDER, (placeholder) => values[placeholder.charCodeAt(0) - 1]!) };
}
