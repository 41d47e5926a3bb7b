import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/export/verdict.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { gatesOf } from '../../src/view/chain.js';
import { pageOf } from '../../src/view/detail.js';
import { batchOf, outlineOf } from '../../src/view/outline.js';
import { TraceStore } from '../../src/view/store.js';

import { boot, failed, fragment, networkReady, START, span, trace, twoPorts } from '../export/terminal/traces.js';
import { tracesOf } from './golden.js';

const named = (traceId: string, of: FinishedTrace = boot): FinishedTrace => ({
  ...of,
  traceId,
  spans: of.spans.map((one) => ({ ...one, traceId })),
});

describe('the store', () => {
  it('gives back what it was given', () => {
    const store = new TraceStore();
    store.add(boot);
    expect(JSON.stringify(store.get(boot.traceId))).toBe(JSON.stringify(boot));
    expect(store.get('0'.repeat(32))).toBeUndefined();
    expect(store.services()).toEqual(['neutron-server', 'nova-api', 'nova-compute', 'ovn-controller', 'ovs-vswitchd']);
  });

  it('joins parts of one action, each span once, whichever comes first', () => {
    const part: FinishedTrace = { ...fragment, traceId: boot.traceId };
    for (const order of [
      [boot, part, boot],
      [part, boot],
    ]) {
      const store = new TraceStore();
      for (const one of order) store.add(one);
      const whole = store.get(boot.traceId)!;
      expect(whole.form).toBe('action');
      expect(whole.spans[0]!.parentSpanId).toBeUndefined();
      const ids = whole.spans.map(({ spanId }) => spanId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set([...boot.spans, ...part.spans].map(({ spanId }) => spanId)));
      expect(store.size).toBe(1);
    }
  });

  it('lets the oldest go when there are too many, or too much of them, and counts these', () => {
    const few = new TraceStore({ traces: 3 });
    for (let i = 0; i < 5; i++) few.add(named(String(i).repeat(32)));
    expect(few.outlines().map(({ id }) => id[0])).toEqual(['2', '3', '4']);
    expect(few.dropped).toBe(2);

    const one = new TraceStore();
    one.add(boot);
    const small = new TraceStore({ bytes: one.bytes * 2.5 });
    for (let i = 0; i < 5; i++) small.add(named(String(i).repeat(32)));
    expect(small.size).toBe(2);
    expect(small.bytes).toBeLessThanOrEqual(one.bytes * 2.5);
  });

  it('keeps a boot of a real log in less than 30 kB, so that 10,000 fit in 300 MB', async () => {
    const traces = await tracesOf('create-succeeds-debug');
    const store = new TraceStore();
    for (const one of traces) store.add(one);
    const outlines = JSON.stringify(batchOf(store.outlines())).length;
    expect((store.bytes + outlines) / store.size).toBeLessThan(30_000);
  });

  it('finds by service and period', () => {
    const store = new TraceStore();
    store.add(boot);
    const in0 = (service: string, start: number, end: number): number => [...store.find({ service, period: { start, end } })].length;
    expect(in0('nova-compute', START - 10_000, START + 1)).toBe(1);
    expect(in0('glance', START - 10_000, START + 1)).toBe(0);
    expect(in0('nova-compute', START + 100_000, Infinity)).toBe(0);
    expect(in0('nova-compute', -Infinity, START - 10_000)).toBe(0);
  });

  it('finds by tag without unpacking what has none of it', () => {
    const store = new TraceStore();
    for (let i = 0; i < 50; i++) store.add({ ...boot, traceId: i.toString(16).padStart(32, '0') });
    store.add(failed);
    const period = { start: -Infinity, end: Infinity };
    const found = (tags: Record<string, string>, more = {}): number =>
      [...store.find({ service: 'nova-compute', period, tags: new Map(Object.entries(tags)), ...more })].length;
    expect(found({ 'openstack.outcome': 'failed' })).toBe(1);
    expect(found({ 'openstack.outcome': 'failed', 'host.name': 'cmp1' })).toBe(1);
    expect(found({ 'openstack.outcome': 'succeeded' })).toBe(50);
    expect(found({ error: 'true' })).toBe(1);
    expect(found({}, { least: 20_000 })).toBe(1);
    expect(found({}, { operation: 'no such' })).toBe(0);
    // What stands in events is in no filter: all are looked at.
    expect(found({ event: 'exception' })).toBe(51);
    expect(found({ error: 'false' })).toBe(51);
  });

  it('says what comes, until nobody listens', () => {
    const store = new TraceStore();
    const seen: string[] = [];
    const end = store.listen(({ id }) => seen.push(id));
    store.add(boot);
    end();
    store.add(failed);
    expect(seen).toEqual([boot.traceId]);
  });
});

