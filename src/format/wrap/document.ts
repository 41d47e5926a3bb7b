import { looksLikeStamp } from '../digits.js';
import type { Wrapped } from './form.js';
import { type Instant, readInstant } from './instant.js';
import { type Fields, fieldsOf, readObject, textOf } from './object.js';

const SPACE = 32;
const T = 84;

/** A field by its path, such as `log.file.path`, in nested objects or as one name with dots. */
export function at(fields: Fields, path: string): unknown {
  if (Object.hasOwn(fields, path)) return fields[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const inner = fieldsOf(fields[path.slice(0, dot)]);
    if (inner === undefined) continue;
    const found = at(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text of the first of these fields that has one. */
export function firstOf(fields: Fields, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = textOf(at(fields, path));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The texts of these fields, without those that have none. */
export const textsOf = (fields: Fields, paths: readonly string[]): string[] =>
  paths.map((path) => textOf(at(fields, path))).filter((text) => text !== undefined);

/** Objects whose fields count as fields of the document. */
const PARTS = ['labels', 'fields', 'attributes'];

/**
 * The fields of a document; undefined if the line is no JSON object. Elasticsearch and OpenSearch export them in
 * `_source`, Splunk in `result`, Kibana as arrays with one value.
 */
export function documentOf(bytes: Buffer, start: number, end: number): Fields | undefined {
  const fields = readObject(bytes, start, end);
  if (fields === undefined) return undefined;
  const inner = fieldsOf(fields['_source']) ?? fieldsOf(fields['result']) ?? fields;
  const parts = [...PARTS.map((name) => fieldsOf(inner[name])), fieldsOf(fieldsOf(inner['resource'])?.['labels'])].filter(
    (part) => part !== undefined,
  );
  if (parts.length === 0) return inner;
  const ones = parts.flatMap((part) => Object.entries(part)).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return { ...Object.fromEntries(ones), ...inner };
}

/**
 * Sets the text and its time. A collector that reads a file stamps a line when it reads it, which may be hours late.
 * Such a time does not prove the zone of the line, and is used only if the line has no time of its own.
 *
 * @param isProof the time comes from a container runtime, which stamps a line at once
 */
export function setText(into: Wrapped, text: string, instant: Instant | undefined, isProof: boolean): true {
  into.bytes = Buffer.from(text);
  into.start = 0;
  into.end = text.endsWith('\n') ? into.bytes.length - 1 : into.bytes.length;
  if (instant !== undefined && (isProof || !hasOwnStamp(text))) {
    into.at = instant.at;
    into.isFine = instant.isFine;
  }
  return true;
}

/** Whether a text begins with a date and a time. */
export function hasOwnStamp(text: string): boolean {
  const bytes = Buffer.from(text.slice(0, 40), 'latin1');
  return looksLikeStamp(bytes, 0, SPACE) || looksLikeStamp(bytes, 0, T);
}

const DIGITS = /^\d{9,19}(?:\.\d+)?$/;

/** A time in any form: text, or Unix time in s, ms, us or ns. */
export function instantOf(value: unknown): Instant | undefined {
  if (typeof value === 'string' && !DIGITS.test(value)) return readInstant(value);
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (!(number > 1e8)) return undefined;
  const scale = [1e11, 1e14, 1e17].findIndex((limit) => number < limit);
  const millis = scale === 0 ? number * 1000 : number / [1, 1000, 1e6][scale === -1 ? 2 : scale - 1]!;
  return { at: Math.round(millis * 1000) / 1000, isFine: millis % 1000 !== 0, length: 0 };
}
