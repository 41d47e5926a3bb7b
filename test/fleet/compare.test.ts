import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** OTLP JSON, as far as these tests change it. */
interface Attribute {
  key: string;
  value: { stringValue?: string };
}
interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: number; message?: string };
  attributes: Attribute[];
  events?: { name: string; timeUnixNano: string; attributes?: Attribute[] }[];
  links?: { traceId: string; spanId: string }[];
}
interface Request {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { scope: { name: string; version?: string }; spans: Span[] }[];
  }[];
}
interface Found {
  spans: Map<string, string>;
  twice: string[];
  sent: number;
}
type Counts = Readonly<Record<'isRight' | 'lost' | 'extra' | 'unlike' | 'twice' | 'split', unknown>>;
/** Plain Node.js, as the fleet test runs it; so it has no types of its own. */
interface Fleet {
  spansOf(requests: readonly Request[], options?: { isPlaceKept: boolean }): Found;
  resultOf(check: { found: Found; expected: Found; rows?: number }): Counts;
  checkTraces(check: { found: Found; expected: Found }): Counts;
  checkGateways(requests: readonly Request[], names: readonly string[]): Counts;
  partitionsResult(
    byTopic: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>,
    hosts: Readonly<Record<string, readonly string[]>>,
  ): Counts;
  untilAllCame(count: () => Promise<number>, enough: number, times: { quietMs: number; everyMs: number }): Promise<number>;
}

const FLEET = new URL('.', import.meta.url).pathname;
const load = async (): Promise<Fleet> =>
  Object.assign({}, ...(await Promise.all(['spans', 'traces', 'checks', 'patience'].map((name) => import(join(FLEET, `${name}.mjs`))))));
const fleet = await load();

const span = (trace: number, id: number, more: Partial<Span> = {}): Span => ({
  traceId: String(trace).padStart(32, '0'),
  spanId: String(id).padStart(16, '0'),
  ...(id > 1 && { parentSpanId: '1'.padStart(16, '0') }),
  name: id > 1 ? `phase ${id}` : 'instance create',
  kind: 1,
  startTimeUnixNano: '1000',
  endTimeUnixNano: '2000',
  attributes: [
    { key: 'openstack.outcome', value: { stringValue: 'succeeded' } },
    { key: 'log.file.path', value: { stringValue: '/var/log/nova/nova-compute.log' } },
  ],
  events: [{ name: 'line', timeUnixNano: '1500', attributes: [{ key: 'text', value: { stringValue: 'Claim successful' } }] }],
  links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
  ...more,
});
const request = (host: string, spans: Span[], more: Attribute[] = []): Request => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'host.name', value: { stringValue: host } }, ...more] },
      scopeSpans: [{ scope: { name: 'novaspan', version: '1' }, spans }],
    },
  ],
});
const cloud = (): Request[] => [request('cmp1', [span(1, 1), span(1, 2), span(1, 3)]), request('cmp2', [span(2, 1), span(2, 2)])];
/** The cloud after a change to its first span's request. */
const changed = (change: (first: Request, spans: Span[], one: Span) => void): Request[] => {
  const all = structuredClone(cloud());
  const spans = all[0]!.resourceSpans[0]!.scopeSpans[0]!.spans;
  change(all[0]!, spans, spans[1]!);
  return all;
};
const check = (requests: readonly Request[]): Counts =>
  fleet.resultOf({ found: fleet.spansOf(requests), expected: fleet.spansOf(cloud()) });

