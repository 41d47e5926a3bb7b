import { describe, expect, it } from 'vitest';
import type { FinishedTrace, SpanData } from '../../src/model/span.js';
import { rootIdOf } from '../../src/trace/span-id.js';
import { correlate, GOLDEN, type Log, logsOf } from '../support/scenario.js';

const read = (scenario: string): Promise<Log[]> => logsOf(`${GOLDEN}${scenario}`);
/** One sidecar on each host, and none that reads two. */
const apart = (logs: readonly Log[]): FinishedTrace[] =>
  [...new Set(logs.map(({ host }) => host))].flatMap((host) => correlate(logs.filter((log) => log.host === host)));
/** Of the create itself, not of its sequel. */
const spansOf = (traces: readonly FinishedTrace[]): SpanData[] =>
  traces.filter(({ form }) => form !== 'network-ready').flatMap(({ spans }) => spans);
const roots = (traces: readonly FinishedTrace[]): string[] =>
  spansOf(traces)
    .filter(({ parentSpanId }) => parentSpanId === undefined)
    .map(({ service, host, attributes }) => `${service}@${host} ${attributes['openstack.outcome']}`);
const attempts = (traces: readonly FinishedTrace[]): string[] =>
  spansOf(traces)
    .filter(({ name }) => name === 'build attempt')
    .map(({ host }) => host);
const spans = (traces: readonly FinishedTrace[], name: string): string[] =>
  spansOf(traces)
    .filter((span) => span.name === name)
    .map(({ host, start, end }) => `${host} ${end - start} ms`);

describe.each(['info', 'debug'])('a build that failed on cmp1 and was built on cmp2, at %s', (level) => {
  const scenario = `create-rescheduled-succeeds-${level}`;

  it('is one action of cmp2 with one attempt of cmp1, where one process reads all', async () => {
    const traces = correlate(await read(scenario));
    expect([roots(traces), attempts(traces)]).toEqual([['nova-compute@cmp2 succeeded'], ['cmp1']]);
  });

  it('has each phase on the host that did it, and none that goes from one to the other', async () => {
    const logs = await read(scenario);
    const all = spansOf(correlate(logs));
    const ports = (host: string): Set<unknown> =>
      new Set(all.filter((span) => span.host === host).flatMap(({ attributes }) => attributes['openstack.port.id'] ?? []));
    expect([...ports('cmp1')].filter((port) => ports('cmp2').has(port))).toEqual([]);
    expect(spans(correlate(logs), 'spawn').map((each) => each.split(' ')[0])).toEqual(['cmp1', 'cmp2']);
    const attempt = all.find(({ name }) => name === 'build attempt')!;
    for (const { host, name, end } of all) if (host === 'cmp1') expect(end, name).toBeLessThanOrEqual(attempt.end + 5000);
  });

  it("the phases of the attempt are its children, the attempt is the root's", async () => {
    const all = spansOf(correlate(await read(scenario)));
    const attempt = all.find(({ name }) => name === 'build attempt')!;
    expect(attempt.parentSpanId).toBe(rootIdOf(attempt.traceId));
    expect(attempt.error).toContain('qemu unexpectedly closed the monitor');
    const byId = new Map(all.map((span) => [span.spanId, span]));
    for (const span of all) {
      if (span.host !== 'cmp1' || span === attempt) continue;
      let top = span;
      while (top.parentSpanId !== undefined && byId.has(top.parentSpanId) && top !== attempt) top = byId.get(top.parentSpanId)!;
      expect(top.name, span.name).toBe('build attempt');
    }
  });

  it('waits for the address of the port that is used, not of the one that was taken away', async () => {
    const sequels = correlate(await read(scenario)).filter(({ form }) => form === 'network-ready');
    expect(sequels.map(({ spans: [root, ...rest] }) => [root!.end - root!.start, rest.map(({ name, host }) => `${name} ${host}`)])).toEqual(
      [[3789, ['guest dhcp cmp2']]],
    );
  });
});

describe('with a sidecar on each host', () => {
  it('at DEBUG there is one root, and the attempt is told by its own host', async () => {
    const traces = apart(await read('create-rescheduled-succeeds-debug'));
    expect([roots(traces), attempts(traces)]).toEqual([['nova-compute@cmp2 succeeded'], ['cmp1']]);
  });

  it('at DEBUG a build that no host could do is told by the conductor', async () => {
    const traces = apart(await read('create-fails-max-retries-debug'));
    expect([roots(traces), attempts(traces).sort()]).toEqual([['nova-conductor@ctl1 failed'], ['cmp1', 'cmp2']]);
  });

  // At INFO nova-compute does not say that it gave the build away: its failure without "Build of instance … aborted" does.
  it('at INFO there is one root', async () => {
    const traces = apart(await read('create-rescheduled-succeeds-info'));
    expect([roots(traces), attempts(traces)]).toEqual([['nova-compute@cmp2 succeeded'], ['cmp1']]);
  });
  it('at INFO a build that no host could do has one root', async () => {
    const traces = apart(await read('create-fails-max-retries-info'));
    expect([roots(traces), attempts(traces).sort()]).toEqual([['nova-conductor@ctl1 failed'], ['cmp1', 'cmp2']]);
  });
});

describe.each(['info', 'debug'])('a build that no host could do, at %s', (level) => {
  const scenario = `create-fails-max-retries-${level}`;

  it('has the root of the conductor and an attempt of each host', async () => {
    const traces = correlate(await read(scenario));
    expect([roots(traces), attempts(traces).sort()]).toEqual([['nova-conductor@ctl1 failed'], ['cmp1', 'cmp2']]);
  });

  it('lasts from the API request to the last attempt, and holds every attempt', async () => {
    const all = spansOf(correlate(await read(scenario)));
    const root = all.find(({ parentSpanId }) => parentSpanId === undefined)!;
    expect(root.start).toBe(all.find(({ name }) => name === 'api request')!.start);
    for (const { start, end } of all.filter(({ name }) => name === 'build attempt')) {
      expect(start).toBeGreaterThanOrEqual(root.start);
      expect(end).toBeLessThanOrEqual(root.end);
    }
  });

  it('writes each span once', async () => {
    const ids = spansOf(correlate(await read(scenario))).map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('fails with the reason that the conductor prints', async () => {
    const root = spansOf(correlate(await read(scenario))).find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root!.attributes['error.type']).toBe('nova.exception.MaxRetriesExceeded');
  });
});
