import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCatalogue,
  firstReading,
  holeSpec,
  type Matcher,
  messagesOf,
  catalogue as ours,
  services,
  tables,
  UNWANTED,
} from '../../src/catalogue/index.js';
import { isWanted } from '../../src/lifecycle/wanted.js';

const lines = services.flatMap((service) => {
  const matcher = ours.matcher(service, isWanted);
  const specs = new Map(messagesOf(service).map(({ kind, spec }) => [kind, spec]));
  return [...specs.values()].flatMap((spec) =>
    [spec.logger]
      .flat()
      .flatMap((each) => spec.seen.map((message) => ({ service, matcher, logger: each === '*' ? 'any' : each, message }))),
  );
});

/** What the whole catalogue reads of a message when every wording is tried: the index must not change it. */
function triedOneByOne(service: string, logger: string, message: string, wants: typeof isWanted) {
  const found = ours.readings(service, logger, message);
  const first = found.find(({ spec }) => spec.general !== true) ?? found[0];
  if (first === undefined) return undefined;
  return wants(first.kind, first.spec.level) ? first.kind : UNWANTED;
}

function onBytes(matcher: Matcher, logger: string, message: string) {
  const before = `2026-11-21 ${logger} `;
  const bytes = Buffer.from(`${before}${message}\nnext line "POST /v2.0/ports: `);
  const start = Buffer.byteLength(before);
  const said = matcher.loggerAt(bytes, before.length - logger.length - 1, before.length - 1);
  const candidates = said?.candidates(bytes, start, start + Buffer.byteLength(message));
  return candidates === undefined ? undefined : firstReading(candidates, message);
}

const kindOf = (found: ReturnType<typeof onBytes>): string | undefined => (typeof found === 'object' ? found.kind : found);

/** A message nobody asked for may be passed over on its bytes. */
const oneOf = (expected: string | undefined): (string | undefined)[] => (expected === UNWANTED ? [UNWANTED, undefined] : [expected]);

describe('the matcher', () => {
  it('finds what is wanted, on the bytes as in the text', () => {
    for (const { service, matcher, logger, message } of lines) {
      const found = onBytes(matcher, logger, message);
      expect(oneOf(triedOneByOne(service, logger, message, isWanted)), `${service} ${logger} ${message}`).toContain(kindOf(found));
      expect(matcher.read(logger, message)).toEqual(found);
      expect(ours.recognise(service, logger, message)?.kind).toBe(triedOneByOne(service, logger, message, () => true));
    }
  });

  it('finds the same of a line that something happened to', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.oneof(fc.constantFrom('', ' ', '"', ':', ' "POST /', '…', 'é', '-', '1', '\t', ' status: '), fc.string({ maxLength: 3 })),
        ({ service, matcher, logger, message }, place, cut, put) => {
          const at = place % (message.length + 1);
          const changed = message.slice(0, at) + put + message.slice(at + cut);
          const found = onBytes(matcher, logger, changed);
          expect(oneOf(triedOneByOne(service, logger, changed, isWanted))).toContain(kindOf(found));
          expect(matcher.read(logger, changed)).toEqual(found);
          expect(ours.recognise(service, logger, changed)?.kind).toBe(triedOneByOne(service, logger, changed, () => true));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('passes over the lines of an unknown logger', () => {
    const matcher = ours.matcher('nova-compute', isWanted);
    const logger = Buffer.from('oslo.messaging.unheard.of');
    expect(onBytes(matcher, logger.toString(), 'Took 8.35 seconds to build instance.')).toBeUndefined();
    expect(matcher.loggerAt(logger, 0, logger.length)?.isKnown).not.toBe(true);
  });

  it('is one for all logs of a service, by what is wanted of them', () => {
    const own = createCatalogue(tables);
    const all = () => true;
    expect(own.matcher('nova-compute', isWanted)).toBe(own.matcher('nova-compute', isWanted));
    expect(own.matcher('nova-compute', all)).not.toBe(own.matcher('nova-compute', isWanted));
    expect(own.matcher('nova-api', isWanted)).not.toBe(own.matcher('nova-compute', isWanted));
  });

  it('reads a long message as a short one: only its beginning is compared', () => {
    const matcher = ours.matcher('nova-compute', isWanted);
    const cause = 'é'.repeat(100_000);
    const found = matcher.read('nova.compute.manager', `Instance failed to spawn: ${cause}`);
    expect(found).toMatchObject({ kind: 'instance.spawn.failed', fields: { cause: cause.slice(0, 500) } });
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
