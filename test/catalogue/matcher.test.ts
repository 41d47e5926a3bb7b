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
  type Wants,
} from '../../src/catalogue/index.js';
import { isWanted, wants } from '../../src/lifecycle/wanted.js';

const lines = services.flatMap((service) => {
  const matcher = ours.matcher(service, wants);
  const specs = new Map(messagesOf(service).map(({ kind, spec }) => [kind, spec]));
  return [...specs.values()].flatMap((spec) =>
    [spec.logger]
      .flat()
      .flatMap((each) => spec.seen.map((message) => ({ service, matcher, logger: each === '*' ? 'any' : each, message }))),
  );
});

/** What the whole catalogue reads of a message when every wording is tried: the index must not change it. */
function triedOneByOne(service: string, logger: string, message: string, wants: Wants) {
  const found = ours.readings(service, logger, message);
  const first = found.find(({ spec }) => spec.general !== true) ?? found[0];
  if (first === undefined) return undefined;
  const wanted = wants(first.kind, first.spec.level);
  if (typeof wanted === 'boolean') return wanted ? first.kind : UNWANTED;
  const { field, number } = wanted.atLeast ?? { field: '', number: 0 };
  return Number(ours.recognise(service, logger, message)?.fields[field]) < number ? UNWANTED : first.kind;
}

function onBytes(matcher: Matcher, logger: string, message: string) {
  const before = `2026-11-21 ${logger} `;
  const bytes = Buffer.from(`${before}${message}\nnext line "POST /v2.0/ports: `);
  const start = Buffer.byteLength(before);
  const said = matcher.loggerAt(bytes, before.length - logger.length - 1, before.length - 1);
  const candidates = said?.candidates(bytes, start, start + Buffer.byteLength(message));
  return candidates === undefined ? undefined : firstReading(candidates.all, message);
}

const kindOf = (found: ReturnType<typeof onBytes>): string | undefined => (typeof found === 'object' ? found.kind : found);

/** A message nobody asked for may be passed over on its bytes. */
const oneOf = (expected: string | undefined): (string | undefined)[] => (expected === UNWANTED ? [UNWANTED, undefined] : [expected]);

describe('the matcher', () => {
  it('finds what is wanted, on the bytes as in the text', () => {
    for (const { service, matcher, logger, message } of lines) {
      const found = onBytes(matcher, logger, message);
      expect(oneOf(triedOneByOne(service, logger, message, wants)), `${service} ${logger} ${message}`).toContain(kindOf(found));
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
          expect(oneOf(triedOneByOne(service, logger, changed, wants))).toContain(kindOf(found));
          expect(matcher.read(logger, changed)).toEqual(found);
          expect(ours.recognise(service, logger, changed)?.kind).toBe(triedOneByOne(service, logger, changed, () => true));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('passes over locks on the bytes that no table needs', () => {
    const matcher = ours.matcher('nova-compute', wants);
    const read = (message: string) => onBytes(matcher, 'oslo_concurrency.lockutils', message);
    const tracker = 'nova.compute.resource_tracker.ResourceTracker';
    const lock = 'Lock "compute_resources"';
    for (const waited of ['0.000', '0.099', '0.0', '0', '00.09999']) {
      expect(read(`${lock} acquired by "${tracker}._update_available_resource" :: waited ${waited}s`)).toBeUndefined();
      // Text is read as bytes are.
      expect(matcher.read('oslo_concurrency.lockutils', `${lock} acquired by "x" :: waited ${waited}s`)).toBeUndefined();
    }
    for (const quoted of ['"released"', 'released'])
      expect(read(`${lock} ${quoted} by "${tracker}._update_available_resource" :: held 9.999s`)).toBeUndefined();
    for (const waited of ['0.100', '0.1', '1', '12.0', '1234567890123.5'])
      expect(read(`${lock} acquired by "${tracker}.update_usage" :: waited ${waited}s`)).toMatchObject({ kind: 'resource.lock.acquired' });
    expect(read(`${lock} acquired by "${tracker}.instance_claim" :: waited 0.000s`)).toMatchObject({ kind: 'claim.lock.acquired' });
    expect(read(`${lock} "released" by "${tracker}.instance_claim" :: held 0.000s`)).toMatchObject({ kind: 'claim.lock.released' });
    expect(read(`${lock} released by "${tracker}.finish_evacuation" :: held 0.079s`)).toMatchObject({ kind: 'evacuation.lock.released' });
  });

  it('passes over what took too little on the text too, where the bytes do not show it', () => {
    const matcher = createCatalogue(tables).matcher(
      'nova-compute',
      (kind) => kind !== 'command.run' || { atLeast: { field: 'seconds', number: 2 } },
    );
    const read = (seconds: string) => kindOf(onBytes(matcher, 'oslo_concurrency.processutils', `CMD "ls" returned: 0 in ${seconds}s`));
    expect(['1.999', '2.000', '12.5'].map(read)).toEqual([UNWANTED, 'command.run', 'command.run']);
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

it('every value of a hole is as its table says: what it lacks, ends in and is made of', () => {
  const all = services.flatMap((service) => messagesOf(service));
  const types = new Set(all.flatMap(({ parts }) => parts.flatMap((part) => (typeof part === 'string' ? [] : [part.type]))));
  const isSaid = ({ lacks, ending, only }: ReturnType<typeof holeSpec>) => (lacks ?? ending ?? only) !== undefined;
  const kept = [...types].filter((type) => isSaid(holeSpec(type)));
  expect(kept).not.toEqual([]);
  for (const type of kept) {
    const { pattern, lacks = '', ending = '', only } = holeSpec(type);
    const values = all.flatMap(({ parts, spec }) =>
      parts.some((part) => typeof part !== 'string' && part.type === type) ? spec.seen : [],
    );
    const found = values.flatMap((line) => [...line.matchAll(new RegExp(pattern, 'g'))].map(([value]) => value));
    for (const value of found) {
      for (const char of lacks) expect(value).not.toContain(char);
      expect(value.endsWith(ending)).toBe(true);
      if (only !== undefined) expect([...value].filter((char) => !only.includes(char))).toEqual([]);
    }
  }
});
