import { doubles } from '../model/attributes.js';
import type { Attributes, AttributeValue } from '../model/span.js';
import { fragment, type JsonBytes } from './json-bytes.js';
import { exact, sortedKeys } from './resource.js';

const COMMA = 0x2c;
const BRACKET = 0x5d;
const ATTRIBUTES = fragment(',"attributes":[');

/**
 * The facts that objects with the same keys in the same order share: the order in which the keys are written. There are
 * a few dozen shapes.
 */
interface Shape {
  readonly keys: readonly string[];
  readonly next: Map<string, Shape>;
  /** the keys in the order of writing, each with its index in the object */
  written: readonly { readonly place: number; readonly opening: KeyOpening }[] | undefined;
}

const EMPTY: Shape = { keys: [], next: new Map(), written: [] };

/** The values of the current object, filled while its shape is looked up. */
const values: AttributeValue[] = [];

function shapeOf(attributes: Attributes): Shape {
  let shape = EMPTY;
  let count = 0;
  for (const key in attributes) {
    values[count++] = attributes[key]!;
    let next = shape.next.get(key);
    if (next === undefined) shape.next.set(key, (next = { keys: [...shape.keys, key], next: new Map(), written: undefined }));
    shape = next;
  }
  shape.written ??= sortedKeys(attributes).map((key) => ({ place: shape.keys.indexOf(key), opening: openingOf(key) }));
  return shape;
}

/** Writes the member `attributes` of a span, event or link, if it has attributes. */
export function addAttributes(json: JsonBytes, attributes: Attributes): void {
  const { written } = shapeOf(attributes);
  if (written === undefined || written.length === 0) return;
  json.add(ATTRIBUTES);
  addWritten(json, written);
  json.addByte(BRACKET);
}

/** Writes the attributes without the enclosing member. */
export function addKeyValues(json: JsonBytes, attributes: Attributes): void {
  addWritten(json, shapeOf(attributes).written ?? []);
}

function addWritten(json: JsonBytes, written: NonNullable<Shape['written']>): void {
  for (let i = 0; i < written.length; i++) {
    if (i > 0) json.addByte(COMMA);
    const { place, opening } = written[i]!;
    addKeyValue(json, opening, exact(values[place]!));
  }
}

/** The bytes before the value of one key, by the type of value. */
interface KeyOpening {
  readonly string: Uint8Array;
  readonly boolean: Uint8Array;
  readonly integer: Uint8Array;
  readonly double: Uint8Array;
  /** its numbers are doubles, even if they are whole */
  readonly isDouble: boolean;
  readonly array: Uint8Array;
  /** encoded attributes by their text, while the key has few values, such as paths of logs or HTTP methods */
  texts: Map<string, Uint8Array> | undefined;
  /**
   * for a key with many values, the last one, because ids repeat on each span of a trace: it was written from `start`
   * to `end`, after the clear with number `clears`
   */
  readonly last: { text: string; start: number; end: number; clears: number };
  /** encoded lists: many actions share the same list object */
  readonly lists: WeakMap<readonly string[], Uint8Array>;
}

/** A key with more values than this contains ids. */
const MANY = 1000;

/** By key; there are three dozen keys. */
const openings = new Map<string, KeyOpening>();

function openingOf(key: string): KeyOpening {
  let opening = openings.get(key);
  if (opening === undefined) {
    const until = `{"key":${JSON.stringify(key)},"value":`;
    opening = {
      string: fragment(`${until}{"stringValue":"`),
      boolean: fragment(`${until}{"boolValue":`),
      integer: fragment(`${until}{"intValue":"`),
      double: fragment(`${until}{"doubleValue":`),
      isDouble: doubles.has(key),
      array: fragment(`${until}{"arrayValue":{`),
      texts: new Map(),
      last: { text: '', start: 0, end: 0, clears: -1 },
      lists: new WeakMap(),
    };
    openings.set(key, opening);
  }
  return opening;
}

const TEXT_END = fragment('"}}');
const VALUE_END = fragment('}}');
const VALUES = fragment('"values":[');
const VALUES_END = fragment(']}}}');
const NO_VALUES = fragment('}}}');
const ITEM = fragment('{"stringValue":"');
const ITEM_END = fragment('"}');

/** Writes a key and its value, with the closing brace of the attribute. */
function addKeyValue(json: JsonBytes, opening: KeyOpening, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      addTextValue(json, opening, value);
      break;
    case 'boolean':
      json.add(opening.boolean);
      json.addPlain(String(value));
      json.add(VALUE_END);
      break;
    case 'number': {
      const isInteger = Number.isInteger(value) && !opening.isDouble;
      json.add(isInteger ? opening.integer : opening.double);
      json.addNumber(value);
      json.add(isInteger ? TEXT_END : VALUE_END);
      break;
    }
    default:
      addList(json, opening, value);
  }
}

function addList(json: JsonBytes, opening: KeyOpening, list: readonly string[]): void {
  const known = opening.lists.get(list);
  if (known !== undefined) return json.add(known);
  const start = json.length;
  json.add(opening.array);
  if (list.length === 0) json.add(NO_VALUES);
  else {
    json.add(VALUES);
    for (let i = 0; i < list.length; i++) {
      if (i > 0) json.addByte(COMMA);
      json.add(ITEM);
      json.addText(list[i]!);
      json.add(ITEM_END);
    }
    json.add(VALUES_END);
  }
  opening.lists.set(list, Uint8Array.from(json.written.subarray(start)));
}

function addTextValue(json: JsonBytes, opening: KeyOpening, value: string): void {
  const { texts, last } = opening;
  const known = texts?.get(value);
  if (known !== undefined) return json.add(known);
  if (last.text === value && last.clears === json.clears) return json.repeat(last.start, last.end);
  const start = json.length;
  json.add(opening.string);
  json.addText(value);
  json.add(TEXT_END);
  if (texts !== undefined && texts.size < MANY) texts.set(value, Uint8Array.from(json.written.subarray(start)));
  else {
    opening.texts = undefined;
    last.text = value;
    last.start = start;
    last.end = json.length;
    last.clears = json.clears;
  }
}
