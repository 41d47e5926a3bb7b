import { describe, expect, it } from 'vitest';
import { keys } from '../../src/model/attributes.js';
import type { FinishedTrace, SpanData, SpanEvent } from '../../src/model/span.js';
import { bounds, fitToLeave } from '../../src/trace/bounds.js';
import { counting } from '../support/scenario.js';

const span = (more: Partial<SpanData> = {}): SpanData => ({
  traceId: 't',
  spanId: 'root',
  parentSpanId: undefined,
  name: 'instance create',
  start: 0,
  end: 1,
  service: 'nova-compute',
  host: 'h',
  attributes: {},
  events: [],
  droppedEvents: 0,
  links: [],
  kind: 'internal',
  error: undefined,
  ...more,
});
const trace = (...spans: SpanData[]): FinishedTrace => ({
  traceId: 't',
  form: 'action',
  instance: 'i',
  request: undefined,
  action: 'create',
  spans,
});
const event = (name: string, attributes = {}): SpanEvent => ({ name, at: 0, attributes });

function fitted(given: FinishedTrace): { spans: readonly SpanData[]; counted: Record<string, number> } {
  const { count, counted } = counting();
  const { spans } = fitToLeave(given, count);
  return { spans, counted };
}

describe('what a trace may hold', () => {
  it('is given back as it is where nothing is wrong with it', () => {
    const { count, counted } = counting();
    const given = trace(span({ attributes: { a: 'x', b: ['y'], c: 1 }, events: [event('Starting instance...')], error: 'no host' }));
    expect(fitToLeave(given, count)).toBe(given);
    expect(counted).toEqual({});
  });

  it('no secret, wherever one stands', () => {
    const secret = "password='Hunter2'";
    const { spans, counted } = fitted(
      trace(span({ attributes: { a: secret, b: ['x', secret] }, events: [event(`said ${secret}`, { c: secret })], error: secret })),
    );
    expect(JSON.stringify(spans)).not.toContain('Hunter2');
    expect(spans[0]!.attributes).toEqual({ a: 'password=***', b: ['x', 'password=***'] });
    expect(spans[0]!.error).toBe('password=***');
    expect(counted).toEqual({ secrets_hidden: 2 });
  });

  it('no secret, in whichever key and as often as it is shown, and each is counted once', () => {
    const secret = 'password=hunter2';
    const shown = event(secret, { [keys.logPath]: secret, [keys.logMessage]: secret });
    for (let i = 0; i < 2; i++) {
      const { spans, counted } = fitted(
        trace(span({ events: [shown] }), span({ events: [shown], attributes: { [keys.outcome]: secret } })),
      );
      expect(JSON.stringify(spans)).not.toContain('hunter2');
      expect(counted).toEqual({ secrets_hidden: 1 });
    }
  });

  it('texts, values and lists of a bounded length', () => {
    const long = 'x.'.repeat(bounds.value);
    const items = Array.from({ length: bounds.items + 1 }, (_, i) => `${i}`);
    const { spans, counted } = fitted(trace(span({ attributes: { long, items }, events: [event(long)], error: long })));
    const [only] = spans;
    expect((only!.attributes['long'] as string).length).toBe(bounds.value);
    expect((only!.attributes['items'] as string[]).length).toBe(bounds.items);
    expect(only!.events[0]!.name.length).toBe(bounds.text);
    expect(only!.error!.length).toBe(bounds.text);
    expect(counted).toEqual({ values_cut: 4 });
  });

  it('the text of a line is bounded as a line, though it is an attribute', () => {
    const { spans, counted } = fitted(trace(span({ events: [event('vif.plugged', { [keys.logMessage]: 'x.'.repeat(bounds.text) })] })));
    expect(spans[0]!.events[0]!.attributes[keys.logMessage]).toHaveLength(bounds.text);
    expect(counted).toEqual({ values_cut: 1 });
  });

  it('a secret is hidden before its text is cut', () => {
    const { spans } = fitted(trace(span({ error: `${'x.'.repeat(bounds.text / 2 - 4)}gAAAAABkabcdefghijklmnop` })));
    expect(spans[0]!.error).toMatch(/\*\*\*$/);
  });

  it('so many lines, and says how many it leaves out', () => {
    const events = Array.from({ length: 101 }, () => event('x'));
    const spans = Array.from({ length: 100 }, (_, i) => span({ spanId: `${i}`, events }));
    const { spans: left, counted } = fitted(trace(...spans));
    expect(left.reduce((sum, each) => sum + each.events.length, 0)).toBe(bounds.eventsOfTrace);
    expect(left.reduce((sum, { droppedEvents }) => sum + droppedEvents, 0)).toBe(100);
    expect(counted).toEqual({ lines_left_out: 100 });
  });

  it('so many spans: one whose parent is left out is given to the nearest that is not', () => {
    const many = Array.from({ length: bounds.spans }, (_, i) => span({ spanId: `${i}`, parentSpanId: 'root' }));
    many[5] = { ...many[5]!, parentSpanId: `${bounds.spans - 1}` };
    const { spans, counted } = fitted(trace(span(), ...many));
    expect(spans.length).toBe(bounds.spans);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    for (const { parentSpanId } of spans) if (parentSpanId !== undefined) expect(ids).toContain(parentSpanId);
    expect(spans.find(({ spanId }) => spanId === '5')!.parentSpanId).toBe('root');
    expect(counted).toEqual({ spans_left_out: 1 });
  });
});
