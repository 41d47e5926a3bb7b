import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holeSpec, type Message, messagesOf, recognise, services } from '../../src/catalogue/index.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import { Sieve, UNWANTED } from '../../src/read/sieve.js';

const wanted = ({ kind, spec }: Pick<Message, 'kind' | 'spec'>): boolean => isWanted(kind, spec.level) || kind === 'uwsgi.requested';

const lines = services.flatMap((service) => {
  const sieve = new Sieve(service);
  const specs = new Map(messagesOf(service).map(({ kind, spec }) => [kind, { kind, spec }]));
  return [...specs.values()].flatMap(({ kind, spec }) =>
    [spec.logger]
      .flat()
      .flatMap((each) => spec.seen.map((message) => ({ service, sieve, specs, kind, logger: each === '*' ? 'any' : each, message }))),
  );
});

function sieved(sieve: Sieve, logger: string, message: string) {
  const before = `2026-11-21 ${logger} `;
  const bytes = Buffer.from(`${before}${message}\nnext line "POST /v2.0/ports: `);
  const start = Buffer.byteLength(before);
  const wants = sieve.wants(bytes, before.length - logger.length - 1, before.length - 1, start, start + Buffer.byteLength(message));
  return wants ? sieve.read(message) : undefined;
}

describe('the sieve', () => {
  it('lets every line through that an action needs, and reads it as the catalogue does', () => {
    for (const { service, sieve, specs, logger, message } of lines) {
      const read = recognise(service, logger, message);
      const expected = read !== undefined && wanted(specs.get(read.kind)!) ? read : undefined;
      const found = sieved(sieve, logger, message);
      expect(found === UNWANTED ? undefined : found, `${service} ${logger} ${message}`).toEqual(expected);
    }
  });

  it('reads a line that something happened to as the catalogue does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.oneof(fc.constantFrom('', ' ', '"', ':', ' "POST /', '…', 'é', '-', '1', '\t', ' status: '), fc.string({ maxLength: 3 })),
        ({ service, sieve, specs, logger, message }, place, cut, put) => {
          const at = place % (message.length + 1);
          const changed = message.slice(0, at) + put + message.slice(at + cut);
          const read = recognise(service, logger, changed);
          const expected = read !== undefined && wanted(specs.get(read.kind)!) ? read : undefined;
          const found = sieved(sieve, logger, changed);
          expect(found === UNWANTED ? undefined : found).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('passes over the lines of an unknown logger', () => {
    const sieve = new Sieve('nova-compute');
    expect(sieved(sieve, 'oslo.messaging.unheard.of', 'Took 8.35 seconds to build instance.')).toBeUndefined();
    expect(sieve.knewLogger).toBe(false);
  });
});

it('no value of a hole holds a character that the hole is said to lack', () => {
  const all = services.flatMap((service) => messagesOf(service));
  const types = new Set(all.flatMap(({ parts }) => parts.flatMap((part) => (typeof part === 'string' ? [] : [part.type]))));
  const kept = [...types].filter((type) => holeSpec(type).lacks !== undefined);
  expect(kept).not.toEqual([]);
  for (const type of kept) {
    const { pattern, lacks = '' } = holeSpec(type);
    const values = all.flatMap(({ parts, spec }) =>
      parts.some((part) => typeof part !== 'string' && part.type === type) ? spec.seen : [],
    );
    const found = values.flatMap((line) => [...line.matchAll(new RegExp(pattern, 'g'))].map(([value]) => value));
    for (const value of found) for (const char of lacks) expect(value).not.toContain(char);
  }
});
