import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import type { Event } from '../../src/lifecycle/event.js';
import { explainLine } from '../../src/pipeline/explain.js';
import { ownName } from '../../src/read/log-reader.js';
import { openSource } from '../../src/read/source.js';
import { Unfolder } from '../../src/read/unfold.js';
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

const NAMES: Readonly<Record<string, string>> = { 'placement-api': 'placement-api' };
const named = (service: string): string => NAMES[service] ?? service;
const TAKEN = '2026-11-21T01:42:31.999Z';

/** What may carry a line, as the forms have it. */
const CARRIED: readonly ((line: string, service: string) => string)[] = [
  (line) => `${TAKEN} stdout F ${line}`,
  (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: TAKEN }),
  (line, service) => JSON.stringify({ __REALTIME_TIMESTAMP: '1795225351999000', SYSLOG_IDENTIFIER: service, MESSAGE: line }),
  (line, service) => `2026-11-21T01:42:31.999+00:00 cmp1 ${service}[7]: ${line}`,
  (line, service) => `<30>1 ${TAKEN} cmp1 ${service} 7 - - ${line}`,
  (line, service) => `${TAKEN} [${named(service)}] ${line}`,
  (line, service) => `[pod/${service}-default-x7k2p/${service}] ${line}`,
  (line, service) => `${service}-default-x7k2p ${service} ${line}`,
  (line, service) => `${service}-1  | ${line}`,
  (line) => `${TAKEN.replace('Z', '123456Z')} ${line}`,
  (line, service) => JSON.stringify({ '@timestamp': TAKEN, message: line, log: { file: { path: `/var/log/x/${service}.log` } } }),
  (line, service) => JSON.stringify({ date: 1795225351.999, log: line, file: `/var/log/x/${service}.log` }),
  (line, service) => JSON.stringify({ labels: { app: service }, line, timestamp: TAKEN }),
  (line, service) => `var/log/x/${service}.log:${line}`,
];

/** Reads one line as a replay reads a log of it. @returns undefined where it is of several lines */
function readBy(service: string, line: string) {
  const { count, counted } = counting();
  const events: Event[] = [];
  let lines = 0;
  const source = openSource({
    path: `${service}.log`,
    host: 'here',
    isNamed: true,
    anyHost: 'here',
    zone: () => createZone('UTC'),
    latest: () => 0,
    count,
    onEvent: (given) => void events.push(given),
  })!;
  const unfolder = new Unfolder((bytes, start, end, offset) => {
    lines++;
    source.line(bytes, start, end, offset);
  });
  const bytes = Buffer.from(line);
  unfolder.line(bytes, 0, bytes.length, 0);
  unfolder.end();
  source.end();
  const of = (name: string): number => counted[`${name} ${ownName(service)}`] ?? 0;
  if (lines !== 1 || events.length > 1 || of('records') > 1) return undefined;
  return { event: events[0], isRecord: of('records') > 0, knew: of('events') > 0 };
}

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

describe('explain and the reader', () => {
  const mishaps = fc.array(fc.tuple(fc.constantFrom(...MISHAPS), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 3 });
  const happened = (line: string, all: readonly (readonly [(line: string, at: number) => string, number])[]): string =>
    all.reduce((text, [happen, at]) => happen(text, at), line);

  it('agree on whether a line is read, and as what, also where something carries it', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...LINES),
        mishaps,
        fc.option(fc.constantFrom(...CARRIED), { nil: undefined }),
        mishaps,
        ({ service, line }, before, carry, after) => {
          const inner = happened(line, before);
          const changed = carry === undefined ? inner : happened(carry(inner, service), after);
          const read = readBy(service, changed);
          if (read === undefined) return;
          compared++;
          const { event, isRecord } = read;
          const { stages, understood } = explainLine(changed, { service, zone: 'UTC' });
          const said = Object.fromEntries(stages.map(({ name, text: words }) => [name, words]));
          expect(understood, changed).toBe(event !== undefined);
          if (event !== undefined) {
            expect(said['event'], changed).toBe(event.kind);
            expect(said['time'], changed).toBe(new Date(event.at).toISOString());
            expect(CONTROL.test(JSON.stringify([event.text, ...event.detail]).replaceAll('\\\\', '')), changed).toBe(false);
          } else expect(said['level'] !== undefined, changed).toBe(isRecord);
          expect(stages.filter(({ text: words }) => CONTROL.test(words))).toEqual([]);
        },
      ),
      { numRuns: sized({ fast: 3000, long: 100_000 }), seed: 12 },
    );
    expect(compared).toBeGreaterThan(sized({ fast: 2400, long: 80_000 }));
  });

  it('know a DEBUG line that no action needs', () => {
    const known = LINES.filter(({ service }) => service === 'nova-compute').find(({ line }) => {
      const read = readBy('nova-compute', line);
      return read?.event === undefined && read?.knew === true;
    });
    const { stages } = explainLine(known!.line, { service: 'nova-compute', zone: 'UTC' });
    expect(stages.at(-1)!.text).toContain('known, but no action needs it');
  });
});