describe('an outline', () => {
  it('says what the list shows', () => {
    expect(outlineOf(failed)).toMatchObject({
      ...{ action: 'create', outcome: 'failed', isError: true, ms: 31_000, host: 'cmp1', hosts: ['cmp1'] },
      error: 'nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed',
    });
    expect(outlineOf(fragment)).toMatchObject({ form: 'fragment', outcome: 'unknown', isError: false });
    expect(outlineOf(networkReady)).toMatchObject({ form: 'network-ready', action: 'network-ready' });
  });

  it('has no phase whose length is not known', () => {
    const { phases } = outlineOf(failed);
    expect(phases.map(({ name }) => name)).not.toContain('lport claim');
    expect(phases.find(({ name }) => name === 'vif plug')).toMatchObject({ at: 4805, ms: 2995, service: 'nova-compute', host: 'cmp1' });
  });

  it('is sent with each name once', () => {
    const { names, outlines } = batchOf([outlineOf(boot), outlineOf(twoPorts)]);
    expect(new Set(names).size).toBe(names.length);
    const [, name, service, host] = outlines[0]!.phases.find(([id]) => id.startsWith('port status up'))!;
    expect([names[name], names[service], names[host]]).toEqual(['port status up', 'neutron-server', 'ctl1']);
  });
});

describe('the chain', () => {
  const gates = (of: FinishedTrace): (readonly [name: string, own: number])[] =>
    gatesOf(verdictOf(of), of).map(({ step, own }) => [step.spans[0]?.name ?? 'nothing', own]);

  it('divides the time of the action: what phases have to themselves is no more than all', () => {
    for (const of of [boot, twoPorts, failed]) {
      const root = of.spans.find(({ parentSpanId }) => parentSpanId === undefined)!;
      const first = Math.min(...of.spans.map(({ start }) => start));
      const sum = gates(of).reduce((all, [, own]) => all + own, 0);
      expect(sum).toBeLessThanOrEqual(root.end - first + 1e-6);
      expect(sum).toBeGreaterThanOrEqual(root.end - root.start - 1e-6);
    }
  });

  it('leaves a wait its time where a part of it has no end in the logs', () => {
    expect(new Map(gates(failed)).get('vif-plugged wait')).toBeGreaterThan(15_000);
  });
});

describe('the chain of a follow-up', () => {
  it('begins with its root, though its port was at work before', async () => {
    const traces = await tracesOf('create-succeeds-eight-concurrent-info');
    const sequel = traces.find(({ form, spans }) => form === 'network-ready' && spans.some(({ start }) => start < spans[0]!.start - 1000))!;
    const [root] = sequel.spans;
    const gates = gatesOf(verdictOf(sequel), sequel);
    expect(gates.reduce((all, { own }) => all + own, 0)).toBeCloseTo(root!.end - root!.start, 3);
    expect(gates.every(({ step }) => step.start >= root!.start)).toBe(true);
  });
});

describe('the page of an action', () => {
  it('has the rows as a tree, what gated them, and the lines behind them', () => {
    const page = pageOf(boot);
    expect(page.rows.map(({ name, depth }) => [depth, name]).slice(0, 3)).toEqual([
      [0, 'instance create'],
      [1, 'api request'],
      [1, 'spawn'],
    ]);
    expect(page.rows.find(({ name }) => name === 'image create')).toMatchObject({ ends: 'derived', gate: expect.any(Number) });
    expect(page.rows.find(({ name }) => name === 'spawn')?.about).toContain('hypervisor');
    expect(page.from).toBe(START - 812);
    expect(page.facts.map(([name]) => name)).toEqual(['instance', 'request', 'host', 'began', 'nova says', 'trace']);
  });

  it('names the place of a line: by its number, else by its byte', () => {
    const at = (attributes: Record<string, string | number>) => ({
      name: 'x',
      at: START,
      attributes: { 'novaspan.log.message': 'm', ...attributes },
    });
    const events = [
      at({
        'log.file.path': '/l/nova-compute.log',
        'log.file.name': 'nova-compute.log.1',
        'novaspan.log.line': 7,
        'novaspan.log.offset': 90,
      }),
      at({ 'log.file.path': '/l/nova-compute.log', 'novaspan.log.offset': 90 }),
      at({}),
    ];
    const page = pageOf(trace([span({ name: 'instance create', from: 0, to: 10, in: null, events })]));
    expect(page.rows[0]!.lines.map(({ place }) => place)).toEqual(['/l/nova-compute.log.1:7', '/l/nova-compute.log (byte 90)', '']);
  });

  it('marks calls of an API, of which there are dozens', () => {
    const call = span({
      name: 'GET /v2.0/ports',
      from: 1,
      to: 2,
      attributes: { 'http.request.method': 'GET', 'http.route': '/v2.0/ports' },
    });
    const rows = pageOf(trace([span({ name: 'instance create', from: 0, to: 10, in: null }), call])).rows;
    expect(rows.map(({ isRequest }) => isRequest)).toEqual([false, true]);
  });
});

describe('the headline', () => {
  it('says how it ended, how long it took and why; the list shows the last of these', () => {
    expect(outlineOf(failed)).toMatchObject({
      headline: expect.stringMatching(
        /^boot of b8acd14b on cmp1 failed after 31\.0 s: .*Virtual Interface creation failed; 23\.7 s vif-plugged wait/,
      ),
      why: expect.stringMatching(/^VirtualInterfaceCreateException: .*23\.7 s vif-plugged wait/),
    });
    expect(outlineOf(networkReady).why).toBe(outlineOf(networkReady).headline);
    expect(outlineOf(trace([span({ name: 'instance create', from: 0, to: 10, in: null })])).why).toBe('');
  });
});
