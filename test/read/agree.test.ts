import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import type { Event } from '../../src/lifecycle/event.js';
import { explainLine } from '../../src/pipeline/explain.js';
import { formatOf, LogReader, ownName } from '../../src/read/log-reader.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { sized } from '../support/size.js';

const SERVICES = ['nova-compute', 'nova-api', 'neutron-server', 'ovn-controller', 'ovs-vswitchd', 'placement-api'] as const;
const LINES = SERVICES.flatMap((service) =>
  readFileSync(join(GOLDEN, 'create-succeeds-debug', `${service}@vm.log`), 'utf8')
    .split('\n')
    .filter((line) => line.length < 2000)
    .map((line) => ({ service, line })),
);

/** What may have happened to a line on its way. */
const MISHAPS: readonly ((line: string, at: number) => string)[] = [
  (line) => line,
  (line) => `${line}\x1b[00m`,
  (line) => `${line}#033[00m`,
  (line) => `${line}\\x1b[00m`,
  (line) => `\x1b[00;32m${line}\x1b[00m`,
  (line) => `    ${line}`,
  (line) => `> ${line}`,
  (line) => `12:${line}`,
  (line) => `2026-11-21 01:42:31.698568 ${line}`,
  (line) => `${line}\r`,
  (line, at) => line.slice(0, Math.floor(at * line.length)),
  (line, at) => line.slice(Math.floor(at * 60)),
  (line, at) => `${line.slice(0, Math.floor(at * line.length))}\x1b[0m${line.slice(Math.floor(at * line.length))}`,
  (line, at) => `${line.slice(0, Math.floor(at * line.length))}\x07\x00${line.slice(Math.floor(at * line.length))}`,
  (line, at) => `${line.slice(0, Math.floor(at * 100))} ${line.slice(Math.floor(at * 100))}`,
];

function readBy(service: string, line: string): { event: Event | undefined; isRecord: boolean; knew: boolean } {
  const { count, counted } = counting();
  let event: Event | undefined;
  const reader = new LogReader({
    service,
    host: 'here',
    path: '-',
    zone: createZone('UTC'),
    format: formatOf(service),
    count,
    onEvent: (given) => {
      event = given;
    },
  });
  const bytes = Buffer.from(line);
  reader.line(bytes, 0, bytes.length, 0);
  reader.flushCounts();
  const of = (name: string): number => counted[`${name} ${ownName(service)}`] ?? 0;
  return { event, isRecord: of('records') > 0, knew: of('events') > 0 };
}

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

describe('explain and the reader', () => {
  it('agree on whether a line is read, and as what', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LINES),
        fc.array(fc.tuple(fc.constantFrom(...MISHAPS), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 3 }),
        ({ service, line }, mishaps) => {
          const changed = mishaps.reduce((text, [happen, at]) => happen(text, at), line);
          const { event, isRecord } = readBy(service, changed);
          const { stages, understood } = explainLine(changed, { service, zone: 'UTC', form: 'plain' });
          const said = Object.fromEntries(stages.map(({ name, said: words }) => [name, words]));
          expect(understood, changed).toBe(event !== undefined);
          if (event !== undefined) {
            expect(said['event'], changed).toBe(event.kind);
            expect(said['time'], changed).toBe(new Date(event.at).toISOString());
            expect(CONTROL.test(JSON.stringify([event.text, ...event.detail]).replaceAll('\\\\', '')), changed).toBe(false);
          } else expect(said['level'] !== undefined, changed).toBe(isRecord);
          expect(stages.filter(({ said: words }) => CONTROL.test(words))).toEqual([]);
        },
      ),
      { numRuns: sized({ fast: 3000, long: 100_000 }), seed: 12 },
    );
  });

  it('know a DEBUG line that no action needs', () => {
    const known = LINES.filter(({ service }) => service === 'nova-compute').find(({ line }) => {
      const { event, knew } = readBy('nova-compute', line);
      return event === undefined && knew;
    });
    const { stages } = explainLine(known!.line, { service: 'nova-compute', zone: 'UTC' });
    expect(stages.at(-1)!.said).toContain('known, but no action needs it');
  });
});
