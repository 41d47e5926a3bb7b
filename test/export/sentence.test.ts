import { describe, expect, it } from 'vitest';
import { sentenceOf, summaryOf } from '../../src/export/sentence.js';
import { waitersOf } from '../../src/export/terminal/tree.js';
import { boot, failed, fragment, networkReady, root, span, trace } from './terminal/traces.js';

describe('the sentence of an action', () => {
  it('says how long it took, for whom, and what the time went to', () => {
    expect(sentenceOf(boot)).toMatchInlineSnapshot(
      `"boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s image create, 1.6 s vif-plugged wait (neutron port activate 1.0, flow install 0.26), 0.50 s in no line at these levels (not logged: network wait, image fetch)"`,
    );
  });

  it('gives the reason of a failure, and where the time went until then', () => {
    expect(sentenceOf(failed)).toMatchInlineSnapshot(
      `"boot of b8acd14b on cmp1 failed after 31.0 s: VirtualInterfaceCreateException: Virtual Interface creation failed; 23.7 s vif-plugged wait (timed out waiting for network-vif-plugged, no end of lport claim in the logs), 7.3 s unexplained"`,
    );
  });

  it('says that an action took no less where its beginning is not in the logs, and how one that is unfinished was seen last', () => {
    const told = (attributes: Record<string, string>): string => sentenceOf(trace([root(5000, attributes)])).split(':')[0]!;
    const cut = { 'novaspan.start.evidence': 'unobserved' };
    expect(told(cut)).toBe('boot of b8acd14b on cmp1 took at least 5.0 s');
    const unfinished = { 'openstack.outcome': 'unfinished' };
    expect(told({ ...unfinished, 'novaspan.end.evidence': 'unobserved' })).toBe(
      'boot of b8acd14b on cmp1 had not ended after 5.0 s, where its lines end',
    );
    expect(told(unfinished)).toBe('boot of b8acd14b on cmp1 was over after 5.0 s, and no line shows how it ended');
  });

  it.each([
    ['unfinished', 'has lines of one moment only, and none shows its end'],
    ['failed', 'failed'],
  ])('gives no length of an action with lines of one moment: %s', (outcome, ending) => {
    const moment = root(0, { 'openstack.outcome': outcome, 'novaspan.start.evidence': 'unobserved' });
    expect(sentenceOf(trace([moment]))).toBe(`boot of b8acd14b on cmp1 ${ending}`);
  });

  it('gives a failure that raised nothing by its message alone', () => {
    const lost = root(1000, { 'openstack.outcome': 'failed', 'error.type': 'scheduling.task.failed' });
    expect(sentenceOf(trace([{ ...lost, error: 'No valid host was found.' }]))).toContain('failed after 1.0 s: No valid host was found');
  });

  it('names together what the log does not separate, with what other services did meanwhile', () => {
    const merged = 'image create + network wait + guest xml + vif plug';
    const spans = [
      root(35_400, { 'novaspan.concurrent_builds': 7 }),
      span({ name: 'spawn', from: 5300, to: 35_300 }),
      span({ name: merged, from: 5330, to: 32_490, in: 'spawn//5300', attributes: { 'novaspan.end.evidence': 'derived' } }),
      span({ name: 'neutron port update', from: 13_600, to: 25_700, service: 'neutron-server' }),
    ];
    expect(sentenceOf(trace(spans))).toMatchInlineSnapshot(
      `"boot of b8acd14b on cmp1 took 35.4 s: about 27.2 s image create, network wait, guest xml and vif plug (not separate in these logs, meanwhile neutron port update 12.1), 8.1 s unexplained; 7 other builds at once"`,
    );
  });

  it('says what was under way where an action was cut off', () => {
    const open = { 'novaspan.end.evidence': 'unobserved' };
    const cut = trace([
      root(3900, { 'openstack.outcome': 'interrupted' }),
      span({ name: 'network allocate', from: 100, to: 3700 }),
      span({ name: 'image create', from: 3750, to: 3900, attributes: open }),
    ]);
    expect(sentenceOf(cut)).toMatchInlineSnapshot(
      `"boot of b8acd14b on cmp1 was interrupted after 3.9 s: 3.6 s network allocate; under way then: image create"`,
    );
  });

  it('adds time without a line to one figure', () => {
    const gaps = trace([root(1000), span({ name: 'resource claim', from: 300, to: 500 })]);
    expect(sentenceOf(gaps)).toMatchInlineSnapshot(`"boot of b8acd14b on cmp1 took 1.0 s: 0.80 s unexplained, 0.20 s resource claim"`);
  });

  it.each<[string, Record<string, string | string[]>, string]>([
    ['INFO shows less', { 'novaspan.log.level.min': 'INFO' }, '0.80 s in no line at INFO (nova-compute at DEBUG may show it)'],
    [
      'logs are not there',
      { 'novaspan.log.level.min': 'DEBUG', 'novaspan.phases.missing': ['lport claim (ovn-controller not read)', 'x (no such line)'] },
      '0.80 s in no line of these logs (no log of ovn-controller)',
    ],
    [
      'another service logs at INFO',
      { 'novaspan.log.level.min': 'DEBUG', 'novaspan.phases.not_logged': ['a', 'b', 'c'] },
      '0.80 s in no line at these levels (not logged: a, b and 1 more)',
    ],
    ['all is there', { 'novaspan.log.level.min': 'DEBUG', 'novaspan.phases.not_logged': [] }, '0.80 s unexplained'],
  ])('says why the logs do not show what went on: %s', (_, attributes, said) => {
    expect(sentenceOf(trace([root(1000, attributes), span({ name: 'resource claim', from: 300, to: 500 })]))).toContain(`: ${said}, `);
  });

  it('takes no part of an action for the whole', () => {
    expect(sentenceOf(fragment)).toMatchInlineSnapshot(
      `"part of an action of b8acd14b, over 0.30 s, as neutron-server, nova-api logged it; its root is not in these logs"`,
    );
    const moment = { ...fragment, spans: fragment.spans.slice(0, 1).map((each) => ({ ...each, end: each.start })) };
    expect(sentenceOf(moment)).toMatch(/^part of an action of b8acd14b, as [a-z-]+ logged it; its root is not in these logs$/);
  });

  it("says of a guest's network when it was ready, and that nothing says so where nothing does", () => {
    expect(sentenceOf(networkReady)).toMatchInlineSnapshot(`"network of b8acd14b was ready 6.0 s after its guest resumed"`);
    const [, ...others] = networkReady.spans;
    const unseen = root(6000, { 'novaspan.end.evidence': 'unobserved' }, { name: 'instance network-ready' });
    expect(sentenceOf({ ...networkReady, spans: [unseen, ...others] })).toMatchInlineSnapshot(
      `"network of b8acd14b, followed for 6.0 s after its guest resumed: no line says that it was ready"`,
    );
  });

  it('is the one that the trace has, where it has one', () => {
    expect(summaryOf(trace([root(1000, { 'novaspan.summary': 'as exported' })]))).toBe('as exported');
  });
});

describe('what other services did', () => {
  const port = 'df247bb8-4779-4902-aede-8e714f4bed2c';
  const wait = span({ name: 'vif-plugged wait', from: 3000, to: 4600, port });
  const waiterOf = (name: string, from: number, to: number, rest = {}) => {
    const done = span({ name, from, to, port, service: 'ovn-controller', ...rest });
    return waitersOf(trace([root(5000), wait, done]))(done)?.name;
  };

  it('is drawn below the phase that waited for the same port in that time', () => {
    expect(waiterOf('flow install', 3100, 3200)).toBe('vif-plugged wait');
    expect(waiterOf('neutron port activate', 3600, 4610, { service: 'neutron-server' })).toBe('vif-plugged wait');
  });

  it("is nobody's where that is not known", () => {
    expect(waiterOf('flow install', 2000, 3200)).toBeUndefined();
    expect(waiterOf('flow install', 3100, 3200, { port: 'e5af434e-4779-4902-aede-8e714f4bed2d' })).toBeUndefined();
    expect(waiterOf('guest start', 3100, 3200, { service: 'nova-compute' })).toBeUndefined();
  });
});
