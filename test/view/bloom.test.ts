import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bloomOf, mayHold } from '../../src/view/bloom.js';

it('holds all that it was made of', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 300 }), (texts) => {
      const filter = bloomOf(new Set(texts));
      expect(texts.every((text) => mayHold(filter, text))).toBe(true);
    }),
  );
});

it('takes one in a hundred for one of them that is none, or about', () => {
  const filter = bloomOf(new Set(Array.from({ length: 500 }, (_, i) => `openstack.port.id=${i}`)));
  expect(filter.length).toBe(625);
  const wrong = Array.from({ length: 5000 }, (_, i) => `openstack.port.id=other ${i}`).filter((text) => mayHold(filter, text)).length;
  expect(wrong / 5000).toBeLessThan(0.03);
});
