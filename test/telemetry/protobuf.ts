/** Reads protobuf without its schema, so that what we write is read by other code than what wrote it. */

/** A varint, a double, or what has a length: bytes, a text, or a message. */
export type Field = bigint | number | Uint8Array;
export type Fields = ReadonlyMap<number, readonly Field[]>;

function varintAt(bytes: Uint8Array, from: number): { readonly value: bigint; readonly next: number } {
  let [value, at] = [0n, from];
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('ends within a number');
    at += 1;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value, next: at };
  }
}

export function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, Field[]>();
  for (let at = 0; at < bytes.length; ) {
    const key = varintAt(bytes, at);
    at = key.next;
    const field = Number(key.value >> 3n);
    const add = (value: Field) => fields.set(field, [...(fields.get(field) ?? []), value]);
    switch (Number(key.value & 7n)) {
      case 0: {
        const { value, next } = varintAt(bytes, at);
        add(value);
        at = next;
        break;
      }
      case 1:
        add(Buffer.from(bytes).readDoubleLE(at));
        at += 8;
        break;
      case 2: {
        const { value, next } = varintAt(bytes, at);
        at = next + Number(value);
        if (at > bytes.length) throw new Error('ends within a message');
        add(bytes.subarray(next, at));
        break;
      }
      default:
        throw new Error(`no such wire type: ${key.value & 7n}`);
    }
  }
  return fields;
}

/** Messages one after the other, each behind its length. */
export function messagesIn(bytes: Uint8Array): Fields[] {
  const messages: Fields[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, next } = varintAt(bytes, at);
    at = next + Number(value);
    messages.push(fieldsOf(bytes.subarray(next, at)));
  }
  return messages;
}
