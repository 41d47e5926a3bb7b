/** What is known of an object in a log: nothing. */
export type Fields = Readonly<Record<string, unknown>>;

const BRACE = 123;

/** @returns undefined for bytes that are no whole JSON object */
export function readObject(bytes: Buffer, start: number, end: number): Fields | undefined {
  if (bytes[start] !== BRACE) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return fieldsOf(value);
  } catch {
    return undefined;
  }
}

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
