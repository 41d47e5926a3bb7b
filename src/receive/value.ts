/** A body or attribute value: plain data, from either encoding. */
export type Value = string | number | boolean | null | Buffer | readonly Value[] | Attributes;
export type Attributes = ReadonlyMap<string, Value>;

/** One received log record, with the attributes of its scope and resource. */
export interface SentRecord {
  /** undefined without a body */
  readonly body: Value | undefined;
  readonly attributes: Attributes;
  readonly scope: Attributes;
  readonly resource: Attributes;
  /** its own time in nanoseconds since 1970, as digits; undefined without a time */
  readonly time: string | undefined;
}

/** An invalid request: repeating it does not help. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

export const NO_ATTRIBUTES: Attributes = new Map();

/** Maximum depth of lists and maps; no log line is deeper. */
export const DEEPEST = 32;

/** The value as JSON; bytes as an array of numbers, as journalctl prints them. */
export function plain(value: Value): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  if (Buffer.isBuffer(value)) return [...value];
  return Array.isArray(value) ? value.map((each: Value) => plain(each)) : value;
}

/** Maximum number of records of a request: a small one can unpack to millions. */
const MOST_RECORDS = 100_000;

/** Adds a record. @throws Malformed if there are too many */
export function addRecord(records: SentRecord[], record: SentRecord): void {
  if (records.length >= MOST_RECORDS) throw new Malformed(`a request may have ${MOST_RECORDS} records: send smaller batches`);
  records.push(record);
}
