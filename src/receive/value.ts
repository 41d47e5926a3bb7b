/** What stands in a body or under an attribute: plain data, whichever way it was encoded. */
export type Value = string | number | boolean | null | Buffer | readonly Value[] | Attributes;
export type Attributes = ReadonlyMap<string, Value>;

/** One log record as it was sent, with what its scope and its resource say of it. */
export interface SentRecord {
  /** undefined where there is none */
  readonly body: Value | undefined;
  readonly attributes: Attributes;
  readonly scope: Attributes;
  readonly resource: Attributes;
  /** its own time in nanoseconds since 1970, as digits; undefined where there is none */
  readonly time: string | undefined;
}

/** A request that is not what it says it is: sending it again does not help. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

export const NO_ATTRIBUTES: Attributes = new Map();

/** No log line has lists or maps that are deeper than this. */
export const DEEPEST = 32;

/** As JSON has it; bytes as an array of numbers, which is how journalctl prints them. */
export function plain(value: Value): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  if (Buffer.isBuffer(value)) return [...value];
  return Array.isArray(value) ? value.map((each: Value) => plain(each)) : value;
}

/** A request with more records than this is refused: a small one can be unpacked to millions of them. */
const MOST_RECORDS = 100_000;

/** Adds a record to those of its request. @throws Malformed where there are too many */
export function addRecord(records: SentRecord[], record: SentRecord): void {
  if (records.length >= MOST_RECORDS) throw new Malformed(`a request may have ${MOST_RECORDS} records: send smaller batches`);
  records.push(record);
}
