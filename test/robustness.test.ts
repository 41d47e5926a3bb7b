import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZone } from '../src/format/zone.js';
import type { Event } from '../src/lifecycle/event.js';
import { LogReader } from '../src/read/log-reader.js';
import { createLineSplitter } from '../src/tail/lines.js';
import { correlate, counting, GOLDEN, logsOf } from './support/scenario.js';

function read(service: string, bytes: readonly Buffer[]): { events: Event[]; counted: Record<string, number> } {
  const events: Event[] = [];
  const { count, counted } = counting();
  const reader = new LogReader({ service, host: 'h', path: 'p', zone: createZone('UTC'), count, onEvent: (event) => events.push(event) });
  const splitter = createLineSplitter({ sink: reader.line, count });
  let offset = 0;
  for (const piece of bytes) {
    splitter.push(piece, offset);
    offset += piece.length;
  }
  splitter.end();
  reader.flushCounts();
  return { events, counted };
}

const BUILT =
  '2026-11-21 01:50:40.104 7999 INFO nova.compute.manager [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Took 8.35 seconds to build instance.\n';

describe('whatever stands in a log', () => {
  it('garbage before a line is counted, and the line is read', () => {
    const { events, counted } = read('nova-compute', [
      Buffer.from('\0\0\xff\xfe garbage\n\n{"json": true}\n', 'latin1'),
      Buffer.from(BUILT),
    ]);
    expect(events.map(({ kind }) => kind)).toEqual(['instance.built']);
    expect(counted['unparsed_lines nova-compute']).toBe(3);
  });

  it('a 10 MB line is cut and counted, and the next is read', () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const { events, counted } = read('nova-compute', [...Array.from({ length: 160 }, () => piece), Buffer.from('\n'), Buffer.from(BUILT)]);
    expect(events.length).toBe(1);
    expect(counted['overlong_lines']).toBe(1);
  });

  it('a line that is cut off anywhere makes no trouble', () => {
    for (let end = 0; end <= BUILT.length; end++) read('nova-compute', [Buffer.from(BUILT.slice(0, end))]);
  });

  it('bytes of any kind, for any service, never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('nova-compute', 'neutron-server', 'nova-api', 'ovs-vswitchd', 'ovn-controller', 'placement-api'),
        fc.array(fc.uint8Array({ maxLength: 300 })),
        (service, pieces) => {
          read(
            service,
            pieces.map((piece) => Buffer.from(piece)),
          );
        },
      ),
    );
  });

  it('a line with a wrong date does not close what is open', async () => {
    const dir = join(GOLDEN, 'create-succeeds-info');
    const clean = correlate(await logsOf(dir)).length;
    const lines = readFileSync(join(dir, 'nova-compute@vm.log'), 'latin1').split('\n');
    lines.splice(2, 0, lines[1]!.replace(/^\d{4}/, '2099'));
    const { counted, events } = read('nova-compute', [Buffer.from(lines.join('\n'), 'latin1')]);
    expect(counted['clock_jump nova-compute']).toBe(1);
    expect(events.length).toBeGreaterThan(2);
    expect(clean).toBeGreaterThan(0);
  });
});
