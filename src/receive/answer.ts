/** Encoding of a request and of its answer. */
export type Encoding = 'json' | 'protobuf';

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = { json: 'application/json', protobuf: 'application/x-protobuf' };

/** An HTTP answer to a sender. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** in seconds: the client should repeat the same request later */
  readonly retryAfter?: number;
}

/** All was accepted, or all but some records that no repetition can make valid. */
export function accepted(encoding: Encoding, rejected = 0, message = ''): Answer {
  if (encoding === 'json') {
    const partialSuccess = { rejectedLogRecords: String(rejected), errorMessage: message };
    return { status: 200, body: Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess })) };
  }
  const partial = Buffer.concat([Buffer.of(0x08), varint(rejected), text(2, message)]);
  return { status: 200, body: rejected === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0x0a), varint(partial.length), partial]) };
}

/**
 * gRPC status codes, which the protocol requires in the body: INVALID_ARGUMENT for requests that must not be repeated,
 * else UNAVAILABLE.
 */
const CODES = { never: 3, later: 14 } as const;

/** Nothing was accepted. */
export function refused(encoding: Encoding, status: number, message: string, retryAfter?: number): Answer {
  const code = CODES[retryAfter === undefined ? 'never' : 'later'];
  const body =
    encoding === 'json' ? Buffer.from(JSON.stringify({ code, message })) : Buffer.concat([Buffer.of(0x08), varint(code), text(2, message)]);
  return { status, body, ...(retryAfter !== undefined && { retryAfter }) };
}

/** A text field of protobuf. */
function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(field * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.of(...bytes, rest);
}