describe('the comparison of the fleet test', () => {
  it('takes the same spans for the same, whatever the order of requests, spans, attributes and events', () => {
    const all = cloud().reverse();
    for (const { resourceSpans } of all) for (const { scopeSpans } of resourceSpans) scopeSpans[0]!.spans.reverse();
    all[0]!.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.attributes.reverse();
    expect(check(all)).toMatchObject({ isRight: true, lost: 0, extra: 0, unlike: 0, twice: 0 });
  });

  it('finds a span that is lost', () => {
    expect(check(changed((_, spans) => spans.pop()))).toMatchObject({ isRight: false, lost: 1 });
  });

  it('finds a trace that is lost', () => {
    expect(check(cloud().slice(1))).toMatchObject({ isRight: false, lost: 3 });
  });

  it('finds a span that is too many', () => {
    expect(check(changed((_, spans) => spans.push(span(1, 9))))).toMatchObject({ isRight: false, extra: 1 });
  });

  it('finds a span that is there twice, the same or changed', () => {
    expect(check(changed((_, spans) => spans.push(span(1, 2))))).toMatchObject({ isRight: false, twice: 1 });
    expect(check(changed((_, spans) => spans.unshift(span(1, 2, { name: 'other' }))))).toMatchObject({ isRight: false, twice: 1 });
  });

  it('counts rows of the store, where a span can be twice though it is read once', () => {
    const expected = fleet.spansOf(cloud());
    expect(fleet.resultOf({ found: expected, expected, rows: 5 })).toMatchObject({ isRight: true, twice: 0 });
    expect(fleet.resultOf({ found: expected, expected, rows: 6 })).toMatchObject({ isRight: false, twice: 1 });
  });

  it.each<[string, (span: Span, request: Request) => void]>([
    ['its name', (one) => (one.name = 'other')],
    ['its kind', (one) => (one.kind = 2)],
    ['its parent', (one) => delete one.parentSpanId],
    ['its start, by a nanosecond', (one) => (one.startTimeUnixNano = '1001')],
    ['its end', (one) => (one.endTimeUnixNano = '2001')],
    ['its status', (one) => (one.status = { code: 2 })],
    ['what its status says', (one) => (one.status = { message: 'no valid host' })],
    ['the value of an attribute', (one) => (one.attributes[0]!.value.stringValue = 'failed')],
    ['an attribute that is gone', (one) => one.attributes.pop()],
    ['an attribute more', (one) => one.attributes.push({ key: 'more', value: { stringValue: '1' } })],
    ['the time of an event', (one) => (one.events![0]!.timeUnixNano = '1501')],
    ['the text of an event', (one) => (one.events![0]!.attributes![0]!.value.stringValue = 'Claim failed')],
    ['an event that is gone', (one) => one.events!.pop()],
    ['a link', (one) => (one.links![0]!.spanId = 'd'.repeat(16))],
    ['its scope', (_, { resourceSpans }) => (resourceSpans[0]!.scopeSpans[0]!.scope.version = '2')],
    ['its host', (_, { resourceSpans }) => (resourceSpans[0]!.resource.attributes[0]!.value.stringValue = 'cmp9')],
  ])('finds a change of %s', (_, change) => {
    const result = check(changed((first, _spans, one) => void change(one, first)));
    expect(result).toMatchObject({ isRight: false, lost: 0, extra: 0 });
    expect(result.unlike).toBeGreaterThan(0);
  });

  it('leaves out where a line stands for raw lines only', () => {
    const moved = changed((_first, _spans, one) => void (one.attributes[1]!.value.stringValue = '/srv/other.log'));
    const place = { isPlaceKept: false };
    const [found, expected] = [fleet.spansOf(moved, place), fleet.spansOf(cloud(), place)];
    expect(fleet.resultOf({ found, expected })).toMatchObject({ isRight: true });
    expect(check(moved)).toMatchObject({ isRight: false, unlike: 1 });
  });

  it('leaves out what Jaeger remarks of a span of length 0, and nothing else that Jaeger remarks', () => {
    const remark = (text: string): Attribute => ({ key: '@jaeger@warnings', value: { stringValue: text } });
    const noLength = { endTimeUnixNano: '1000' };
    const expected = fleet.spansOf([request('cmp1', [span(1, 1, noLength)])]);
    const with_ = (text: string, more: Partial<Span>): Counts => {
      const one = span(1, 1, more);
      one.attributes.push(remark(text));
      return fleet.resultOf({ found: fleet.spansOf([request('cmp1', [one])]), expected });
    };
    expect(with_('Negative duration detected, sanitizing', noLength)).toMatchObject({ isRight: true });
    expect(with_('Invalid parent', noLength)).toMatchObject({ isRight: false, unlike: 1 });
  });
});

