import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Recent } from '../../src/format/recent.js';

it('makes of bytes what it would make of their text, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 12 }), fc.nat({ max: 3 })), { maxLength: 40 }), (texts) => {
      const recent = new Recent(8, (text) => [text]);
      for (const [text, repeats] of texts) {
        const bytes = Buffer.concat([Buffer.from('before'), text, Buffer.from('after')]);
        for (let i = 0; i <= repeats; i++) expect(recent.of(bytes, 6, 6 + text.length)).toEqual([Buffer.from(text).toString('latin1')]);
      }
    }),
  );
});

it('gives the same value for the same bytes, though the buffer has been used for others', () => {
  const recent = new Recent(36, (text) => ({ text }));
  const buffer = Buffer.from('req-1 …');
  const first = recent.of(buffer, 0, 5);
  buffer.write('REQ-3');
  expect(recent.of(buffer, 0, 5)).toEqual({ text: 'REQ-3' });
  expect(recent.of(Buffer.from('req-1'), 0, 5)).toBe(first);
});

it('keeps nothing of longer texts', () => {
  const recent = new Recent(3, (text) => ({ text }));
  const bytes = Buffer.from('long');
  expect(recent.of(bytes, 0, 4)).not.toBe(recent.of(bytes, 0, 4));
});
