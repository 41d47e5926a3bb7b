import { type Fields, fieldsOf, textOf } from '../format/wrap/object.js';

/**
 * JSON documents that are not one per line: printed over several lines, in an array, or in the answer of a search or API.
 *
 *     [ {…}, {…} ]     {"hits":{"hits":[{"_source":{…}}]}}     {"data":{"result":[{"stream":{…},"values":[["1720…","line"]]}]}}
 */

const MIB = 1024 * 1024;
/** Larger answers are not held in memory. */
const MOST_CHARACTERS = 128 * MIB;

/** Names of arrays of documents in answers of CloudWatch, Graylog and clouds. */
const LISTS = ['events', 'logs', 'records', 'entries', 'items', 'messages', 'rows', 'results'];

/** Documents in a value; the value itself if it is one. */
function documentsIn(value: unknown): readonly unknown[] {
  const fields = fieldsOf(value);
  if (fields === undefined) return [value];
  const hits = fieldsOf(fields['hits'])?.['hits'];
  if (Array.isArray(hits)) return hits;
  const streams = fieldsOf(fields['data'])?.['result'] ?? fields['streams'];
  if (Array.isArray(streams)) return streams.flatMap((stream) => ofStream(fieldsOf(stream) ?? {}));
  if (Array.isArray(fields['resourceLogs'])) return fields['resourceLogs'].flatMap((each) => ofResource(fieldsOf(each) ?? {}));
  const list = LISTS.map((name) => fields[name]).find((each) => Array.isArray(each) && fieldsOf(each[0]) !== undefined);
  return Array.isArray(list) ? list : [value];
}

/** Answer of Loki: a stream with its lines and their times in ns. */
function ofStream({ stream, values }: Fields): readonly unknown[] {
  if (!Array.isArray(values)) return [];
  return values.map((pair: unknown) => {
    const [timestamp, line] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return { labels: fieldsOf(stream) ?? {}, line, timestamp };
  });
}

/** Logs in OTLP JSON. */
function ofResource({ resource, scopeLogs }: Fields): readonly unknown[] {
  const labels = attributesOf(fieldsOf(resource)?.['attributes']);
  const scopes = Array.isArray(scopeLogs) ? scopeLogs : [];
  return scopes.flatMap((scope) => {
    const records = fieldsOf(scope)?.['logRecords'];
    return (Array.isArray(records) ? records : []).map((record: unknown) => {
      const { timeUnixNano, observedTimeUnixNano, body, attributes } = fieldsOf(record) ?? {};
      const own = attributesOf(attributes);
      return { ...labels, ...own, message: fieldsOf(body)?.['stringValue'], timestamp: timeUnixNano ?? observedTimeUnixNano };
    });
  });
}

function attributesOf(list: unknown): Record<string, unknown> {
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    list.map((each: unknown) => {
      const { key, value } = fieldsOf(each) ?? {};
      return [textOf(key) ?? '', fieldsOf(value)?.['stringValue']];
    }),
  );
}

/** Joins documents and returns each as one line; for an array of strings, each string. */
export class Objects {
  #text: string[] = [];
  #length = 0;
  #depth = 0;
  #isString = false;

  /** Takes one line. @returns the documents that end in it */
  take(line: string): readonly string[] {
    const found: string[] = [];
    let from = this.#depth > 0 || this.#isString ? 0 : -1;
    for (let i = 0; i < line.length; i++) {
      const sign = line[i];
      if (this.#isString) {
        if (sign === '\\') i++;
        else if (sign === '"') {
          this.#isString = false;
          if (this.#depth === 0) from = this.#give(line, from, i + 1, found);
        }
      } else if (sign === '"') {
        this.#isString = true;
        if (this.#depth === 0) from = i;
      } else if (sign === '{' || (sign === '[' && this.#depth > 0)) {
        if (this.#depth === 0) from = i;
        this.#depth++;
      } else if ((sign === '}' || sign === ']') && this.#depth > 0) {
        this.#depth--;
        if (this.#depth === 0) from = this.#give(line, from, i + 1, found);
      }
    }
    if (from !== -1) this.#keep(line.slice(from));
    return found;
  }

  #keep(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length <= MOST_CHARACTERS) return;
    this.#forget();
    this.#depth = 0;
    this.#isString = false;
  }

  #forget(): void {
    this.#text = [];
    this.#length = 0;
  }

  #give(line: string, from: number, to: number, found: string[]): -1 {
    const text = [...this.#text, line.slice(Math.max(from, 0), to)].join('\n');
    this.#forget();
    try {
      const value: unknown = JSON.parse(text);
      for (const each of documentsIn(value)) found.push(typeof each === 'string' ? each : JSON.stringify(each));
    } catch {
      found.push(text.replaceAll('\n', ' '));
    }
    return -1;
  }
}

/** Whether a log consists of documents that are not one per line, by its first lines. */
export function isOfObjects(lines: readonly string[]): boolean {
  const full = lines.filter((line) => line.trim() !== '');
  const [first, second] = full;
  if (first === undefined) return false;
  if (/^\s*\[\s*(?:[{"]|$)/.test(first)) return !/^\s*\["?\d{4}-/.test(first) || first.trim().endsWith(']') || second !== undefined;
  if (!/^\s*\{/.test(first)) return false;
  try {
    const value: unknown = JSON.parse(first);
    return documentsIn(value)[0] !== value;
  } catch {
    // Of a document that is printed over several lines, the second begins a field.
    return second !== undefined && !/"\s*=>/.test(second) && /^\s*(?:"|\{|\[|\})/.test(second) && !/^\s*\{.*\}\s*$/.test(second);
  }
}
