import { createHash } from 'node:crypto';
import { Candidate } from '../../correlate/candidate.js';
import { actions } from '../../lifecycle/name.js';

const specs: ReadonlyMap<unknown, string> = new Map(actions.map((spec) => [spec, spec.name]));
/** Number of characters per hash update. */
const BATCH = 64 * 1024;

/**
 * A hash of a value of plain data. A class with private fields is refused, because they would be missed. For lines and
 * candidates, object identity counts, too.
 * @throws Error for other than plain data
 */
export function digestOf(value: unknown, onText?: (text: string) => void): string {
  const hash = createHash('sha256');
  const seen = new Map<object, number>();
  let text = '';
  const put = (piece: string): void => {
    text += piece;
    if (text.length >= BATCH) flush();
  };
  const flush = (): void => {
    hash.update(text);
    onText?.(text);
    text = '';
  };
  const list = (open: string, values: Iterable<unknown>): void => {
    put(open);
    for (const each of values) {
      write(each);
      put(',');
    }
    put(']');
  };
  const write = (one: unknown): void => {
    if (typeof one === 'string') return put(JSON.stringify(one));
    if (typeof one === 'function' || typeof one === 'symbol') throw new Error(`a ${typeof one} cannot be compared`);
    if (typeof one !== 'object' || one === null) return put(String(one));
    const spec = specs.get(one);
    if (spec !== undefined) return put(`@${spec}`);
    if (one instanceof Candidate || 'origin' in one) {
      const known = seen.get(one);
      if (known !== undefined) return put(`#${known}`);
      seen.set(one, seen.size);
    }
    if (Array.isArray(one)) return list('[', one);
    if (one instanceof Map) return list('M[', [...one].flat(1));
    if (one instanceof Set) return list('S[', one);
    if (Buffer.isBuffer(one)) return put(one.toString('base64'));
    if (!(one instanceof Candidate) && Object.getPrototypeOf(one) !== Object.prototype)
      throw new Error(`a ${one.constructor.name} cannot be compared`);
    put('{');
    for (const [key, each] of Object.entries(one)) {
      put(`${key}:`);
      write(each);
      put(',');
    }
    put('}');
  };
  write(value);
  flush();
  return hash.digest('hex');
}
