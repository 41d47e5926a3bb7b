import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toJson } from '../../src/export/json.js';
import { anyTrace, oneSpan } from './support.js';

it('a trace as plain JSON is one line, as it is, with times an operator can read', () => {
  const line = toJson(oneSpan);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    traceId: oneSpan.traceId,
    form: 'action',
    instance: oneSpan.instance,
    action: 'create',
    outcome: 'succeeded',
    startEpoch: 1768387342.772123,
    endEpoch: 1768387355.642,
    durationSeconds: 12.869877,
    spans: [
      {
        traceId: oneSpan.traceId,
        spanId: '0123456789abcdef',
        name: 'instance create',
        kind: 'internal',
        service: 'nova-compute',
        host: 'cmp1',
        attributes: { 'openstack.outcome': 'succeeded', 'openstack.action': 'create' },
        droppedEvents: 0,
        links: [],
        start: '2026-01-14T10:42:22.772123Z',
        end: '2026-01-14T10:42:35.642000Z',
        startEpoch: 1768387342.772123,
        endEpoch: 1768387355.642,
        durationSeconds: 12.869877,
        events: [],
      },
    ],
  });
});

it('plain JSON loses nothing of a trace', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const back = JSON.parse(toJson(trace));
      expect(back.spans).toHaveLength(trace.spans.length);
      for (const [i, span] of trace.spans.entries()) {
        expect(back.spans[i].events).toHaveLength(span.events.length);
        expect(Date.parse(back.spans[i].start)).toBe(Math.floor(span.start));
        // Numbers that say the same as the texts: to the microsecond.
        expect(back.spans[i].startEpoch).toBeCloseTo(span.start / 1000, 6);
        expect(back.spans[i].durationSeconds).toBeCloseTo((span.end - span.start) / 1000, 5);
      }
    }),
  );
});
