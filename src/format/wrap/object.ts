/** A JSON object of a log, with unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

const BRACE = 123;

/** Parses a JSON object; undefined if the bytes are not a complete one. */
export function readObject(bytes: Buffer, start: number, end: number): Fields | undefined {
  if (bytes[start] !== BRACE) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return fieldsOf(value);
  } catch {
    return undefined;
  }
}

/** The value if it is an object, otherwise undefined. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** The value if it is a text that is not empty, otherwise undefined. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The value if it is a finite number, otherwise undefined. */
export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