describe('the comparison of traces', () => {
  const traces = (requests: readonly Request[]): Counts =>
    fleet.checkTraces({ found: fleet.spansOf(requests), expected: fleet.spansOf(cloud()) });

  it('takes the same traces for the same, with fewer spans below the root, too', () => {
    expect(traces(changed((_, spans) => spans.pop()))).toMatchObject({ isRight: true, lost: 0, extra: 0, unlike: 0 });
  });

  it.each<[string, Request[], object]>([
    ['a lost trace', cloud().slice(1), { lost: 1 }],
    ['a trace too many', [...cloud(), request('cmp3', [span(3, 1)])], { extra: 1 }],
    ['a root that is lost', changed((_, spans) => spans.shift()), { unlike: 1 }],
    ['another outcome', changed((_, spans) => (spans[0]!.attributes[0]!.value.stringValue = 'failed')), { unlike: 1 }],
    ['another end', changed((_, spans) => (spans[0]!.endTimeUnixNano = '2001')), { unlike: 1 }],
  ])('finds %s', (_, requests, result) => {
    expect(traces(requests)).toMatchObject({ isRight: false, ...result });
  });
});

describe('the checks of who had what', () => {
  const by = (name: string): Attribute[] => [{ key: 'test.gateway', value: { stringValue: name } }];

  it('find a trace of two gateways, a gateway without a trace, and spans that no gateway named', () => {
    const names = ['gw1', 'gw2'];
    const shared = [request('cmp1', [span(1, 1), span(1, 2)], by('gw1')), request('cmp2', [span(2, 1)], by('gw2'))];
    expect(fleet.checkGateways(shared, names)).toMatchObject({ isRight: true, split: 0 });
    expect(fleet.checkGateways([...shared, request('cmp1', [span(1, 3)], by('gw2'))], names)).toMatchObject({ isRight: false, split: 1 });
    expect(fleet.checkGateways(shared.slice(1), names)).toMatchObject({ isRight: false });
    expect(fleet.checkGateways([...shared, request('cmp3', [span(3, 1)])], names)).toMatchObject({ isRight: false });
    expect(fleet.spansOf(shared).spans).toEqual(
      fleet.spansOf([request('cmp1', [span(1, 1), span(1, 2)]), request('cmp2', [span(2, 1)])]).spans,
    );
  });

  it('find a host in two partitions, one without a key, and one that is not there', () => {
    const topic = (entries: [string, string[]][]) => new Map([['traces', new Map(entries.map(([host, own]) => [host, new Set(own)]))]]);
    const hosts = { traces: ['cmp1', 'cmp2'] };
    const result = (entries: [string, string[]][]): unknown => fleet.partitionsResult(topic(entries), hosts).isRight;
    expect(
      result([
        ['cmp1', ['3']],
        ['cmp2', ['3']],
      ]),
    ).toBe(true);
    expect(
      result([
        ['cmp1', ['3', '4']],
        ['cmp2', ['3']],
      ]),
    ).toBe(false);
    expect(
      result([
        ['cmp1', ['3']],
        ['cmp2', ['3']],
        ['null', ['3']],
      ]),
    ).toBe(false);
    expect(result([['cmp1', ['3']]])).toBe(false);
  });
});

describe('the patience of the fleet test', () => {
  it('waits while more come, and ends when nothing comes', async () => {
    const counts = [1, 1, 2, 3];
    const count = async (): Promise<number> => counts.shift() ?? 4;
    expect(await fleet.untilAllCame(count, 4, { quietMs: 60_000, everyMs: 0 })).toBe(4);
    expect(await fleet.untilAllCame(async () => 3, 4, { quietMs: -1, everyMs: 0 })).toBe(3);
  });
});
